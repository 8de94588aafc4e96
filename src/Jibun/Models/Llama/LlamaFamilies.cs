using Jibun.Models.Shared;

namespace Jibun.Models.Llama;

/// <summary>The families of Llama's shape: what each reads from the metadata to say where it differs.</summary>
internal static class LlamaFamilies
{
    /// <summary>Llama 2 and 3, Mistral 7B, R1's Llama distills; with experts Mixtral.</summary>
    public static LlamaVariant Llama(DecoderConfig c) => new() { Experts = HasExperts(c) ? ReadExperts(c) : null };

    /// <summary>Qwen 2 and 2.5, R1's Qwen distills. Their biases are found in the file, as those of all families are.</summary>
    public static LlamaVariant Qwen2(DecoderConfig c) => new() { HalvesApart = true };

    public static LlamaVariant Qwen3(DecoderConfig c) => new() { HalvesApart = true, Norm = QueryKeyNorm.Heads };

    /// <summary>Files that do not name an expert's width mean an equal share of the feed-forward width for each expert in use.</summary>
    public static LlamaVariant Qwen3Moe(DecoderConfig c)
    {
        ExpertConfig experts = ReadExperts(c);
        experts = experts with { Width = c.Keys.Size("expert_feed_forward_length", Math.Max(1, c.FeedForwardWidth / experts.Used)) };
        return new() { HalvesApart = true, Norm = QueryKeyNorm.Heads, Experts = experts };
    }

    public static LlamaVariant Olmoe(DecoderConfig c) =>
        new() { HalvesApart = true, Norm = QueryKeyNorm.Whole, Experts = ReadExperts(c, weightsSumToOne: false) };

    /// <summary>Phi 3, 3.5 and 4: projections fused in the file, part of a head rotated, LongRoPE where the file has its factors.</summary>
    public static LlamaVariant Phi3(DecoderConfig c) => new() { HalvesApart = true };

    public static LlamaVariant SmolLm3(DecoderConfig c) => new() { UnrotatedEvery = 4 };

    /// <summary>Granite 3 and 4 without Mamba layers, with experts or without.</summary>
    public static LlamaVariant Granite(DecoderConfig c)
    {
        bool hasExperts = c.Architecture == "granitemoe" || HasExperts(c);
        return new()
        {
            Experts = hasExperts ? ReadExperts(c) : null,
            SharedWidth = hasExperts ? c.Keys.OptionalSize("expert_shared_feed_forward_length") : 0,
            UnrotatedEvery = c.Keys.Flag("rope.scaling.finetuned", true) ? 0 : 1,
            EmbeddingScale = c.Keys.Positive("embedding_scale", 1),
            ResidualScale = c.Keys.Positive("residual_scale", 1),
            AttentionScale = c.Keys.Has("attention.scale") ? c.Keys.Positive("attention.scale") : 0,
            LogitScale = 1 / c.Keys.Positive("logit_scale"),
        };
    }

    /// <summary>Ministral 3: beyond the original context queries grow with the logarithm of the position, as in Llama 4.</summary>
    public static LlamaVariant Mistral3(DecoderConfig c)
    {
        if (HasExperts(c)) throw c.Keys.Refusal($"{c.Keys.Name("expert_count")} is {c.Keys.Integer("expert_count", 0)}; of this architecture only models without experts can be run");
        double weight = c.Keys.Number("attention.temperature_scale", 0), original = c.RopeScale.OriginalContext;
        RopeScaling scaling = c.RopeScale;
        if (scaling.IsYarn && scaling.LogMultiplier != 0)
            scaling = scaling with { Magnitude = scaling.Magnitude / scaling.Temperature(scaling.LogMultiplier) };
        return new()
        {
            RopeScale = scaling,
            QueryScale = weight == 0 ? null : position => (float)(1 + weight * Math.Log(Math.Floor(position / original) + 1)),
        };
    }

    private static bool HasExperts(DecoderConfig c) => c.Keys.IsSet("expert_count");

    private static ExpertConfig ReadExperts(DecoderConfig c, bool weightsSumToOne = true) =>
        ExpertConfig.Read(c.Keys, c.FeedForwardWidth, ExpertGating.Softmax, weightsSumToOne);
}
