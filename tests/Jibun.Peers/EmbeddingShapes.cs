namespace Jibun.Peers;

/// <summary>Tiny shapes of the families that make embeddings.</summary>
public static class EmbeddingShapes
{
    public static SyntheticShape Bert { get; } =
        new("bert", Hidden: 256, Layers: 3, Heads: 4, KvHeads: 4, HeadSize: 64, FeedForward: 512)
        {
            IsEncoder = true,
            ContextLength = 512,
            Epsilon = 1e-12f,
            Metadata = [("pooling_type", 2u)],
        };

    public static SyntheticShape NomicBert { get; } =
        new("nomic-bert", Hidden: 256, Layers: 3, Heads: 4, KvHeads: 4, HeadSize: 64, FeedForward: 512)
        {
            IsEncoder = true,
            ContextLength = 2048,
            RopeBase = 1000,
            Fused = true,
            Metadata = [("pooling_type", 1u)],
        };

    /// <summary>Qwen3-Embedding: a language model that names its pooling.</summary>
    public static SyntheticShape Qwen3 { get; } = SyntheticShapes.TinyQwen3 with { Metadata = [("pooling_type", 3u)] };

    /// <summary>By the name that tests show.</summary>
    public static IReadOnlyDictionary<string, SyntheticShape> All { get; } = new Dictionary<string, SyntheticShape>
    {
        ["bert"] = Bert,
        ["nomic-bert"] = NomicBert,
        ["qwen3"] = Qwen3,
    };
}
