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

    /// <summary>One of the stacks of experts' matrices.</summary>
    Experts,
}

/// <param name="Shape">[columns, rows] or [columns, rows, parts]</param>
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
    public static IEnumerable<SyntheticTensor> Of(SyntheticShape shape) => shape switch
    {
        { IsEncoder: true } => SyntheticEncoder.Tensors(shape),
        { Gemma4: { } gemma } => SyntheticGemma4Tensors.Of(shape, gemma),
        _ => OfDecoder(shape),
    };

    private static IEnumerable<SyntheticTensor> OfDecoder(SyntheticShape shape)
    {
        const float ResidualScale = 0.7f, LogitDeviation = 2.5f;
        int rotated = shape.Rotated != 0 ? shape.Rotated : shape.HeadSize;
        int hidden = shape.Hidden, attention = shape.Heads * shape.HeadSize, kv = shape.KvHeads * shape.HeadSize;
        float head = LogitDeviation / MathF.Sqrt(hidden);
        yield return new("token_embd.weight", TensorRole.Embedding, [hidden, shape.Vocabulary], head);
        yield return Norm("output_norm", hidden);
        if (!shape.TiedHead) yield return new("output.weight", TensorRole.Head, [hidden, shape.Vocabulary], head);
        if (shape.RopeStretch > 0)
            yield return new("rope_freqs.weight", TensorRole.Plain, [shape.HeadSize / 2], 0, Values: RopeFactors(shape));
        if (shape.LongRope)
            foreach ((string name, float stretch) in new[] { ("long", 4f), ("short", 0.2f) })
                yield return new($"rope_factors_{name}.weight", TensorRole.Plain, [rotated / 2], 0, Values: LongRopeFactors(stretch));
        for (int layer = 0; layer < shape.Layers; layer++)
        {
            if (shape.MatrixScales)
                foreach (string name in new[] { "attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down" })
                    yield return new($"blk.{layer}.{name}.scale", TensorRole.Plain, [1], 0.1f, Mean: 1);
            if (shape.PreNorms) yield return Norm($"blk.{layer}.attn_norm", hidden);
            foreach (SyntheticTensor tensor in shape.Latent is { } latent ? LatentAttention(layer, latent) : Attention(layer)) yield return tensor;
            if (shape.PostNorms) yield return Norm($"blk.{layer}.post_attention_norm", hidden);
            if (shape.PreNorms) yield return Norm(shape.Sinks ? $"blk.{layer}.post_attention_norm" : $"blk.{layer}.ffn_norm", hidden);
            foreach (SyntheticTensor tensor in shape.Experts is { } e && layer >= e.LeadingDense ? Experts(layer, e) : FeedForward(layer)) yield return tensor;
            if (shape.PostNorms) yield return Norm($"blk.{layer}.post_ffw_norm", hidden);
        }

        float[] LongRopeFactors(float stretch) => [.. Enumerable.Range(0, rotated / 2).Select(pair => 1 + stretch * pair / rotated)];

        IEnumerable<SyntheticTensor> Attention(int layer)
        {
            if (shape.Fused)
            {
                yield return Matrix(layer, "attn_qkv", hidden, attention + 2 * kv, TensorRole.SensitiveMatrix);
            }
            else
            {
                yield return Matrix(layer, "attn_q", hidden, attention);
                yield return Matrix(layer, "attn_k", hidden, kv);
                yield return Matrix(layer, "attn_v", hidden, kv, TensorRole.SensitiveMatrix);
            }
            if (shape.AttentionBiases)
                foreach ((string name, int size) in new[] { ("attn_q", attention), ("attn_k", kv), ("attn_v", kv) })
                    yield return Bias(layer, name, size);
            if (shape.HeadNorms)
                foreach (string name in new[] { "attn_q_norm", "attn_k_norm" })
                    yield return Norm($"blk.{layer}.{name}", shape.HeadSize);
            if (shape.WholeNorms)
                foreach ((string name, int size) in new[] { ("attn_q_norm", attention), ("attn_k_norm", kv) })
                    yield return Norm($"blk.{layer}.{name}", size);
            if (shape.Ternary) yield return Norm($"blk.{layer}.attn_sub_norm", attention);
            yield return Matrix(layer, "attn_output", attention, hidden, scale: ResidualScale);
            if (!shape.Sinks) yield break;
            yield return Bias(layer, "attn_output", hidden);
            yield return new($"blk.{layer}.attn_sinks.weight", TensorRole.Plain, [shape.Heads], 1);
        }

        IEnumerable<SyntheticTensor> LatentAttention(int layer, SyntheticLatent l)
        {
            int query = shape.Heads * (l.Plain + l.Rotated);
            if (l.QueryRank == 0)
            {
                yield return Matrix(layer, "attn_q", hidden, query);
            }
            else
            {
                yield return Matrix(layer, "attn_q_a", hidden, l.QueryRank);
                yield return Norm($"blk.{layer}.attn_q_a_norm", l.QueryRank);
                yield return Matrix(layer, "attn_q_b", l.QueryRank, query);
            }
            yield return Matrix(layer, "attn_kv_a_mqa", hidden, l.KvRank + l.Rotated);
            yield return Norm($"blk.{layer}.attn_kv_a_norm", l.KvRank);
            float deviation = 1 / MathF.Sqrt(l.KvRank);
            if (l.IsSplit)
            {
                yield return new($"blk.{layer}.attn_k_b.weight", TensorRole.Matrix, [l.Plain, l.KvRank, shape.Heads], deviation, Layer: layer);
                yield return new($"blk.{layer}.attn_v_b.weight", TensorRole.Matrix, [l.KvRank, l.Value, shape.Heads], deviation, Layer: layer);
            }
            else
            {
                yield return Matrix(layer, "attn_kv_b", l.KvRank, shape.Heads * (l.Plain + l.Value));
            }
            yield return Matrix(layer, "attn_output", shape.Heads * l.Value, hidden, scale: ResidualScale);
        }

        IEnumerable<SyntheticTensor> FeedForward(int layer)
        {
            if (!shape.Fused) yield return Matrix(layer, "ffn_gate", hidden, shape.FeedForward);
            yield return Matrix(layer, "ffn_up", hidden, shape.Fused ? 2 * shape.FeedForward : shape.FeedForward);
            if (shape.Ternary) yield return Norm($"blk.{layer}.ffn_sub_norm", shape.FeedForward);
            yield return Matrix(layer, "ffn_down", shape.FeedForward, hidden, TensorRole.SensitiveMatrix, ResidualScale);
        }

        // The router is wide of its choices, so that rounding seldom turns one.
        IEnumerable<SyntheticTensor> Experts(int layer, SyntheticExperts e)
        {
            float inward = 1 / MathF.Sqrt(hidden);
            yield return new($"blk.{layer}.ffn_gate_inp.weight", TensorRole.Plain, [hidden, e.Count], 2 * inward);
            if (e.SelectionBias > 0) yield return new($"blk.{layer}.exp_probs_b.bias", TensorRole.Plain, [e.Count], e.SelectionBias);
            if (e.FusedGateUp)
            {
                yield return Stack(layer, "ffn_gate_up_exps", hidden, 2 * e.Width, e.Count, inward);
            }
            else
            {
                yield return Stack(layer, "ffn_gate_exps", hidden, e.Width, e.Count, inward);
                yield return Stack(layer, "ffn_up_exps", hidden, e.Width, e.Count, inward);
            }
            yield return Stack(layer, "ffn_down_exps", e.Width, hidden, e.Count, ResidualScale / MathF.Sqrt(e.Width));
            if (e.Scales)
                foreach (string name in e.FusedGateUp ? new[] { "ffn_down_exps" } : ["ffn_gate_exps", "ffn_up_exps", "ffn_down_exps"])
                    yield return new($"blk.{layer}.{name}.scale", TensorRole.Plain, [e.Count], 0.3f, Mean: 1);
            if (e.Biases)
            {
                yield return Bias(layer, "ffn_gate_inp", e.Count);
                foreach ((string name, int size) in new[] { ("ffn_gate_exps", e.Width), ("ffn_up_exps", e.Width), ("ffn_down_exps", hidden) })
                    yield return new($"blk.{layer}.{name}.bias", TensorRole.Plain, [size, e.Count], 0.3f);
            }
            if (e.Shared == 0) yield break;
            yield return Matrix(layer, "ffn_gate_shexp", hidden, e.Shared * e.Width);
            yield return Matrix(layer, "ffn_up_shexp", hidden, e.Shared * e.Width);
            yield return Matrix(layer, "ffn_down_shexp", e.Shared * e.Width, hidden, TensorRole.SensitiveMatrix, ResidualScale);
        }

        SyntheticTensor Bias(int layer, string name, int size) => new($"blk.{layer}.{name}.bias", TensorRole.Plain, [size], 0.3f);

        SyntheticTensor Stack(int layer, string name, int columns, int rows, int parts, float deviation) =>
            new($"blk.{layer}.{name}.weight", TensorRole.Experts, [columns, rows, parts], deviation, Layer: layer);

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
