using Jibun.Gguf;
using Jibun.Models.Shared;

namespace Jibun.Models.DeepSeek;

/// <summary>The hyper-parameters of DeepSeek-V2, V3 and R1 (architecture deepseek2).</summary>
internal sealed record DeepSeekConfig
{
    private const int LargestHeadSize = 1 << 14; // of a latent too

    public required int Layers { get; init; }

    /// <summary>Layers at the start that have one feed-forward block, not experts.</summary>
    public required int LeadingDense { get; init; }

    public required int Width { get; init; }

    public required int FeedForwardWidth { get; init; }

    /// <summary>Of the experts that see every token, together; 0 where there are none.</summary>
    public required int SharedWidth { get; init; }

    /// <summary>Values that queries are squeezed into before they are projected to heads; 0 where they are not.</summary>
    public required int QueryRank { get; init; }

    public required LatentShape Attention { get; init; }

    public required ExpertConfig Experts { get; init; }

    public required int ContextLength { get; init; }

    public required float NormEpsilon { get; init; }

    public required double RopeBase { get; init; }

    public required RopeScaling RopeScaling { get; init; }

    public DecoderShape Shape(KvType type) => new(
        Width, Math.Max(FeedForwardWidth, SharedWidth), Attention.Heads, new KvShape(type, [.. Enumerable.Repeat(new KvLayer(1, Attention.CachedSize) { ValueSize = 0 }, Layers)]), NormEpsilon)
    {
        QueryWidth = Math.Max(QueryRank, Attention.Heads * Math.Max(Attention.QuerySize, Attention.Value)),
    };

    /// <exception cref="ModelException">A number is missing, makes no sense or contradicts another.</exception>
    public static DeepSeekConfig Read(GgufFile file)
    {
        var keys = new Hyperparameters(file.Metadata);
        int layers = PredictedLayers(file, keys, DecoderConfig.ReadLayers(keys)), width = keys.Size("embedding_length");
        if (keys.IsSet("attention.temperature_scale"))
            throw keys.Refusal($"{keys.Name("attention.temperature_scale")} is set; attention that changes its temperature with the position is not supported");
        long dense = keys.Integer("leading_dense_block_count", 0);
        if (dense < 0 || dense > layers) throw keys.Refusal($"{keys.Name("leading_dense_block_count")} is {dense}; the model has {layers} layers");
        int expertWidth = keys.Size("expert_feed_forward_length");
        long shared = keys.Integer("expert_shared_count", 0);
        if (shared < 0 || shared > Hyperparameters.LargestWidth / expertWidth)
            throw keys.Refusal($"{keys.Name("expert_shared_count")} is {shared}; it must be 0 or a small number");
        RopeScaling scaling = RopeScaling.Read(keys);
        return new DeepSeekConfig
        {
            Layers = layers,
            LeadingDense = (int)dense,
            Width = width,
            FeedForwardWidth = keys.Size("feed_forward_length"),
            SharedWidth = (int)shared * expertWidth,
            QueryRank = file.TryGetTensor("blk.0.attn_q_a.weight", out _) ? keys.Size("attention.q_lora_rank") : 0,
            Attention = ReadAttention(keys, scaling),
            Experts = ExpertConfig.Read(keys, expertWidth, Gating(keys), keys.Flag("expert_weights_norm", false)),
            ContextLength = keys.Size("context_length", largest: Hyperparameters.LargestContext),
            NormEpsilon = keys.Positive("attention.layer_norm_rms_epsilon"),
            RopeBase = DecoderConfig.ReadRopeBase(keys, "rope.freq_base", 10_000),
            RopeScaling = scaling.LogMultiplier == 0 ? scaling : scaling with { Magnitude = scaling.AttentionFactor },
        };
    }

    private static LatentShape ReadAttention(Hyperparameters keys, RopeScaling scaling)
    {
        int heads = DecoderConfig.ReadHeads(keys), rank = HeadSize("attention.kv_lora_rank"), rotated = HeadSize("rope.dimension_count");
        int key = HeadSize(keys.Has("attention.key_length_mla") ? "attention.key_length_mla" : "attention.key_length");
        int value = HeadSize(keys.Has("attention.value_length_mla") ? "attention.value_length_mla" : "attention.value_length");
        if (rotated >= key || rotated % 2 != 0)
            throw keys.Refusal($"{keys.Name("rope.dimension_count")} is {rotated} in keys of {key} values; it must be even and smaller");
        DecoderConfig.RefuseTooWide(keys, heads, key + value);
        return new LatentShape(heads, rank, key - rotated, rotated, value, Scale(scaling, key));

        int HeadSize(string name) => keys.Size(name, largest: LargestHeadSize);
    }

    // Files that name the multiplier put the temperature into the scores alone, the others into the rotation and, once more, into the scores.
    private static float Scale(RopeScaling scaling, int keySize)
    {
        double temperature = scaling.AttentionFactor * (scaling.LogMultiplier != 0 ? scaling.Temperature(10 * scaling.LogMultiplier)
            : scaling.IsYarn ? scaling.Temperature(1) : 1);
        return (float)(temperature * temperature / Math.Sqrt(keySize));
    }

    private static ExpertGating Gating(Hyperparameters keys) => keys.Integer("expert_gating_func", 0) switch
    {
        0 or 1 => ExpertGating.Softmax,
        2 => ExpertGating.Sigmoid,
        long other => throw keys.Refusal($"{keys.Name("expert_gating_func")} is {other}; known are 1 (softmax) and 2 (sigmoid)"),
    };

    // Blocks behind the last layer, which predict further tokens (nextn), are counted by some files and stripped from others.
    private static int PredictedLayers(GgufFile file, Hyperparameters keys, int blocks)
    {
        for (long ahead = keys.Integer("nextn_predict_layers", 0); blocks > 1; ahead--, blocks--)
        {
            bool predictsAhead = file.TryGetTensor($"blk.{blocks - 1}.nextn.eh_proj.weight", out _)
                || (ahead > 0 && !file.TryGetTensor($"blk.{blocks - 1}.attn_norm.weight", out _));
            if (!predictsAhead) break;
        }
        return blocks;
    }
}
