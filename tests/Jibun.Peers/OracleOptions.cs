using Jibun.Formats;

namespace Jibun.Peers;

/// <summary>How upstream computes. The defaults are its exact mode; <see cref="AsShipped"/> is what its users run.</summary>
public sealed record OracleOptions
{
    public static OracleOptions Exact { get; } = new();

    public static OracleOptions AsShipped { get; } = new() { KvType = GgmlType.F16, FlashAttention = null, Threads = 2 };

    /// <summary>Upstream's threads spin while they wait: on a busy machine one is faster than two for small models.</summary>
    public int Threads { get; init; } = 1;

    public GgmlType KvType { get; init; } = GgmlType.F32;

    /// <summary>Flash attention rounds to half precision whatever the cache's type; null leaves the choice to upstream.</summary>
    public bool? FlashAttention { get; init; } = false;

    /// <summary>Tokens of context; 0 takes as many as a call needs.</summary>
    public int ContextLength { get; init; }

    /// <summary>Whether weights may be interleaved at load, which changes the rounding of Q4_0, IQ4_NL, Q4_K and more.</summary>
    public bool Repack { get; init; } = true;

    /// <summary>Whether weights stay in the mapped file instead of being copied; repacked types are copied either way.</summary>
    public bool Map { get; init; } = true;

    /// <summary>Makes embeddings, not logits.</summary>
    public bool Embeddings { get; init; }

    /// <summary>As llama_pooling_type has it: 0 none, 1 mean, 2 first, 3 last; −1 takes the model's.</summary>
    public int Pooling { get; init; } = -1;

    /// <summary>Loads only the tokenizer, as vocabulary-only files need it.</summary>
    public bool VocabularyOnly { get; init; }
}
