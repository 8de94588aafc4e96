using Jibun.Gguf;
using Jibun.Models.Shared;

namespace Jibun.Models.Sparse;

/// <summary>What queries and keys are normalized over before they are rotated.</summary>
internal enum QueryKeyNorm
{
    None,

    /// <summary>Each head by itself.</summary>
    Heads,

    /// <summary>All heads together.</summary>
    Whole,
}

/// <summary>Where the families of this shape differ.</summary>
/// <param name="HalvesApart">Rotated pairs lie half a head apart.</param>
/// <param name="Norm">What queries and keys are normalized over.</param>
/// <param name="WeightsSumToOne">The weights of the chosen experts are normalized.</param>
internal sealed record SparseVariant(bool HalvesApart, QueryKeyNorm Norm, bool WeightsSumToOne)
{
    public static SparseVariant Of(string architecture) => architecture switch
    {
        "llama" => new(HalvesApart: false, QueryKeyNorm.None, WeightsSumToOne: true),
        "qwen3moe" => new(HalvesApart: true, QueryKeyNorm.Heads, WeightsSumToOne: true),
        "olmoe" => new(HalvesApart: true, QueryKeyNorm.Whole, WeightsSumToOne: false),
        _ => throw new NotSupportedException(architecture),
    };

    public ExpertConfig ReadExperts(GgufMetadata metadata, DecoderConfig c)
    {
        // Where an expert's width is not named, the feed-forward width is one expert's, or for Qwen the sum of those in use.
        ExpertConfig experts = ExpertConfig.Read(metadata, c.Architecture, c.FeedForwardWidth, ExpertGating.Softmax, WeightsSumToOne);
        if (c.Architecture != "qwen3moe") return experts;
        return experts with { Width = c.Size(metadata, "expert_feed_forward_length", Math.Max(1, c.FeedForwardWidth / experts.Used)) };
    }
}
