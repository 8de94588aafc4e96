namespace Jibun.Peers;

internal enum TensorRole
{
    /// <summary>Norms, biases, rotation factors: always F32.</summary>
    Plain,
    Embedding,
    Head,
    Matrix,

    /// <summary>One of the matrices that mixed types keep finer: values and the way down from the feed-forward layer.</summary>
    SensitiveMatrix,
}

/// <param name="Shape">[columns, rows]</param>
/// <param name="Deviation">The standard deviation of the weights.</param>
/// <param name="Ternary">Weights are −s, 0 or s.</param>
/// <param name="Values">The values themselves where they are not random.</param>
internal sealed record SyntheticTensor(
    string Name,
    TensorRole Role,
    long[] Shape,
    float Deviation,
    float Mean = 0,
    bool Ternary = false,
    int Layer = -1,
    float[]? Values = null)
{
    public long Columns => Shape[0];

    public long Weights => Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>All tensors of a model, in the order of the file; activations stay near 1, logits near 2.5.</summary>
    public static IEnumerable<SyntheticTensor> Of(SyntheticShape shape)
    {
        const float ResidualScale = 0.7f, LogitDeviation = 2.5f;
        int hidden = shape.Hidden, attention = shape.Heads * shape.HeadSize, kv = shape.KvHeads * shape.HeadSize;
        float head = LogitDeviation / MathF.Sqrt(hidden);
        yield return new("token_embd.weight", TensorRole.Embedding, [hidden, shape.Vocabulary], head);
        yield return Norm("output_norm", hidden);
        if (!shape.TiedHead) yield return new("output.weight", TensorRole.Head, [hidden, shape.Vocabulary], head);
        if (shape.RopeStretch > 0)
            yield return new("rope_freqs.weight", TensorRole.Plain, [shape.HeadSize / 2], 0, Values: RopeFactors(shape));
        for (int layer = 0; layer < shape.Layers; layer++)
        {
            if (shape.MatrixScales)
                foreach (string name in new[] { "attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down" })
                    yield return new($"blk.{layer}.{name}.scale", TensorRole.Plain, [1], 0.1f, Mean: 1);
            yield return Norm($"blk.{layer}.attn_norm", hidden);
            yield return Matrix(layer, "attn_q", hidden, attention);
            yield return Matrix(layer, "attn_k", hidden, kv);
            yield return Matrix(layer, "attn_v", hidden, kv, TensorRole.SensitiveMatrix);
            if (shape.AttentionBiases)
                foreach ((string name, int size) in new[] { ("attn_q", attention), ("attn_k", kv), ("attn_v", kv) })
                    yield return new($"blk.{layer}.{name}.bias", TensorRole.Plain, [size], 0.3f);
            if (shape.HeadNorms)
                foreach (string name in new[] { "attn_q_norm", "attn_k_norm" })
                    yield return Norm($"blk.{layer}.{name}", shape.HeadSize);
            if (shape.Ternary) yield return Norm($"blk.{layer}.attn_sub_norm", attention);
            yield return Matrix(layer, "attn_output", attention, hidden, scale: ResidualScale);
            yield return Norm($"blk.{layer}.ffn_norm", hidden);
            yield return Matrix(layer, "ffn_gate", hidden, shape.FeedForward);
            yield return Matrix(layer, "ffn_up", hidden, shape.FeedForward);
            if (shape.Ternary) yield return Norm($"blk.{layer}.ffn_sub_norm", shape.FeedForward);
            yield return Matrix(layer, "ffn_down", shape.FeedForward, hidden, TensorRole.SensitiveMatrix, ResidualScale);
        }

        SyntheticTensor Norm(string name, int size) => new($"{name}.weight", TensorRole.Plain, [size], 0.1f, Mean: 1);

        SyntheticTensor Matrix(
            int layer, string name, int columns, int rows, TensorRole role = TensorRole.Matrix, float scale = 1)
        {
            float deviation = scale / MathF.Sqrt(columns);
            return new($"blk.{layer}.{name}.weight", role, [columns, rows], deviation, Ternary: shape.Ternary, Layer: layer);
        }
    }

    /// <summary>
    /// Llama 3's factors: wavelengths up to a quarter of the original context stay, those beyond it are stretched, with a
    /// ramp in 1/wavelength between.
    /// </summary>
    private static float[] RopeFactors(SyntheticShape shape)
    {
        const double Context = 8192, LowFrequency = 1, HighFrequency = 4;
        float[] factors = new float[shape.HeadSize / 2];
        for (int i = 0; i < factors.Length; i++)
        {
            double wavelength = 2 * Math.PI * Math.Pow(shape.RopeBase, 2.0 * i / shape.HeadSize);
            double ramp = Math.Clamp((Context / wavelength - LowFrequency) / (HighFrequency - LowFrequency), 0, 1);
            factors[i] = (float)(1 / ((1 - ramp) / shape.RopeStretch + ramp));
        }
        return factors;
    }
}
