using Jibun.Models.Shared;

namespace Jibun.Models.Llama;

/// <summary>The tensors of Llama and of families of its shape.</summary>
internal sealed class LlamaWeights
{
    private LlamaWeights(Embedding embedding, LlamaLayer[] layers, Vector outputNorm, float[]? ropeFactors)
    {
        (Embedding, Layers, OutputNorm, RopeFactors) = (embedding, layers, outputNorm, ropeFactors);
    }

    public Embedding Embedding { get; } // [vocabulary, width]

    public LlamaLayer[] Layers { get; }

    public Vector OutputNorm { get; } // [width]

    public float[]? RopeFactors { get; } // [rotated / 2]

    /// <param name="loader">Reads the file.</param>
    /// <param name="config">Sizes.</param>
    /// <param name="variant">What a layer has beside Llama's tensors, or in place of some; null: nothing.</param>
    public static LlamaWeights Load(WeightLoader loader, DecoderConfig config, LlamaVariant? variant = null)
    {
        variant ??= new LlamaVariant();
        var layers = new LlamaLayer[config.Layers];
        for (int layer = 0; layer < layers.Length; layer++) layers[layer] = new LlamaLayer(loader, config, variant, $"blk.{layer}");
        return new(
            Embedding.Load(loader, config.Width),
            layers,
            loader.Vector("output_norm.weight", config.Width),
            RotationFactors.Load(loader, config));
    }
}

internal sealed class LlamaLayer
{
    public LlamaLayer(WeightLoader loader, DecoderConfig c, LlamaVariant variant, string block)
    {
        AttentionNorm = loader.Vector($"{block}.attn_norm.weight", c.Width);
        (Query, Key, Value) = LoadQueriesKeysValues(loader, c, block);
        QueryNorm = LoadNorm(loader, variant.Norm, $"{block}.attn_q_norm.weight", c.Heads, c.HeadSize);
        KeyNorm = LoadNorm(loader, variant.Norm, $"{block}.attn_k_norm.weight", c.KvHeads, c.HeadSize);
        Output = Linear.Load(loader, $"{block}.attn_output", c.Width, c.Heads * c.HeadSize);
        FeedForwardNorm = loader.Vector($"{block}.ffn_norm.weight", c.Width);
        if (variant.Experts is null)
        {
            Dense = LoadFeedForward(loader, c, block);
            return;
        }
        Experts = ExpertWeights.Load(loader, variant.Experts, c.Width, block, FeedForwardNorm);
        if (variant.SharedWidth > 0) Dense = FeedForward.Load(loader, block, variant.SharedWidth, c.Width, "_shexp");
    }

    public Vector AttentionNorm { get; } // [width]

    public Linear Query { get; } // [heads · head size, width]

    public Linear Key { get; } // [key heads · head size, width]

    public Linear Value { get; } // [key heads · head size, width]

    public Vector? QueryNorm { get; } // [head size], or of all heads

    public Vector? KeyNorm { get; } // [head size], or of all key heads

    public Linear Output { get; } // [width, heads · head size]

    public Vector FeedForwardNorm { get; } // [width]

    public ExpertWeights? Experts { get; }

    /// <summary>The feed-forward block, or the expert beside the others that sees every token.</summary>
    public FeedForward? Dense { get; }

    public Linear Gate => Dense!.Gate; // [feed-forward width, width]

    public Linear Up => Dense!.Up; // [feed-forward width, width]

    public Linear Down => Dense!.Down; // [width, feed-forward width]

    /// <summary>Three matrices, or one that holds their rows one behind the other, as Phi's files have it.</summary>
    public static (Linear Query, Linear Key, Linear Value) LoadQueriesKeysValues(WeightLoader loader, DecoderConfig c, string block)
    {
        int queries = c.Heads * c.HeadSize, keys = c.KvHeads * c.HeadSize, total = queries + 2 * keys;
        string fused = $"{block}.attn_qkv";
        if (!loader.Has($"{fused}.weight"))
            return (Linear.Load(loader, $"{block}.attn_q", queries, c.Width),
                Linear.Load(loader, $"{block}.attn_k", keys, c.Width),
                Linear.Load(loader, $"{block}.attn_v", keys, c.Width));
        return (Linear.LoadRows(loader, fused, total, c.Width, 0, queries),
            Linear.LoadRows(loader, fused, total, c.Width, queries, keys),
            Linear.LoadRows(loader, fused, total, c.Width, queries + keys, keys));
    }

    private static FeedForward LoadFeedForward(WeightLoader loader, DecoderConfig c, string block)
    {
        int width = c.FeedForwardWidth;
        string up = $"{block}.ffn_up";
        if (loader.Has($"{block}.ffn_gate.weight") || !loader.Has($"{up}.weight")) return FeedForward.Load(loader, block, width, c.Width);
        return new(
            Linear.LoadRows(loader, up, 2 * width, c.Width, 0, width),
            Linear.LoadRows(loader, up, 2 * width, c.Width, width, width),
            Linear.Load(loader, $"{block}.ffn_down", c.Width, width));
    }

    private static Vector? LoadNorm(WeightLoader loader, QueryKeyNorm norm, string name, int heads, int headSize) => norm switch
    {
        QueryKeyNorm.Heads => loader.Vector(name, headSize),
        QueryKeyNorm.Whole => loader.Vector(name, heads * headSize),
        _ => null,
    };
}
