namespace Jibun.Peers;

/// <summary>The tensors of BERT, or of Nomic's variant where the shape is fused.</summary>
internal static class SyntheticEncoder
{
    public static IEnumerable<SyntheticTensor> Tensors(SyntheticShape shape)
    {
        int hidden = shape.Hidden;
        bool isNomic = shape.Fused;
        yield return new("token_embd.weight", TensorRole.Embedding, [hidden, shape.Vocabulary], 1);
        yield return new("token_types.weight", TensorRole.Plain, [hidden, 2], 0.3f);
        if (!isNomic) yield return new("position_embd.weight", TensorRole.Plain, [hidden, shape.ContextLength], 0.5f);
        foreach (SyntheticTensor tensor in Norm("token_embd_norm")) yield return tensor;
        for (int layer = 0; layer < shape.Layers; layer++)
        {
            string block = $"blk.{layer}";
            (string Name, int Columns, int Rows)[] matrices = isNomic
                ? [("attn_qkv", hidden, 3 * hidden), ("attn_output", hidden, hidden), ("ffn_gate", hidden, shape.FeedForward),
                    ("ffn_up", hidden, shape.FeedForward), ("ffn_down", shape.FeedForward, hidden)]
                : [("attn_q", hidden, hidden), ("attn_k", hidden, hidden), ("attn_v", hidden, hidden), ("attn_output", hidden, hidden),
                    ("ffn_up", hidden, shape.FeedForward), ("ffn_down", shape.FeedForward, hidden)];
            foreach ((string name, int columns, int rows) in matrices)
            {
                yield return new($"{block}.{name}.weight", TensorRole.Matrix, [columns, rows], 1 / MathF.Sqrt(columns), Layer: layer);
                if (!isNomic) yield return new($"{block}.{name}.bias", TensorRole.Plain, [rows], 0.3f);
            }
            foreach (SyntheticTensor tensor in Norm($"{block}.attn_output_norm").Concat(Norm($"{block}.layer_output_norm"))) yield return tensor;
        }

        IEnumerable<SyntheticTensor> Norm(string name) =>
            [new($"{name}.weight", TensorRole.Plain, [hidden], 0.1f, Mean: 1), new($"{name}.bias", TensorRole.Plain, [hidden], 0.1f)];
    }
}
