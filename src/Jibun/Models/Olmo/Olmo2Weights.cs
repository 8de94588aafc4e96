using Jibun.Models.Llama;
using Jibun.Models.Shared;

namespace Jibun.Models.Olmo;

/// <summary>The tensors of OLMo 2: no norm before a block, one behind it.</summary>
internal sealed record Olmo2Weights(Embedding Embedding, Olmo2Layer[] Layers, Vector OutputNorm)
{
    public static Olmo2Weights Load(WeightLoader loader, DecoderConfig config)
    {
        var layers = new Olmo2Layer[config.Layers];
        for (int layer = 0; layer < layers.Length; layer++) layers[layer] = new Olmo2Layer(loader, config, $"blk.{layer}");
        return new(Embedding.Load(loader, config.Width), layers, loader.Vector("output_norm.weight", config.Width));
    }
}

internal sealed class Olmo2Layer
{
    public Olmo2Layer(WeightLoader loader, DecoderConfig c, string block)
    {
        (Query, Key, Value) = LlamaLayer.LoadQueriesKeysValues(loader, c, block);
        QueryNorm = loader.Vector($"{block}.attn_q_norm.weight", Query.Rows);
        KeyNorm = loader.Vector($"{block}.attn_k_norm.weight", Key.Rows);
        Output = Linear.Load(loader, $"{block}.attn_output", c.Width, c.Heads * c.HeadSize);
        AttentionNorm = loader.Vector($"{block}.post_attention_norm.weight", c.Width);
        FeedForward = FeedForward.Load(loader, block, c.FeedForwardWidth, c.Width);
        FeedForwardNorm = loader.Vector($"{block}.post_ffw_norm.weight", c.Width);
    }

    public Linear Query { get; } // [heads · head size, width]

    public Linear Key { get; } // [key heads · head size, width]

    public Linear Value { get; } // [key heads · head size, width]

    public Vector QueryNorm { get; } // [heads · head size]

    public Vector KeyNorm { get; } // [key heads · head size]

    public Linear Output { get; } // [width, heads · head size]

    public Vector AttentionNorm { get; } // [width]

    public FeedForward FeedForward { get; }

    public Vector FeedForwardNorm { get; } // [width]
}
