using Jibun.Models.Shared;

namespace Jibun.Models.Sparse;

/// <summary>The tensors of a sparse decoder.</summary>
internal sealed record SparseWeights(Embedding Embedding, SparseLayer[] Layers, Vector OutputNorm, float[]? RopeFactors)
{
    public static SparseWeights Load(WeightLoader loader, DecoderConfig config, SparseVariant variant, ExpertConfig experts)
    {
        var layers = new SparseLayer[config.Layers];
        for (int layer = 0; layer < layers.Length; layer++) layers[layer] = new SparseLayer(loader, config, variant, experts, $"blk.{layer}");
        return new(
            Embedding.Load(loader, config.Width), // [vocabulary, width]
            layers,
            loader.Vector("output_norm.weight", config.Width), // [width]
            RotationFactors.Load(loader, config)); // [rotated / 2]
    }
}

internal sealed class SparseLayer(WeightLoader loader, DecoderConfig c, SparseVariant variant, ExpertConfig experts, string block)
{
    public Vector AttentionNorm { get; } = loader.Vector($"{block}.attn_norm.weight", c.Width);

    public Linear Query { get; } = Linear.Load(loader, $"{block}.attn_q", c.Heads * c.HeadSize, c.Width);

    public Linear Key { get; } = Linear.Load(loader, $"{block}.attn_k", c.KvHeads * c.HeadSize, c.Width);

    public Linear Value { get; } = Linear.Load(loader, $"{block}.attn_v", c.KvHeads * c.HeadSize, c.Width);

    public Vector? QueryNorm { get; } = Norm(loader, variant.Norm, $"{block}.attn_q_norm.weight", c.Heads, c.HeadSize);

    public Vector? KeyNorm { get; } = Norm(loader, variant.Norm, $"{block}.attn_k_norm.weight", c.KvHeads, c.HeadSize);

    public Linear Output { get; } = Linear.Load(loader, $"{block}.attn_output", c.Width, c.Heads * c.HeadSize);

    public Vector FeedForwardNorm { get; } = loader.Vector($"{block}.ffn_norm.weight", c.Width);

    public ExpertWeights Experts { get; } = ExpertWeights.Load(loader, experts, c.Width, block);

    private static Vector? Norm(WeightLoader loader, QueryKeyNorm norm, string name, int heads, int headSize) => norm switch
    {
        QueryKeyNorm.Heads => loader.Vector(name, headSize),
        QueryKeyNorm.Whole => loader.Vector(name, heads * headSize),
        _ => null,
    };
}
