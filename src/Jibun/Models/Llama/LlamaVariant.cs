using Jibun.Models.Shared;

namespace Jibun.Models.Llama;

/// <summary>What queries and keys are normalized over before they are rotated.</summary>
internal enum QueryKeyNorm
{
    None,

    /// <summary>Each head by itself.</summary>
    Heads,

    /// <summary>All heads together.</summary>
    Whole,
}

/// <summary>Where a family of Llama's shape differs from it.</summary>
internal sealed record LlamaVariant
{
    /// <summary>Rotated pairs lie half a head apart, not side by side.</summary>
    public bool HalvesApart { get; init; }

    /// <summary>Null: as the file's metadata say.</summary>
    public RopeScaling? RopeScale { get; init; }

    public QueryKeyNorm Norm { get; init; }

    /// <summary>Experts in place of the feed-forward block of every layer; null: none.</summary>
    public ExpertConfig? Experts { get; init; }

    /// <summary>Width of the expert beside them that sees every token; 0: none.</summary>
    public int SharedWidth { get; init; }

    /// <summary>Every so many layers one is not rotated (NoPE); 1: none is; 0: all are.</summary>
    public int UnrotatedEvery { get; init; }

    /// <summary>What the queries of a position are multiplied with; null: nothing.</summary>
    public Func<int, float>? QueryScale { get; init; }

    public float EmbeddingScale { get; init; } = 1;

    public float ResidualScale { get; init; } = 1;

    public float LogitScale { get; init; } = 1;

    /// <summary>0: 1 / √head size.</summary>
    public float AttentionScale { get; init; }

    public bool Rotates(int layer) => UnrotatedEvery == 0 || (layer + 1) % UnrotatedEvery != 0;

    public DecoderShape Apply(DecoderShape shape) => shape with
    {
        EmbeddingScale = EmbeddingScale,
        ResidualScale = ResidualScale,
        LogitScale = LogitScale,
        Attention = new AttentionOptions { Scale = AttentionScale },
        FeedForwardWidth = Experts is null ? shape.FeedForwardWidth : SharedWidth,
    };
}
