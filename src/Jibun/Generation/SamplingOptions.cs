namespace Jibun.Generation;

/// <summary>How the next token is drawn from the logits. A temperature of 0 takes the likeliest token.</summary>
public sealed record SamplingOptions
{
    public float Temperature { get; init; } = 0.7f;

    /// <summary>Tokens kept; 0 keeps all.</summary>
    public int TopK { get; init; } = 40;

    /// <summary>Probability mass kept; 1 keeps all.</summary>
    public float TopP { get; init; } = 0.95f;

    /// <summary>Tokens less likely than this share of the likeliest one are dropped; 0 keeps all.</summary>
    public float MinP { get; init; } = 0.05f;

    /// <summary>Divides positive and multiplies negative logits of recent tokens; 1 is off.</summary>
    public float RepetitionPenalty { get; init; } = 1;

    public float FrequencyPenalty { get; init; }

    public float PresencePenalty { get; init; }

    /// <summary>Recent tokens that the penalties look at.</summary>
    public int PenaltyWindow { get; init; } = 64;

    /// <summary>Null draws a new seed for every answer.</summary>
    public ulong? Seed { get; init; }
}
