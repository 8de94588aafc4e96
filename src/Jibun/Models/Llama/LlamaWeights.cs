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

    public static LlamaWeights Load(WeightLoader loader, DecoderConfig config)
    {
        var layers = new LlamaLayer[config.Layers];
        for (int layer = 0; layer < layers.Length; layer++) layers[layer] = new LlamaLayer(loader, config, $"blk.{layer}");
        return new(
            Embedding.Load(loader, config.Width),
            layers,
            loader.Vector("output_norm.weight", config.Width),
            RotationFactors.Load(loader, config));
    }
}

internal sealed class LlamaLayer
{
    public LlamaLayer(WeightLoader loader, DecoderConfig c, string block)
    {
        AttentionNorm = loader.Vector($"{block}.attn_norm.weight", c.Width);
        (Query, Key, Value) = LoadQueriesKeysValues(loader, c, block);
        Output = Linear.Load(loader, $"{block}.attn_output", c.Width, c.Heads * c.HeadSize);
        FeedForwardNorm = loader.Vector($"{block}.ffn_norm.weight", c.Width);
        (Gate, Up) = LoadGateAndUp(loader, c, block);
        Down = Linear.Load(loader, $"{block}.ffn_down", c.Width, c.FeedForwardWidth);
    }

    public Vector AttentionNorm { get; } // [width]

    public Linear Query { get; } // [heads · head size, width]

    public Linear Key { get; } // [key heads · head size, width]

    public Linear Value { get; } // [key heads · head size, width]

    public Linear Output { get; } // [width, heads · head size]

    public Vector FeedForwardNorm { get; } // [width]

    public Linear Gate { get; } // [feed-forward width, width]

    public Linear Up { get; } // [feed-forward width, width]

    public Linear Down { get; } // [width, feed-forward width]

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

    private static (Linear Gate, Linear Up) LoadGateAndUp(WeightLoader loader, DecoderConfig c, string block)
    {
        int width = c.FeedForwardWidth;
        string up = $"{block}.ffn_up";
        if (loader.Has($"{block}.ffn_gate.weight") || !loader.Has($"{up}.weight"))
            return (Linear.Load(loader, $"{block}.ffn_gate", width, c.Width), Linear.Load(loader, up, width, c.Width));
        return (Linear.LoadRows(loader, up, 2 * width, c.Width, 0, width), Linear.LoadRows(loader, up, 2 * width, c.Width, width, width));
    }
}
