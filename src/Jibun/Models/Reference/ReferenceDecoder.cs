using Jibun.Formats;
using Jibun.Gguf;
using Jibun.Models.Bitnet;
using Jibun.Models.Shared;

namespace Jibun.Models.Reference;

/// <summary>
/// The exact twin of the decoder families: the same mathematics from the decoded weights, in double precision, without cache,
/// batches, threads or vectors. Slow; what the fast models are compared with. Reads as the papers do: Llama (Touvron et al.
/// 2023), Qwen2 and Qwen3 (their technical reports), BitNet b1.58 (Ma et al. 2024).
/// </summary>
public sealed class ReferenceDecoder
{
    private static readonly string[] Families = ["llama", "qwen2", "qwen3", "bitnet", "bitnet-b1.58", "bitnet-25"];

    private readonly GgufFile _file;
    private readonly DecoderConfig _c;
    private readonly bool _halvesApart;
    private readonly Func<double, double> _activation;
    private readonly Dictionary<string, double[]> _decoded = [];
    private readonly FoldedWeights? _folded;

    public ReferenceDecoder(GgufFile file)
    {
        _file = file;
        _folded = FoldedWeights.Read(file);
        _c = DecoderConfig.Read(file.Metadata);
        if (!Families.Contains(_c.Architecture)) throw new ModelException($"{file.Path}: there is no exact twin of {_c.Architecture}; there is one of {string.Join(", ", Families)}");
        _halvesApart = _c.Architecture != "llama";
        bool squaredRelu = _c.Architecture.StartsWith("bitnet", StringComparison.Ordinal)
            && BitnetActivation.Choose(file.Metadata).Activation == GatedActivation.SquaredRelu;
        _activation = squaredRelu ? x => x > 0 ? x * x : 0 : x => x / (1 + Math.Exp(-x));
    }

    public int VocabularySize => (int)_file.GetTensor("token_embd.weight").Rows;

    /// <returns>[tokens, vocabulary].</returns>
    public double[][] Logits(ReadOnlySpan<int> tokens)
    {
        double[] table = Weights("token_embd.weight");
        var x = new double[tokens.Length][];
        for (int t = 0; t < tokens.Length; t++) x[t] = table.AsSpan(tokens[t] * _c.Width, _c.Width).ToArray();
        for (int layer = 0; layer < _c.Layers; layer++)
        {
            AddAttention(x, $"blk.{layer}");
            foreach (double[] row in x) AddFeedForward(row, $"blk.{layer}");
        }
        string head = _file.TryGetTensor("output.weight", out _) ? "output" : "token_embd";
        return [.. x.Select(row => Multiply(head, Norm(row, "output_norm")))];
    }

    private void AddAttention(double[][] x, string block)
    {
        int size = _c.HeadSize;
        var keys = new double[x.Length][];
        var values = new double[x.Length][];
        for (int t = 0; t < x.Length; t++)
        {
            double[] h = Norm(x[t], $"{block}.attn_norm");
            double[] queries = Multiply($"{block}.attn_q", h);
            keys[t] = Multiply($"{block}.attn_k", h);
            values[t] = Multiply($"{block}.attn_v", h);
            NormHeads(queries, $"{block}.attn_q_norm");
            NormHeads(keys[t], $"{block}.attn_k_norm");
            Rotate(queries, t);
            Rotate(keys[t], t);
            var attended = new double[queries.Length];
            for (int head = 0; head < _c.Heads; head++)
            {
                int keyHead = head / (_c.Heads / _c.KvHeads);
                var weights = new double[t + 1];
                for (int s = 0; s <= t; s++)
                    for (int i = 0; i < size; i++) weights[s] += queries[head * size + i] * keys[s][keyHead * size + i] / Math.Sqrt(size);
                double maximum = weights.Max();
                double sum = weights.Sum(w => Math.Exp(w - maximum));
                for (int s = 0; s <= t; s++)
                    for (int i = 0; i < size; i++)
                        attended[head * size + i] += Math.Exp(weights[s] - maximum) / sum * values[s][keyHead * size + i];
            }
            Add(x[t], Multiply($"{block}.attn_output", NormIfThere(attended, $"{block}.attn_sub_norm")));
        }
    }

    private void AddFeedForward(double[] x, string block)
    {
        double[] h = Norm(x, $"{block}.ffn_norm");
        double[] gate = Multiply($"{block}.ffn_gate", h), up = Multiply($"{block}.ffn_up", h);
        for (int i = 0; i < gate.Length; i++) gate[i] = _activation(gate[i]) * up[i];
        Add(x, Multiply($"{block}.ffn_down", NormIfThere(gate, $"{block}.ffn_sub_norm")));
    }

    private void Rotate(double[] heads, int position)
    {
        float[]? factors = _file.TryGetTensor("rope_freqs.weight", out _) ? [.. Weights("rope_freqs.weight").Select(f => (float)f)] : null;
        double[] frequencies = _c.RopeScale.Frequencies(_c.Rotated, _c.RopeBase, factors);
        int half = _c.Rotated / 2;
        for (int start = 0; start < heads.Length; start += _c.HeadSize)
            for (int i = 0; i < half; i++)
            {
                int a = start + (_halvesApart ? i : 2 * i), b = start + (_halvesApart ? half + i : 2 * i + 1);
                (double sine, double cosine) = Math.SinCos(position * frequencies[i]);
                (sine, cosine) = (sine * _c.RopeScale.Magnitude, cosine * _c.RopeScale.Magnitude);
                (heads[a], heads[b]) = (heads[a] * cosine - heads[b] * sine, heads[a] * sine + heads[b] * cosine);
            }
    }

    private double[] Multiply(string name, double[] x)
    {
        double[] w = Weights($"{name}.weight");
        var y = new double[w.Length / x.Length];
        for (int row = 0; row < y.Length; row++)
            for (int i = 0; i < x.Length; i++) y[row] += w[row * x.Length + i] * x[i];
        if (_file.TryGetTensor($"{name}.scale", out _)) y = [.. y.Select(v => v * Weights($"{name}.scale")[0])];
        if (_file.TryGetTensor($"{name}.bias", out _)) Add(y, Weights($"{name}.bias"));
        return y;
    }

    private double[] Norm(double[] x, string name) => Norm(x, Weights($"{name}.weight"));

    private double[] NormIfThere(double[] x, string name) => _file.TryGetTensor($"{name}.weight", out _) ? Norm(x, name) : x;

    private void NormHeads(double[] heads, string name)
    {
        if (!_file.TryGetTensor($"{name}.weight", out _)) return;
        for (int start = 0; start < heads.Length; start += _c.HeadSize)
            Norm(heads[start..(start + _c.HeadSize)], name).CopyTo(heads, start);
    }

    private double[] Norm(double[] x, double[] weight)
    {
        double scale = 1 / Math.Sqrt(x.Sum(v => v * v) / x.Length + _c.NormEpsilon);
        return [.. x.Select((v, i) => v * scale * weight[i])];
    }

    private static void Add(double[] y, double[] x)
    {
        for (int i = 0; i < y.Length; i++) y[i] += x[i];
    }

    private double[] Weights(string name)
    {
        if (_decoded.TryGetValue(name, out double[]? known)) return known;
        GgufTensor tensor = _file.GetTensor(name);
        BlockFormat format = BlockFormats.Get(tensor.Type, name);
        int columns = (int)tensor.Columns;
        var weights = new float[tensor.ElementCount];
        byte[] bytes = tensor.Bytes.ToArray();
        if (tensor.Type == GgmlType.I2_S) TernaryFile.ArrangementOf(_file)?.Normalize(bytes.AsSpan(0, checked((int)(format.RowBytes(columns) * tensor.Rows))), columns);
        format.DecodeRows(bytes, columns, weights);
        for (int row = 0; row < tensor.Rows; row++) _folded?.RotationOf(name)?.Undo(weights.AsSpan(row * columns, columns));
        double scale = format.HasTensorScale ? format.ReadTensorScale(bytes) : 1;
        return _decoded[name] = [.. weights.Select(w => w * scale)];
    }
}
