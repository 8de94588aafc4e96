using System.Globalization;
using Jibun.Chat;
using Jibun.Cli.Terminals;

namespace Jibun.Cli.Chat;

/// <summary>How an answer came about, in one line.</summary>
internal static class FactLine
{
    public static string Of(Finished finished)
    {
        ChatUsage usage = finished.Usage;
        string speed = TokensPerSecond(usage) is { } rate ? $"{Quantity.Significant(rate)} tokens/s · " : "";
        string first = usage.TimeToFirstToken.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
        string cached = usage.CachedTokens > 0 ? $" ({usage.CachedTokens} from the cache)" : "";
        string limit = finished.Reason == FinishReason.Length ? " · stopped at the limit" : "";
        string experts = usage.ExpertHitRate is { } hits ? string.Create(CultureInfo.InvariantCulture, $" · {100 * hits:0} % of the experts were in memory") : "";
        string thought = usage.ReasoningTokens > 0 ? $" ({usage.ReasoningTokens} of them thought)" : "";
        string guesses = usage.Guesses.Guessed > 0 ? $" · {usage.Guesses.Right} of {usage.Guesses.Guessed} guesses right ({usage.Guesses.Acceptance:0 %})" : "";
        return $"{speed}first token after {first} s · {usage.PromptTokens} tokens read{cached}, {usage.CompletionTokens} written{thought}{guesses}{experts}{limit}";
    }

    /// <summary>For who sees no line of facts: an answer is never cut without a word.</summary>
    public static string ContextIsFull(int contextLength) => $"jibun: note: the context of {contextLength} tokens is full, the answer ends there";

    /// <summary>Of all tokens after the first, which the prompt's time belongs to; null where there is none.</summary>
    public static double? TokensPerSecond(ChatUsage usage) =>
        usage.CompletionTokens > 1 && usage.GenerationTime > TimeSpan.Zero ? (usage.CompletionTokens - 1) / usage.GenerationTime.TotalSeconds : null;
}
