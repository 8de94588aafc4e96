namespace Jibun.Peers;

/// <summary>Shapes by name. The tiny ones run in milliseconds; the others have the dimensions of published models.</summary>
public static class SyntheticShapes
{
    public static SyntheticShape TinyLlama { get; } =
        new("llama", Hidden: 256, Layers: 3, Heads: 4, KvHeads: 2, HeadSize: 64, FeedForward: 768) { RopeStretch = 32 };

    /// <summary>Three heads, ragged rows, an odd vocabulary, biases, an output matrix of its own, a plain rotation.</summary>
    public static SyntheticShape OddLlama { get; } =
        new("llama", Hidden: 288, Layers: 2, Heads: 3, KvHeads: 1, HeadSize: 96, FeedForward: 352, Vocabulary: 515)
        {
            RopeBase = 10000,
            TiedHead = false,
            AttentionBiases = true,
        };

    public static SyntheticShape TinyQwen2 { get; } =
        new("qwen2", Hidden: 256, Layers: 3, Heads: 4, KvHeads: 2, HeadSize: 64, FeedForward: 768)
        {
            RopeBase = 1e6f,
            Epsilon = 1e-6f,
            AttentionBiases = true,
        };

    /// <summary>Heads wider than hidden / heads, as the small published ones have.</summary>
    public static SyntheticShape TinyQwen3 { get; } =
        new("qwen3", Hidden: 256, Layers: 3, Heads: 4, KvHeads: 2, HeadSize: 128, FeedForward: 768)
        {
            RopeBase = 1e6f,
            Epsilon = 1e-6f,
            HeadNorms = true,
        };

    public static SyntheticShape TinyBitNet { get; } =
        new("bitnet", Hidden: 512, Layers: 2, Heads: 4, KvHeads: 1, HeadSize: 128, FeedForward: 768) { Ternary = true };

    public static SyntheticShape ScaledBitNet { get; } = TinyBitNet with { MatrixScales = true };

    /// <summary>Llama with experts, as Mixtral files are.</summary>
    public static SyntheticShape TinyMixtral { get; } =
        new("llama", Hidden: 256, Layers: 3, Heads: 4, KvHeads: 2, HeadSize: 64, FeedForward: 256) { Experts = new(8, 2, 256) };

    /// <summary>Experts whose rows fill no whole row group.</summary>
    public static SyntheticShape OddMixtral { get; } =
        new("llama", Hidden: 288, Layers: 2, Heads: 3, KvHeads: 1, HeadSize: 96, FeedForward: 104, Vocabulary: 515)
        {
            TiedHead = false,
            Experts = new(5, 3, 104),
        };

    public static SyntheticShape TinyQwen3Moe { get; } = TinyQwen3 with { Architecture = "qwen3moe", Experts = new(16, 4, 256) };

    public static SyntheticShape TinyOlmoe { get; } =
        new("olmoe", Hidden: 256, Layers: 3, Heads: 4, KvHeads: 4, HeadSize: 64, FeedForward: 256)
        {
            TiedHead = false,
            WholeNorms = true,
            Experts = new(16, 4, 256),
        };

    public static SyntheticShape TinyGraniteMoe { get; } =
        new("granitemoe", Hidden: 256, Layers: 3, Heads: 4, KvHeads: 2, HeadSize: 64, FeedForward: 256)
        {
            RopeBase = 10000,
            Experts = new(16, 4, 256) { Shared = 2 },
            Metadata =
            [
                ("embedding_scale", 12f), ("residual_scale", 0.22f), ("attention.scale", 0.015625f), ("logit_scale", 4f),
                ("expert_shared_feed_forward_length", 512u),
            ],
        };

    /// <summary>Every second layer sees a window, shorter than a page of the cache.</summary>
    public static SyntheticShape TinyGptOss { get; } =
        new("gpt-oss", Hidden: 256, Layers: 4, Heads: 4, KvHeads: 2, HeadSize: 64, FeedForward: 256)
        {
            RopeBase = 150000,
            TiedHead = false,
            AttentionBiases = true,
            Sinks = true,
            Yarn = new(32, 4096),
            Experts = new(8, 4, 256) { Biases = true },
            Metadata = [("attention.sliding_window", 24u)],
        };

    /// <summary>R1's structure: latent attention, a dense layer, then sigmoid routing within groups and a shared expert.</summary>
    public static SyntheticShape TinyR1 { get; } =
        new("deepseek2", Hidden: 256, Layers: 4, Heads: 4, KvHeads: 1, HeadSize: 192, FeedForward: 512)
        {
            RopeBase = 10000,
            Epsilon = 1e-6f,
            TiedHead = false,
            ContextLength = 16384,
            Yarn = new(40, 4096, 0.1f),
            Latent = new(KvRank: 512, QueryRank: 256, Plain: 128, Rotated: 64, Value: 128),
            Experts = new(16, 4, 256, Gating: 2)
            {
                Shared = 1,
                LeadingDense = 1,
                Normalized = true,
                Scale = 2.5f,
                SelectionBias = 0.1f,
                Groups = 4,
                GroupsUsed = 2,
            },
        };

    /// <summary>DeepSeek-V2-Lite's structure; upstream knows it by its 27 layers.</summary>
    public static SyntheticShape TinyV2Lite { get; } = TinyR1 with
    {
        Layers = 27,
        Yarn = new(40, 4096, 0.0707f),
        Latent = new(KvRank: 512, QueryRank: 0, Plain: 128, Rotated: 64, Value: 128),
        Experts = new(8, 3, 256, Gating: 1) { Shared = 2, LeadingDense = 1, Scale = 1 },
    };

    /// <summary>Four layers of Qwen3-30B-A3B.</summary>
    public static SyntheticShape Qwen3MoeSlice { get; } =
        new("qwen3moe", Hidden: 2048, Layers: 4, Heads: 32, KvHeads: 4, HeadSize: 128, FeedForward: 6144, Vocabulary: 4096)
        {
            ContextLength = 40960,
            RopeBase = 1e6f,
            Epsilon = 1e-6f,
            HeadNorms = true,
            TiedHead = false,
            Experts = new(128, 8, 768),
        };

    /// <summary>A dense layer and an expert layer of DeepSeek-R1, with a quarter of its experts.</summary>
    public static SyntheticShape R1Slice { get; } = TinyR1 with
    {
        Hidden = 7168,
        Layers = 2,
        Heads = 128,
        FeedForward = 18432,
        Vocabulary = 4096,
        Latent = new(KvRank: 512, QueryRank: 1536, Plain: 128, Rotated: 64, Value: 128),
        Experts = TinyR1.Experts! with { Count = 64, Used = 8, Width = 2048, Groups = 8, GroupsUsed = 4 },
    };

    /// <summary>An expert layer of it, with no more experts than a few tokens use.</summary>
    public static SyntheticShape R1Layer { get; } = R1Slice with
    {
        Layers = 1,
        Vocabulary = 512,
        Experts = R1Slice.Experts! with { Count = 16, LeadingDense = 0 },
    };

    /// <summary>One expert layer more: the difference is what such a layer costs.</summary>
    public static SyntheticShape R1Slice2 { get; } = R1Slice with { Layers = 3 };

    /// <summary>
    /// A dense layer and nine expert layers of DeepSeek-R1 at their true size: 22 GB in UD-IQ1_S. The selection bias makes the choice uneven, as it is
    /// within one subject: a fifth of a layer's experts is chosen two times out of three.
    /// </summary>
    public static SyntheticShape R1Long { get; } = R1Slice with
    {
        Layers = 10,
        Experts = R1Slice.Experts! with { Count = 256, SelectionBias = 0.05f },
    };

    /// <summary>DeepSeek-V2-Lite at its true size: 16 billion weights.</summary>
    public static SyntheticShape V2Lite { get; } = TinyV2Lite with
    {
        Hidden = 2048,
        Heads = 16,
        FeedForward = 10944,
        Vocabulary = 102400,
        Experts = TinyV2Lite.Experts! with { Count = 64, Used = 6, Width = 1408, SelectionBias = 0, Normalized = false, Groups = 0, GroupsUsed = 0 },
    };

    public static SyntheticShape Llama1B { get; } =
        new("llama", Hidden: 2048, Layers: 16, Heads: 32, KvHeads: 8, HeadSize: 64, FeedForward: 8192, Vocabulary: 128256)
        {
            ContextLength = 131072,
            RopeStretch = 32,
        };

    /// <summary>One layer of it, for what does not depend on their number.</summary>
    public static SyntheticShape Llama1BSlice { get; } = Llama1B with { Layers = 1, Vocabulary = 4096 };

    public static SyntheticShape Qwen05B { get; } =
        new("qwen2", Hidden: 896, Layers: 24, Heads: 14, KvHeads: 2, HeadSize: 64, FeedForward: 4864, Vocabulary: 151936)
        {
            ContextLength = 32768,
            RopeBase = 1e6f,
            Epsilon = 1e-6f,
            AttentionBiases = true,
        };

    public static SyntheticShape Qwen3Small { get; } =
        new("qwen3", Hidden: 1024, Layers: 28, Heads: 16, KvHeads: 8, HeadSize: 128, FeedForward: 3072, Vocabulary: 151936)
        {
            ContextLength = 40960,
            RopeBase = 1e6f,
            Epsilon = 1e-6f,
            HeadNorms = true,
        };

    /// <summary>Ternary-Bonsai 1.7B: Qwen3's shape, whose files are Q2_0.</summary>
    public static SyntheticShape Bonsai { get; } =
        new("qwen3", Hidden: 2048, Layers: 28, Heads: 16, KvHeads: 8, HeadSize: 128, FeedForward: 6144, Vocabulary: 151936)
        {
            ContextLength = 32768,
            RopeBase = 1e6f,
            Epsilon = 1e-6f,
            HeadNorms = true,
        };

    public static SyntheticShape BitNet2B { get; } =
        new("bitnet", Hidden: 2560, Layers: 30, Heads: 20, KvHeads: 5, HeadSize: 128, FeedForward: 6912, Vocabulary: 128256)
        {
            ContextLength = 4096,
            Ternary = true,
        };

    public static IReadOnlyDictionary<string, SyntheticShape> ByName { get; } = new Dictionary<string, SyntheticShape>
    {
        ["tiny-llama"] = TinyLlama,
        ["odd-llama"] = OddLlama,
        ["tiny-qwen2"] = TinyQwen2,
        ["tiny-qwen3"] = TinyQwen3,
        ["tiny-bitnet"] = TinyBitNet,
        ["scaled-bitnet"] = ScaledBitNet,
        ["tiny-mixtral"] = TinyMixtral,
        ["odd-mixtral"] = OddMixtral,
        ["tiny-qwen3moe"] = TinyQwen3Moe,
        ["tiny-olmoe"] = TinyOlmoe,
        ["tiny-granitemoe"] = TinyGraniteMoe,
        ["tiny-gpt-oss"] = TinyGptOss,
        ["tiny-r1"] = TinyR1,
        ["tiny-v2lite"] = TinyV2Lite,
        ["qwen3moe-slice"] = Qwen3MoeSlice,
        ["r1-slice"] = R1Slice,
        ["r1-layer"] = R1Layer,
        ["r1-slice2"] = R1Slice2,
        ["r1-long"] = R1Long,
        ["v2-lite"] = V2Lite,
        ["llama-1b"] = Llama1B,
        ["llama-slice"] = Llama1BSlice,
        ["qwen2.5-0.5b"] = Qwen05B,
        ["qwen3-0.6b"] = Qwen3Small,
        ["bonsai-1.7b"] = Bonsai,
        ["bitnet-2b"] = BitNet2B,
    };
}
