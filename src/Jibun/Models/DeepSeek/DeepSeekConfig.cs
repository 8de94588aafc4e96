using Jibun.Gguf;
using Jibun.Models.Shared;

namespace Jibun.Models.DeepSeek;

/// <summary>The hyper-parameters of DeepSeek-V2, V3 and R1 (architecture deepseek2).</summary>
internal sealed record DeepSeekConfig
{
    private const string Architecture = "deepseek2";

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
        GgufMetadata metadata = file.Metadata;
        int Size(string key, long? missing = null) => DecoderConfig.ReadSize(metadata, $"{Architecture}.{key}", missing);
        int layers = PredictedLayers(file, Size("block_count")), width = Size("embedding_length"), heads = Size("attention.head_count");
        int rotated = Size("rope.dimension_count"), key = Size("attention.key_length_mla", metadata.GetInteger($"{Architecture}.attention.key_length"));
        if (rotated >= key || rotated % 2 != 0)
            throw new ModelException($"{metadata.Source}: {Architecture}.rope.dimension_count is {rotated} in keys of {key} values; it must be even and smaller");
        if (metadata.GetNumber($"{Architecture}.attention.temperature_scale", 0) != 0)
            throw new ModelException($"{metadata.Source}: {Architecture}.attention.temperature_scale is set; attention that changes its temperature with the position is not supported");
        long dense = metadata.GetInteger($"{Architecture}.leading_dense_block_count", 0);
        if (dense < 0 || dense > layers)
            throw new ModelException($"{metadata.Source}: {Architecture}.leading_dense_block_count is {dense}; the model has {layers} layers");
        int expertWidth = Size("expert_feed_forward_length");
        long shared = metadata.GetInteger($"{Architecture}.expert_shared_count", 0);
        if (shared < 0 || shared * expertWidth > 1 << 24)
            throw new ModelException($"{metadata.Source}: {Architecture}.expert_shared_count is {shared}; it must be 0 or a small number");
        RopeScaling scaling = RopeScaling.Read(metadata, Architecture);
        return new DeepSeekConfig
        {
            Layers = layers,
            LeadingDense = (int)dense,
            Width = width,
            FeedForwardWidth = Size("feed_forward_length"),
            SharedWidth = (int)shared * expertWidth,
            QueryRank = file.TryGetTensor("blk.0.attn_q_a.weight", out _) ? Size("attention.q_lora_rank") : 0,
            Attention = new LatentShape(heads, Size("attention.kv_lora_rank"), key - rotated, rotated,
                Size("attention.value_length_mla", metadata.GetInteger($"{Architecture}.attention.value_length")), Scale(scaling, key)),
            Experts = ExpertConfig.Read(metadata, Architecture, expertWidth, Gating(metadata), metadata.GetBoolean($"{Architecture}.expert_weights_norm", false)),
            ContextLength = Size("context_length"),
            NormEpsilon = DecoderConfig.Positive(metadata, $"{Architecture}.attention.layer_norm_rms_epsilon", null),
            RopeBase = DecoderConfig.Positive(metadata, $"{Architecture}.rope.freq_base", 10_000),
            RopeScaling = scaling.LogMultiplier == 0 ? scaling : scaling with { Magnitude = scaling.AttentionFactor },
        };
    }

    // Files that name the multiplier put the temperature into the scores alone, the others into the rotation and, once more, into the scores.
    private static float Scale(RopeScaling scaling, int keySize)
    {
        double temperature = scaling.AttentionFactor * (scaling.LogMultiplier != 0 ? scaling.Temperature(10 * scaling.LogMultiplier)
            : scaling.IsYarn ? scaling.Temperature(1) : 1);
        return (float)(temperature * temperature / Math.Sqrt(keySize));
    }

    private static ExpertGating Gating(GgufMetadata metadata)
    {
        string key = $"{Architecture}.expert_gating_func";
        return metadata.GetInteger(key, 0) switch
        {
            0 or 1 => ExpertGating.Softmax,
            2 => ExpertGating.Sigmoid,
            long other => throw new ModelException($"{metadata.Source}: {key} is {other}; known are 1 (softmax) and 2 (sigmoid)"),
        };
    }

    // Blocks behind the last layer, which predict further tokens (nextn), are counted by some files and stripped from others.
    private static int PredictedLayers(GgufFile file, int blocks)
    {
        for (long ahead = file.Metadata.GetInteger($"{Architecture}.nextn_predict_layers", 0); blocks > 1; ahead--, blocks--)
        {
            bool predictsAhead = file.TryGetTensor($"blk.{blocks - 1}.nextn.eh_proj.weight", out _)
                || (ahead > 0 && !file.TryGetTensor($"blk.{blocks - 1}.attn_norm.weight", out _));
            if (!predictsAhead) break;
        }
        return blocks;
    }
}
