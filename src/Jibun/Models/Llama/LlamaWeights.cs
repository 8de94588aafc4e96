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
            loader.OptionalVector("rope_freqs.weight", config.Rotated / 2)?.Values.ToArray());
    }
}

internal sealed class LlamaLayer(WeightLoader loader, DecoderConfig c, string block)
{
    public Vector AttentionNorm { get; } = loader.Vector($"{block}.attn_norm.weight", c.Width);

    public Linear Query { get; } = Linear.Load(loader, $"{block}.attn_q", c.Heads * c.HeadSize, c.Width);

    public Linear Key { get; } = Linear.Load(loader, $"{block}.attn_k", c.KvHeads * c.HeadSize, c.Width);

    public Linear Value { get; } = Linear.Load(loader, $"{block}.attn_v", c.KvHeads * c.HeadSize, c.Width);

    public Linear Output { get; } = Linear.Load(loader, $"{block}.attn_output", c.Width, c.Heads * c.HeadSize);

    public Vector FeedForwardNorm { get; } = loader.Vector($"{block}.ffn_norm.weight", c.Width);

    public Linear Gate { get; } = Linear.Load(loader, $"{block}.ffn_gate", c.FeedForwardWidth, c.Width);

    public Linear Up { get; } = Linear.Load(loader, $"{block}.ffn_up", c.FeedForwardWidth, c.Width);

    public Linear Down { get; } = Linear.Load(loader, $"{block}.ffn_down", c.Width, c.FeedForwardWidth);
}
