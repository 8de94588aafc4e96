using Jibun.Models.Llama;
using Jibun.Models.Shared;

namespace Jibun.Models.Bert;

/// <summary>The tensors of BERT and of Nomic's variant of it.</summary>
internal sealed record BertWeights(Embedding Embedding, Vector? Type, Vector? Positions, NormWeights EmbeddingNorm, BertLayer[] Layers)
{
    public static BertWeights Load(WeightLoader loader, DecoderConfig config, bool isNomic)
    {
        var layers = new BertLayer[config.Layers];
        for (int layer = 0; layer < layers.Length; layer++) layers[layer] = new BertLayer(loader, config, isNomic, $"blk.{layer}");
        return new(
            Embedding.LoadTable(loader, config.Width), // [vocabulary, width]
            LoadType(loader, config.Width),
            isNomic ? null : loader.Vectors("position_embd.weight", config.ContextLength, config.Width), // [context, width]
            NormWeights.Load(loader, "token_embd_norm", config.Width),
            layers);
    }

    // Texts are always of the first kind ("sentence A").
    private static Vector? LoadType(WeightLoader loader, int width)
    {
        if (!loader.File.TryGetTensor("token_types.weight", out Gguf.GgufTensor? types)) return null;
        int kinds = (int)Math.Min(types.Rows, 1 << 16);
        return loader.Vectors("token_types.weight", kinds, width).Slice(0, width);
    }
}

internal sealed class BertLayer
{
    public BertLayer(WeightLoader loader, DecoderConfig c, bool isNomic, string block)
    {
        (Query, Key, Value) = LlamaLayer.LoadQueriesKeysValues(loader, c, block);
        Output = Linear.Load(loader, $"{block}.attn_output", c.Width, c.Heads * c.HeadSize);
        AttentionNorm = NormWeights.Load(loader, $"{block}.attn_output_norm", c.Width);
        Gate = isNomic ? Linear.Load(loader, $"{block}.ffn_gate", c.FeedForwardWidth, c.Width) : null;
        Up = Linear.Load(loader, $"{block}.ffn_up", c.FeedForwardWidth, c.Width);
        Down = Linear.Load(loader, $"{block}.ffn_down", c.Width, c.FeedForwardWidth);
        FeedForwardNorm = NormWeights.Load(loader, $"{block}.layer_output_norm", c.Width);
    }

    public Linear Query { get; } // [width, width]

    public Linear Key { get; } // [width, width]

    public Linear Value { get; } // [width, width]

    public Linear Output { get; } // [width, width]

    public NormWeights AttentionNorm { get; }

    public Linear? Gate { get; } // [feed-forward width, width]

    public Linear Up { get; } // [feed-forward width, width]

    public Linear Down { get; } // [width, feed-forward width]

    public NormWeights FeedForwardNorm { get; }
}
