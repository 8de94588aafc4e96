namespace Jibun.Peers;

/// <summary>Tiny shapes of the dense families that differ from Llama in more than their biases.</summary>
public static class DenseShapes
{
    /// <summary>Every second layer sees a window, which here is longer than a page of the cache.</summary>
    public static SyntheticShape Gemma2 { get; } =
        new("gemma2", Hidden: 256, Layers: 4, Heads: 4, KvHeads: 2, HeadSize: 64, FeedForward: 512)
        {
            RopeBase = 10000,
            Epsilon = 1e-6f,
            PostNorms = true,
            Metadata = [("attention.sliding_window", 70u), ("attn_logit_softcapping", 5f), ("final_logit_softcapping", 3f)],
        };

    /// <summary>One layer in six sees everything; its rotation is stretched. The window is shorter than a page.</summary>
    public static SyntheticShape Gemma3 { get; } =
        new("gemma3", Hidden: 256, Layers: 7, Heads: 4, KvHeads: 1, HeadSize: 96, FeedForward: 512)
        {
            RopeBase = 1e6f,
            Epsilon = 1e-6f,
            PostNorms = true,
            HeadNorms = true,
            Metadata = [("attention.sliding_window", 24u), ("rope.scaling.type", "linear"), ("rope.scaling.factor", 8f)],
        };

    /// <summary>Two kinds of heads, layers that share keys and values, embeddings for each layer.</summary>
    public static SyntheticShape Gemma4 { get; } =
        new("gemma4", Hidden: 256, Layers: 9, Heads: 4, KvHeads: 2, HeadSize: 64, FeedForward: 512)
        {
            RopeBase = 1e6f,
            Epsilon = 1e-6f,
            Gemma4 = new(Pattern: 3, Window: 24, GlobalHeadSize: 128, GlobalKvHeads: 1, SharedLayers: 3, PerLayer: 64),
            Metadata = [("final_logit_softcapping", 3f)],
        };

    /// <summary>The larger ones: neither shared layers nor embeddings for each layer.</summary>
    public static SyntheticShape LargeGemma4 { get; } = Gemma4 with
    {
        Layers = 6,
        Gemma4 = new(Pattern: 3, Window: 70, GlobalHeadSize: 128, GlobalKvHeads: 1, SharedLayers: 0, PerLayer: 0),
    };

    /// <summary>Experts beside the feed-forward blocks, as 26B-A4B has them.</summary>
    public static SyntheticShape SparseGemma4 { get; } = LargeGemma4 with
    {
        Layers = 3,
        Gemma4 = LargeGemma4.Gemma4! with { Window = 24 },
        Experts = new(8, 2, 256),
    };

    /// <summary>Fused projections, part of each head rotated, and factors for contexts beyond 8192 tokens.</summary>
    public static SyntheticShape Phi3 { get; } =
        new("phi3", Hidden: 256, Layers: 3, Heads: 4, KvHeads: 2, HeadSize: 64, FeedForward: 512)
        {
            RopeBase = 10000,
            Rotated = 48,
            Fused = true,
            LongRope = true,
            TiedHead = false,
            Metadata = [("rope.scaling.original_context_length", 8192u), ("rope.scaling.attn_factor", 1.19f)],
        };

    /// <summary>Phi-4: whole heads rotated, no factors. Phi-4-mini is Phi 3 with one matrix for embedding and output.</summary>
    public static SyntheticShape Phi4 { get; } = Phi3 with { Rotated = 0, LongRope = false, RopeBase = 250000, Metadata = [] };

    public static SyntheticShape Phi4Mini { get; } = Phi3 with { TiedHead = true };

    /// <summary>Every fourth layer is not rotated.</summary>
    public static SyntheticShape SmolLm3 { get; } =
        new("smollm3", Hidden: 256, Layers: 5, Heads: 4, KvHeads: 2, HeadSize: 64, FeedForward: 512) { RopeBase = 5e6f };

    public static SyntheticShape Granite { get; } =
        new("granite", Hidden: 256, Layers: 3, Heads: 4, KvHeads: 2, HeadSize: 64, FeedForward: 512)
        {
            RopeBase = 10000,
            Metadata = [("embedding_scale", 12f), ("residual_scale", 0.22f), ("attention.scale", 0.015625f), ("logit_scale", 4f)],
        };

    public static SyntheticShape Olmo2 { get; } =
        new("olmo2", Hidden: 256, Layers: 4, Heads: 4, KvHeads: 4, HeadSize: 64, FeedForward: 512)
        {
            Epsilon = 1e-6f,
            TiedHead = false,
            WholeNorms = true,
            PreNorms = false,
            PostNorms = true,
        };

    /// <summary>Three of four layers see a window; the fourth is stretched by YaRN.</summary>
    public static SyntheticShape Olmo3 { get; } = Olmo2 with
    {
        Layers = 5,
        KvHeads = 2,
        Yarn = new(8, 64),
        Metadata = [("attention.sliding_window", 33u)],
    };

    /// <summary>Queries grow beyond the original context.</summary>
    public static SyntheticShape Mistral3 { get; } =
        new("mistral3", Hidden: 256, Layers: 3, Heads: 4, KvHeads: 2, HeadSize: 64, FeedForward: 512)
        {
            RopeBase = 1e6f,
            Yarn = new(16, 48, 1),
            Metadata = [("attention.temperature_scale", 0.1f)],
        };

    /// <summary>Llama with positions divided by four.</summary>
    public static SyntheticShape LinearLlama { get; } = SyntheticShapes.TinyLlama with
    {
        RopeStretch = 0,
        RopeBase = 10000,
        Metadata = [("rope.scaling.type", "linear"), ("rope.scaling.factor", 4f)],
    };

    /// <summary>By the name that tests show.</summary>
    public static IReadOnlyDictionary<string, SyntheticShape> All { get; } = new Dictionary<string, SyntheticShape>
    {
        ["gemma2"] = Gemma2,
        ["gemma3"] = Gemma3,
        ["gemma4"] = Gemma4,
        ["gemma4, large"] = LargeGemma4,
        ["phi3"] = Phi3,
        ["phi4"] = Phi4,
        ["phi4-mini"] = Phi4Mini,
        ["smollm3"] = SmolLm3,
        ["granite"] = Granite,
        ["olmo2"] = Olmo2,
        ["olmo3"] = Olmo3,
        ["mistral3"] = Mistral3,
        ["llama, linear"] = LinearLlama,
    };
}
