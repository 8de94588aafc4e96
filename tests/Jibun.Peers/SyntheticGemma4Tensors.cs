using Jibun.Gguf;

namespace Jibun.Peers;

/// <summary>Metadata and tensors of Gemma 4.</summary>
internal static class SyntheticGemma4Tensors
{
    public static void AddMetadata(GgufWriter writer, SyntheticShape shape, SyntheticGemma4 gemma)
    {
        const string Family = "gemma4";
        int[] layers = [.. Enumerable.Range(0, shape.Layers)];
        writer.Add($"{Family}.attention.head_count_kv", layers.Select(layer => gemma.IsSliding(layer) ? shape.KvHeads : gemma.GlobalKvHeads).ToArray());
        writer.Add($"{Family}.attention.key_length", (uint)gemma.GlobalHeadSize);
        writer.Add($"{Family}.attention.value_length", (uint)gemma.GlobalHeadSize);
        writer.Add($"{Family}.attention.key_length_swa", (uint)shape.HeadSize);
        writer.Add($"{Family}.attention.value_length_swa", (uint)shape.HeadSize);
        writer.Add($"{Family}.rope.dimension_count", (uint)gemma.GlobalHeadSize);
        writer.Add($"{Family}.rope.dimension_count_swa", (uint)shape.HeadSize);
        writer.Add($"{Family}.rope.freq_base_swa", 10000f);
        writer.Add($"{Family}.attention.sliding_window", (uint)gemma.Window);
        writer.Add($"{Family}.attention.sliding_window_pattern", layers.Select(gemma.IsSliding).ToArray());
        writer.Add($"{Family}.attention.shared_kv_layers", (uint)gemma.SharedLayers);
        writer.Add($"{Family}.embedding_length_per_layer_input", (uint)gemma.PerLayer);
    }

    public static IEnumerable<SyntheticTensor> Of(SyntheticShape shape, SyntheticGemma4 gemma)
    {
        int hidden = shape.Hidden, perLayer = gemma.PerLayer;
        yield return new("token_embd.weight", TensorRole.Embedding, [hidden, shape.Vocabulary], 2.5f / MathF.Sqrt(hidden));
        yield return Norm("output_norm", hidden);
        // A quarter of the pairs turns, the others stand still.
        yield return new("rope_freqs.weight", TensorRole.Plain, [gemma.GlobalHeadSize / 2], 0,
            Values: [.. Enumerable.Range(0, gemma.GlobalHeadSize / 2).Select(pair => pair < gemma.GlobalHeadSize / 8 ? 1 : 1e30f)]);
        if (perLayer > 0)
        {
            yield return new("per_layer_token_embd.weight", TensorRole.Matrix, [perLayer * shape.Layers, shape.Vocabulary], 1 / MathF.Sqrt(perLayer));
            yield return new("per_layer_model_proj.weight", TensorRole.Matrix, [hidden, perLayer * shape.Layers], 1);
            yield return Norm("per_layer_proj_norm", perLayer);
        }
        for (int layer = 0; layer < shape.Layers; layer++)
        {
            int size = gemma.IsSliding(layer) ? shape.HeadSize : gemma.GlobalHeadSize;
            int keys = size * (gemma.IsSliding(layer) ? shape.KvHeads : gemma.GlobalKvHeads), queries = size * shape.Heads;
            foreach (string name in new[] { "attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm" }) yield return Norm($"blk.{layer}.{name}", hidden);
            yield return Matrix(layer, "attn_q", hidden, queries);
            yield return Norm($"blk.{layer}.attn_q_norm", size, mean: 0.4f); // scores are not divided: near 1.5
            if (layer < shape.Layers - gemma.SharedLayers)
            {
                yield return Matrix(layer, "attn_k", hidden, keys);
                yield return Norm($"blk.{layer}.attn_k_norm", size, mean: 0.4f);
                if (gemma.IsSliding(layer)) yield return Matrix(layer, "attn_v", hidden, keys); // the others have their keys for values
            }
            yield return Matrix(layer, "attn_output", queries, hidden);
            yield return Matrix(layer, "ffn_gate", hidden, shape.FeedForward);
            yield return Matrix(layer, "ffn_up", hidden, shape.FeedForward);
            yield return Matrix(layer, "ffn_down", shape.FeedForward, hidden);
            if (shape.Experts is { } experts)
                foreach (SyntheticTensor tensor in Experts(layer, experts)) yield return tensor;
            yield return new($"blk.{layer}.layer_output_scale.weight", TensorRole.Plain, [1], 0.1f, Mean: 1);
            if (perLayer == 0) continue;
            yield return Matrix(layer, "inp_gate", hidden, perLayer);
            yield return Matrix(layer, "proj", perLayer, hidden);
            yield return Norm($"blk.{layer}.post_norm", hidden);
        }

        IEnumerable<SyntheticTensor> Experts(int layer, SyntheticExperts e)
        {
            yield return Matrix(layer, "ffn_gate_inp", hidden, e.Count) with { Role = TensorRole.Plain };
            yield return new($"blk.{layer}.ffn_gate_inp.scale", TensorRole.Plain, [hidden], 3, Mean: 30); // the router's input is divided by √width
            foreach (string name in new[] { "pre_ffw_norm_2", "post_ffw_norm_1", "post_ffw_norm_2" }) yield return Norm($"blk.{layer}.{name}", hidden);
            yield return new($"blk.{layer}.ffn_gate_up_exps.weight", TensorRole.Experts, [hidden, 2 * e.Width, e.Count], 1 / MathF.Sqrt(hidden), Layer: layer);
            yield return new($"blk.{layer}.ffn_down_exps.weight", TensorRole.Experts, [e.Width, hidden, e.Count], 1 / MathF.Sqrt(e.Width), Layer: layer);
            yield return new($"blk.{layer}.ffn_down_exps.scale", TensorRole.Plain, [e.Count], 0.3f, Mean: 1);
        }

        SyntheticTensor Norm(string name, int length, float mean = 1) => new($"{name}.weight", TensorRole.Plain, [length], 0.1f * mean, Mean: mean);

        SyntheticTensor Matrix(int layer, string name, int columns, int rows) =>
            new($"blk.{layer}.{name}.weight", TensorRole.Matrix, [columns, rows], 1 / MathF.Sqrt(columns), Layer: layer);
    }
}
