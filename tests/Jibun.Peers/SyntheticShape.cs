namespace Jibun.Peers;

/// <summary>The dimensions of a synthetic model.</summary>
/// <param name="Architecture">The GGUF name of the family: llama, qwen2, qwen3, bitnet, bitnet-b1.58.</param>
public sealed record SyntheticShape(
    string Architecture, int Hidden, int Layers, int Heads, int KvHeads, int HeadSize, int FeedForward, int Vocabulary = 512)
{
    public int ContextLength { get; init; } = 8192;

    public float RopeBase { get; init; } = 500000;

    public float Epsilon { get; init; } = 1e-5f;

    /// <summary>Stretches the long wavelengths of the rotation by this factor, as Llama 3 does; 0 leaves them.</summary>
    public float RopeStretch { get; init; }

    /// <summary>The embedding is also the output matrix.</summary>
    public bool TiedHead { get; init; } = true;

    /// <summary>Biases on the projections to queries, keys and values.</summary>
    public bool AttentionBiases { get; init; }

    /// <summary>Norms on the heads of queries and keys.</summary>
    public bool HeadNorms { get; init; }

    /// <summary>Ternary weights, and a norm before each output projection.</summary>
    public bool Ternary { get; init; }

    /// <summary>A scale of its own beside each matrix: blk.0.attn_q.scale and so on.</summary>
    public bool MatrixScales { get; init; }
}
