using Jibun.Gguf;

namespace Jibun.Peers;

/// <summary>The dimensions of a synthetic model.</summary>
/// <param name="Architecture">The GGUF name of the family: llama, qwen2, qwen3, bitnet, qwen3moe, deepseek2 …</param>
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

    /// <summary>Norms over all queries and over all keys together.</summary>
    public bool WholeNorms { get; init; }

    /// <summary>BERT's structure: layer norms, learnt positions and biases, or Nomic's where projections are fused.</summary>
    public bool IsEncoder { get; init; }

    /// <summary>What Gemma 4 adds.</summary>
    public SyntheticGemma4? Gemma4 { get; init; }

    /// <summary>Norms before each block; false: only those behind it.</summary>
    public bool PreNorms { get; init; } = true;

    /// <summary>Norms behind each block.</summary>
    public bool PostNorms { get; init; }

    /// <summary>gpt-oss's layers: a sink for each head, a bias on the output projection, and another name for the second norm.</summary>
    public bool Sinks { get; init; }

    /// <summary>Queries, keys and values in one matrix, and gates and ups in one.</summary>
    public bool Fused { get; init; }

    /// <summary>Values of a head that are rotated; 0: all.</summary>
    public int Rotated { get; init; }

    /// <summary>Factors of the rotation for short and for long contexts.</summary>
    public bool LongRope { get; init; }

    /// <summary>Metadata of the family, by the key behind its name: what no property here says.</summary>
    public IReadOnlyList<(string Key, GgufValue Value)> Metadata { get; init; } = [];

    /// <summary>YaRN, where the model has it.</summary>
    public SyntheticYarn? Yarn { get; init; }

    /// <summary>Experts in place of the feed-forward block, where the model has them.</summary>
    public SyntheticExperts? Experts { get; init; }

    /// <summary>Latent attention, where the model has it.</summary>
    public SyntheticLatent? Latent { get; init; }
}

/// <param name="LogMultiplier">0: the key is left out.</param>
public sealed record SyntheticYarn(float Factor, int OriginalContext, float LogMultiplier = 0);

/// <summary>A mixture of experts.</summary>
/// <param name="Gating">1 softmax, 2 sigmoid; 0: the key is left out.</param>
public sealed record SyntheticExperts(int Count, int Used, int Width, int Gating = 0)
{
    /// <summary>Experts that see every token, as many widths in one.</summary>
    public int Shared { get; init; }

    public int LeadingDense { get; init; }

    public bool Normalized { get; init; }

    public float Scale { get; init; }

    /// <summary>Deviation of what is added to scores for the choice only; 0: there is no such tensor. A large one decides the choice for all tokens.</summary>
    public float SelectionBias { get; init; }

    public int Groups { get; init; }

    public int GroupsUsed { get; init; }

    /// <summary>Gates and ups in one tensor.</summary>
    public bool FusedGateUp { get; init; }

    /// <summary>Biases on the router and on every projection.</summary>
    public bool Biases { get; init; }

    /// <summary>A scale for each expert beside its matrices.</summary>
    public bool Scales { get; init; }
}

/// <summary>Multi-head latent attention; a head's queries and keys have <paramref name="Plain"/> + <paramref name="Rotated"/> values.</summary>
/// <param name="QueryRank">0: queries are projected in one step.</param>
/// <param name="IsSplit">attn_k_b and attn_v_b as newer files have them, not attn_kv_b.</param>
public sealed record SyntheticLatent(int KvRank, int QueryRank, int Plain, int Rotated, int Value, bool IsSplit = true);

/// <summary>Gemma 4's layers: the last of every <paramref name="Pattern"/> sees everything, with heads and key heads of its own.</summary>
/// <param name="SharedLayers">Last layers without keys and values.</param>
/// <param name="PerLayer">Width of what each layer gets of each token; 0: nothing.</param>
public sealed record SyntheticGemma4(int Pattern, int Window, int GlobalHeadSize, int GlobalKvHeads, int SharedLayers, int PerLayer)
{
    public bool IsSliding(int layer) => layer % Pattern < Pattern - 1;
}
