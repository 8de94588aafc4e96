namespace Jibun.Generation;

public sealed record GenerationOptions
{
    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>Tokens at most; the end of the context ends an answer too.</summary>
    public int MaxTokens { get; init; } = int.MaxValue;

    /// <summary>Texts that end the answer and are not part of it.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    public ITokenConstraint? Constraint { get; init; }

    /// <summary>Goes on after tokens that end a turn; for benchmarks.</summary>
    public bool IgnoreEndOfGeneration { get; init; }

    /// <summary>Whether the texts of control tokens are part of the answer's text.</summary>
    public bool SpecialText { get; init; }
}
