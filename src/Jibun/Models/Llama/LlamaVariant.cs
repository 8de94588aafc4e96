using Jibun.Gguf;
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

/// <summary>Where the families of Llama's shape differ from it.</summary>
internal sealed record LlamaVariant
{
    /// <summary>Rotated pairs lie half a head apart, not side by side.</summary>
    public bool HalvesApart { get; init; }

    public RopeScaling RopeScale { get; init; } = RopeScaling.None;

    public QueryKeyNorm Norm { get; init; }

    /// <summary>Experts in place of the feed-forward block of every layer; null: none.</summary>
    public ExpertConfig? Experts { get; init; }

    /// <summary>Width of the expert beside them that sees every token; 0: none.</summary>
    public int SharedWidth { get; init; }

    /// <summary>Every so many layers one is not rotated (NoPE); 0: all are.</summary>
    public int UnrotatedEvery { get; init; }

    /// <summary>The whole model does without rotation.</summary>
    public bool IsUnrotated { get; init; }

    /// <summary>What the queries of a position are multiplied with; null: nothing.</summary>
    public Func<int, float>? QueryScale { get; init; }

    public float EmbeddingScale { get; init; } = 1;

    public float ResidualScale { get; init; } = 1;

    public float LogitScale { get; init; } = 1;

    /// <summary>0: 1 / √head size.</summary>
    public float AttentionScale { get; init; }

    public bool Rotates(int layer) => !IsUnrotated && (UnrotatedEvery == 0 || (layer + 1) % UnrotatedEvery != 0);

    public DecoderShape Apply(DecoderShape shape) => shape with
    {
        EmbeddingScale = EmbeddingScale,
        ResidualScale = ResidualScale,
        LogitScale = LogitScale,
        Attention = new AttentionOptions { Scale = AttentionScale },
        FeedForwardWidth = Experts is null ? shape.FeedForwardWidth : SharedWidth,
    };

    public static LlamaVariant Read(GgufMetadata metadata, DecoderConfig c)
    {
        LlamaVariant plain = new() { RopeScale = c.RopeScale };
        return c.Architecture switch
        {
            "llama" => HasExperts(metadata, c) ? plain with { Experts = ReadExperts(metadata, c, c.FeedForwardWidth) } : plain,
            "qwen2" => plain with { HalvesApart = true },
            "qwen3" => plain with { HalvesApart = true, Norm = QueryKeyNorm.Heads },
            "qwen3moe" => Qwen3Moe(metadata, c, plain),
            "olmoe" => plain with { HalvesApart = true, Norm = QueryKeyNorm.Whole, Experts = ReadExperts(metadata, c, c.FeedForwardWidth, weightsSumToOne: false) },
            "phi3" => plain with { HalvesApart = true },
            "smollm3" => plain with { UnrotatedEvery = 4 },
            "granite" or "granitemoe" => Granite(metadata, c, plain),
            "mistral3" => Mistral3(metadata, c, plain),
            _ => throw new NotSupportedException(c.Architecture),
        };
    }

    private static LlamaVariant Granite(GgufMetadata metadata, DecoderConfig c, LlamaVariant plain)
    {
        bool hasExperts = c.Architecture == "granitemoe" || HasExperts(metadata, c);
        return plain with
        {
            Experts = hasExperts ? ReadExperts(metadata, c, c.FeedForwardWidth) : null,
            SharedWidth = hasExperts && metadata.GetInteger($"{c.Architecture}.expert_shared_feed_forward_length", 0) != 0
                ? c.Size(metadata, "expert_shared_feed_forward_length") : 0,
            IsUnrotated = !metadata.GetBoolean($"{c.Architecture}.rope.scaling.finetuned", true),
            EmbeddingScale = c.Number(metadata, "embedding_scale", 1),
            ResidualScale = c.Number(metadata, "residual_scale", 1),
            AttentionScale = metadata.ContainsKey($"{c.Architecture}.attention.scale") ? c.Number(metadata, "attention.scale") : 0,
            LogitScale = 1 / c.Number(metadata, "logit_scale"),
        };
    }

    // Files that do not name an expert's width mean an equal share of the feed-forward width for each expert in use.
    private static LlamaVariant Qwen3Moe(GgufMetadata metadata, DecoderConfig c, LlamaVariant plain)
    {
        ExpertConfig experts = ReadExperts(metadata, c, c.FeedForwardWidth);
        experts = experts with { Width = c.Size(metadata, "expert_feed_forward_length", Math.Max(1, c.FeedForwardWidth / experts.Used)) };
        return plain with { HalvesApart = true, Norm = QueryKeyNorm.Heads, Experts = experts };
    }

    // Beyond the original context queries grow with the logarithm of the position, as in Llama 4.
    private static LlamaVariant Mistral3(GgufMetadata metadata, DecoderConfig c, LlamaVariant plain)
    {
        RefuseExperts(metadata, c);
        double weight = metadata.GetNumber("mistral3.attention.temperature_scale", 0), original = c.RopeScale.OriginalContext;
        RopeScaling scaling = c.RopeScale;
        if (scaling.IsYarn && scaling.LogMultiplier != 0)
            scaling = scaling with { Magnitude = scaling.Magnitude / scaling.Temperature(scaling.LogMultiplier) };
        return plain with
        {
            RopeScale = scaling,
            QueryScale = weight == 0 ? null : position => (float)(1 + weight * Math.Log(Math.Floor(position / original) + 1)),
        };
    }

    private static bool HasExperts(GgufMetadata metadata, DecoderConfig c) => metadata.GetInteger($"{c.Architecture}.expert_count", 0) != 0;

    private static ExpertConfig ReadExperts(GgufMetadata metadata, DecoderConfig c, int width, bool weightsSumToOne = true) =>
        ExpertConfig.Read(metadata, c.Architecture, width, ExpertGating.Softmax, weightsSumToOne);

    private static void RefuseExperts(GgufMetadata metadata, DecoderConfig c)
    {
        if (metadata.GetInteger($"{c.Architecture}.expert_count", 0) is not 0 and long count)
            throw new ModelException($"{metadata.Source}: {c.Architecture}.expert_count is {count}; of this architecture only models without experts can be run");
    }
}
