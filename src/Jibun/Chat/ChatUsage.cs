using Jibun.Generation;

namespace Jibun.Chat;

public sealed record ChatUsage
{
    public int PromptTokens { get; init; }

    /// <summary>The part of the prompt that was already in the KV cache.</summary>
    public int CachedTokens { get; init; }

    /// <summary>Tokens of the answer, reasoning included.</summary>
    public int CompletionTokens { get; init; }

    /// <summary>Tokens of the answer's thought.</summary>
    public int ReasoningTokens { get; init; }

    /// <summary>How speculative decoding went, where the model does it.</summary>
    public GuessCount Guesses { get; init; }

    /// <summary>From the request to the first generated token.</summary>
    public TimeSpan TimeToFirstToken { get; init; }

    /// <summary>From the first generated token to the last.</summary>
    public TimeSpan GenerationTime { get; init; }

    /// <summary>The share of needed experts that lay in memory; null where all weights do.</summary>
    public double? ExpertHitRate { get; init; }
}
