using Jibun.Models.Llama;
using Jibun.Models.Shared;

namespace Jibun.Models.GptOss;

/// <summary>The tensors of gpt-oss.</summary>
internal sealed record GptOssWeights(Embedding Embedding, GptOssLayer[] Layers, Vector OutputNorm)
{
    public static GptOssWeights Load(WeightLoader loader, GptOssConfig config)
    {
        var layers = new GptOssLayer[config.Decoder.Layers];
        for (int layer = 0; layer < layers.Length; layer++) layers[layer] = new GptOssLayer(loader, config, $"blk.{layer}");
        return new(
            Embedding.Load(loader, config.Decoder.Width), // [vocabulary, width]
            layers,
            loader.Vector("output_norm.weight", config.Decoder.Width)); // [width]
    }
}

internal sealed class GptOssLayer
{
    public GptOssLayer(WeightLoader loader, GptOssConfig config, string block)
    {
        DecoderConfig c = config.Decoder;
        AttentionNorm = loader.Vector($"{block}.attn_norm.weight", c.Width);
        (Query, Key, Value) = LlamaLayer.LoadQueriesKeysValues(loader, c, block);
        Sinks = loader.Vector($"{block}.attn_sinks.weight", c.Heads);
        Output = Linear.Load(loader, $"{block}.attn_output", c.Width, c.Heads * c.HeadSize);
        FeedForwardNorm = loader.Vector($"{block}.post_attention_norm.weight", c.Width);
        Experts = ExpertWeights.Load(loader, config.Experts, c.Width, block, FeedForwardNorm);
    }

    public Vector AttentionNorm { get; } // [width]

    public Linear Query { get; } // [heads · head size, width]

    public Linear Key { get; } // [key heads · head size, width]

    public Linear Value { get; } // [key heads · head size, width]

    public Vector Sinks { get; } // [heads]

    public Linear Output { get; } // [width, heads · head size]

    public Vector FeedForwardNorm { get; } // [width]

    public ExpertWeights Experts { get; }
}
