using Jibun.Models.Shared;

namespace Jibun.Models.Gemma;

/// <summary>The tensors of Gemma 4.</summary>
internal sealed record Gemma4Weights(Embedding Embedding, PerLayerWeights? PerLayer, float[]? RopeFactors, Gemma4Layer[] Layers, Vector OutputNorm)
{
    public static Gemma4Weights Load(WeightLoader loader, Gemma4Config c)
    {
        var layers = new Gemma4Layer[c.Layers.Length];
        for (int layer = 0; layer < layers.Length; layer++) layers[layer] = new Gemma4Layer(loader, c, layer);
        return new(
            Embedding.Load(loader, c.Width), // [vocabulary, width]
            c.PerLayerWidth == 0 ? null : new PerLayerWeights(loader, c),
            RotationFactors.LoadSingle(loader, c.GlobalRope.Rotated / 2), // [rotated / 2]
            layers,
            loader.Vector("output_norm.weight", c.Width)); // [width]
    }
}

/// <summary>What makes the numbers that every layer gets of a token beside the residual stream.</summary>
internal sealed class PerLayerWeights(WeightLoader loader, Gemma4Config c)
{
    public Embedding Table { get; } = Embedding.LoadTable(loader, c.Layers.Length * c.PerLayerWidth, "per_layer_token_embd.weight"); // [vocabulary, layers · per layer]

    public Linear Projection { get; } = Linear.Load(loader, "per_layer_model_proj", c.Layers.Length * c.PerLayerWidth, c.Width); // [layers · per layer, width]

    public Vector Norm { get; } = loader.Vector("per_layer_proj_norm.weight", c.PerLayerWidth); // [per layer]
}

internal sealed class Gemma4Layer
{
    public Gemma4Layer(WeightLoader loader, Gemma4Config c, int layer)
    {
        Gemma4LayerConfig own = c.Layers[layer];
        string block = $"blk.{layer}";
        int keys = own.KvHeads * own.HeadSize;
        AttentionNorm = loader.Vector($"{block}.attn_norm.weight", c.Width);
        Query = Linear.Load(loader, $"{block}.attn_q", c.Heads * own.HeadSize, c.Width);
        QueryNorm = loader.Vector($"{block}.attn_q_norm.weight", own.HeadSize);
        if (own.Source == layer)
        {
            Key = Linear.Load(loader, $"{block}.attn_k", keys, c.Width);
            KeyNorm = loader.Vector($"{block}.attn_k_norm.weight", own.HeadSize);
            Value = loader.Has($"{block}.attn_v.weight") ? Linear.Load(loader, $"{block}.attn_v", keys, c.Width) : Key;
        }
        else
        {
            loader.Skip($"{block}.attn_k.weight", $"{block}.attn_k_norm.weight", $"{block}.attn_v.weight");
        }
        Output = Linear.Load(loader, $"{block}.attn_output", c.Width, c.Heads * own.HeadSize);
        PostAttentionNorm = loader.Vector($"{block}.post_attention_norm.weight", c.Width);
        FeedForwardNorm = loader.Vector($"{block}.ffn_norm.weight", c.Width);
        FeedForward = FeedForward.Load(loader, block, own.FeedForwardWidth, c.Width);
        if (c.Experts is not null && loader.Has($"{block}.ffn_gate_inp.weight")) Experts = new Gemma4Experts(loader, c, c.Experts, block);
        PostFeedForwardNorm = loader.Vector($"{block}.post_ffw_norm.weight", c.Width);
        if (c.PerLayerWidth > 0)
        {
            PerLayerGate = Linear.Load(loader, $"{block}.inp_gate", c.PerLayerWidth, c.Width);
            PerLayerProjection = Linear.Load(loader, $"{block}.proj", c.Width, c.PerLayerWidth);
            PerLayerNorm = loader.Vector($"{block}.post_norm.weight", c.Width);
        }
        OutputScale = loader.OptionalVector($"{block}.layer_output_scale.weight", 1)?.Values[0] ?? 1;
    }

    public Vector AttentionNorm { get; } // [width]

    public Linear Query { get; } // [heads · head size, width]

    public Vector QueryNorm { get; } // [head size]

    public Linear? Key { get; } // [key heads · head size, width]

    public Vector? KeyNorm { get; } // [head size]

    /// <summary>The keys' matrix where the file has no other.</summary>
    public Linear? Value { get; } // [key heads · head size, width]

    public Linear Output { get; } // [width, heads · head size]

    public Vector PostAttentionNorm { get; } // [width]

    public Vector FeedForwardNorm { get; } // [width]

    /// <summary>Where there are experts, the one that sees every token.</summary>
    public FeedForward FeedForward { get; }

    public Gemma4Experts? Experts { get; }

    public Vector PostFeedForwardNorm { get; } // [width]

    public Linear? PerLayerGate { get; } // [per layer, width]

    public Linear? PerLayerProjection { get; } // [width, per layer]

    public Vector? PerLayerNorm { get; } // [width]

    public float OutputScale { get; }
}

/// <summary>Experts beside a feed-forward block: router and experts read the residual stream through norms of their own.</summary>
internal sealed class Gemma4Experts
{
    public Gemma4Experts(WeightLoader loader, Gemma4Config c, ExpertConfig experts, string block)
    {
        RouterNorm = loader.Vector($"{block}.ffn_gate_inp.scale", c.Width);
        foreach (ref float scale in RouterNorm.Values) scale /= MathF.Sqrt(c.Width);
        Norm = loader.Vector($"{block}.pre_ffw_norm_2.weight", c.Width);
        Weights = ExpertWeights.Load(loader, experts, c.Width, block);
        PostNorm = loader.Vector($"{block}.post_ffw_norm_2.weight", c.Width);
        DensePostNorm = loader.Vector($"{block}.post_ffw_norm_1.weight", c.Width);
    }

    public Vector RouterNorm { get; } // [width]

    public Vector Norm { get; } // [width]

    public ExpertWeights Weights { get; }

    public Vector PostNorm { get; } // [width]

    public Vector DensePostNorm { get; } // [width]
}
