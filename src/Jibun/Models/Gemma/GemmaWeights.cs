using Jibun.Models.Llama;
using Jibun.Models.Shared;

namespace Jibun.Models.Gemma;

/// <summary>The tensors of Gemma: Llama's, and a norm behind each block.</summary>
internal sealed record GemmaWeights(LlamaWeights Decoder, GemmaNorms[] Norms)
{
    public static GemmaWeights Load(WeightLoader loader, GemmaConfig config)
    {
        var norms = new GemmaNorms[config.Decoder.Layers];
        for (int layer = 0; layer < norms.Length; layer++) norms[layer] = new GemmaNorms(loader, config, $"blk.{layer}");
        return new(LlamaWeights.Load(loader, config.Decoder), norms);
    }
}

internal sealed class GemmaNorms(WeightLoader loader, GemmaConfig c, string block)
{
    public Vector? Query { get; } = c.HasHeadNorms ? loader.Vector($"{block}.attn_q_norm.weight", c.Decoder.HeadSize) : null;

    public Vector? Key { get; } = c.HasHeadNorms ? loader.Vector($"{block}.attn_k_norm.weight", c.Decoder.HeadSize) : null;

    public Vector Attention { get; } = loader.Vector($"{block}.post_attention_norm.weight", c.Decoder.Width);

    public Vector FeedForward { get; } = loader.Vector($"{block}.post_ffw_norm.weight", c.Decoder.Width);
}
