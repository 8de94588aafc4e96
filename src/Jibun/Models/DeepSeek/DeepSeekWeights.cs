using Jibun.Models.Shared;

namespace Jibun.Models.DeepSeek;

/// <summary>The tensors of DeepSeek's models.</summary>
internal sealed record DeepSeekWeights(Embedding Embedding, DeepSeekLayer[] Layers, Vector OutputNorm)
{
    public static DeepSeekWeights Load(WeightLoader loader, DeepSeekConfig config)
    {
        var layers = new DeepSeekLayer[config.Layers];
        for (int layer = 0; layer < layers.Length; layer++) layers[layer] = new DeepSeekLayer(loader, config, layer);
        return new(
            Embedding.Load(loader, config.Width), // [vocabulary, width]
            layers,
            loader.Vector("output_norm.weight", config.Width)); // [width]
    }
}

internal sealed class DeepSeekLayer
{
    public DeepSeekLayer(WeightLoader loader, DeepSeekConfig c, int layer)
    {
        string block = $"blk.{layer}";
        LatentShape a = c.Attention;
        AttentionNorm = loader.Vector($"{block}.attn_norm.weight", c.Width);
        if (c.QueryRank > 0)
        {
            QueryDown = Linear.Load(loader, $"{block}.attn_q_a", c.QueryRank, c.Width);
            QueryNorm = loader.Vector($"{block}.attn_q_a_norm.weight", c.QueryRank);
        }
        Query = Linear.Load(loader, c.QueryRank > 0 ? $"{block}.attn_q_b" : $"{block}.attn_q", a.Heads * a.QuerySize, c.QueryRank > 0 ? c.QueryRank : c.Width);
        Latent = Linear.Load(loader, $"{block}.attn_kv_a_mqa", a.CachedSize, c.Width);
        LatentNorm = loader.Vector($"{block}.attn_kv_a_norm.weight", a.Rank);
        Heads = LatentHeads.Load(loader, a, block);
        Output = Linear.Load(loader, $"{block}.attn_output", c.Width, a.Heads * a.Value);
        FeedForwardNorm = loader.Vector($"{block}.ffn_norm.weight", c.Width);
        if (layer < c.LeadingDense)
        {
            Dense = FeedForward.Load(loader, block, c.FeedForwardWidth, c.Width);
            return;
        }
        Experts = ExpertWeights.Load(loader, c.Experts, c.Width, block, FeedForwardNorm);
        if (c.SharedWidth > 0) Dense = FeedForward.Load(loader, block, c.SharedWidth, c.Width, "_shexp");
    }

    public Vector AttentionNorm { get; } // [width]

    public Linear? QueryDown { get; } // [query rank, width]

    public Vector? QueryNorm { get; } // [query rank]

    public Linear Query { get; } // [heads · query size, query rank or width]

    public Linear Latent { get; } // [rank + rotated, width]

    public Vector LatentNorm { get; } // [rank]

    public LatentHeads Heads { get; }

    public Linear Output { get; } // [width, heads · value]

    public Vector FeedForwardNorm { get; } // [width]

    public ExpertWeights? Experts { get; }

    /// <summary>The feed-forward block of a leading layer, or the shared expert of the others.</summary>
    public FeedForward? Dense { get; }
}

/// <summary>What makes keys and values of heads out of a latent, and absorbs the making of keys into queries.</summary>
/// <param name="Absorb">Heads of [rank, plain]: a query becomes one that meets latents.</param>
/// <param name="Key">Heads of [plain, rank]: the same, transposed.</param>
/// <param name="Value">Heads of [value, rank].</param>
internal sealed record LatentHeads(PendingMatrix Absorb, PendingMatrix Key, PendingMatrix Value)
{
    /// <summary>Newer files hold what absorbs and the values, older ones keys and values head by head in one matrix; some hold both.</summary>
    public static LatentHeads Load(WeightLoader loader, LatentShape a, string block)
    {
        string joint = $"{block}.attn_kv_b.weight", absorb = $"{block}.attn_k_b.weight", value = $"{block}.attn_v_b.weight";
        long[] jointShape = [a.Rank, (long)a.Heads * (a.Plain + a.Value)], absorbShape = [a.Plain, a.Rank, a.Heads], valueShape = [a.Rank, a.Value, a.Heads];
        StackSlice keys = new(a.Heads, a.Plain + a.Value, 0, a.Plain), values = new(a.Heads, a.Plain + a.Value, a.Plain, a.Value);
        StackSlice absorbers = new(a.Heads, a.Rank, 0, a.Rank);
        bool isJoint = loader.Has(joint);
        if (!loader.Has(absorb))
            return new(loader.TransposedStack(joint, jointShape, keys), loader.Stack(joint, jointShape, keys), loader.Stack(joint, jointShape, values));
        return new(
            loader.Stack(absorb, absorbShape, absorbers),
            isJoint ? loader.Stack(joint, jointShape, keys) : loader.TransposedStack(absorb, absorbShape, absorbers),
            loader.Stack(value, valueShape, new StackSlice(a.Heads, a.Value, 0, a.Value)));
    }
}
