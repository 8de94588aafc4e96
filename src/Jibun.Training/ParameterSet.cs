namespace Jibun.Training;

internal enum ParameterKind
{
    Gain,
    Embedding,
    Linear,
}

/// <summary>A tensor inside the flat parameter buffer; the name is GGUF's.</summary>
internal sealed record Parameter(string Name, ParameterKind Kind, int Rows, int Columns, int StoredRows, long Offset)
{
    /// <summary>Floats in the buffer, padding rows included.</summary>
    public int Length => StoredRows * Columns;
}

/// <summary>Where each tensor lies in a flat buffer: weights, gradients and moments share one layout.</summary>
internal sealed class ParameterSet
{
    private readonly List<Parameter> all = [];

    public ParameterSet(NetworkShape shape)
    {
        Embedding = Add("token_embd.weight", ParameterKind.Embedding, shape.VocabularySize, shape.Width);
        OutputNorm = Add("output_norm.weight", ParameterKind.Gain, 1, shape.Width);
        Layers = [.. Enumerable.Range(0, shape.Layers).Select(i => new LayerParameters(
            Add($"blk.{i}.attn_norm.weight", ParameterKind.Gain, 1, shape.Width),
            Add($"blk.{i}.attn_q.weight", ParameterKind.Linear, shape.Width, shape.Width),
            Add($"blk.{i}.attn_k.weight", ParameterKind.Linear, shape.KvWidth, shape.Width),
            Add($"blk.{i}.attn_v.weight", ParameterKind.Linear, shape.KvWidth, shape.Width),
            Add($"blk.{i}.attn_sub_norm.weight", ParameterKind.Gain, 1, shape.Width),
            Add($"blk.{i}.attn_output.weight", ParameterKind.Linear, shape.Width, shape.Width),
            Add($"blk.{i}.ffn_norm.weight", ParameterKind.Gain, 1, shape.Width),
            Add($"blk.{i}.ffn_gate.weight", ParameterKind.Linear, shape.FeedForward, shape.Width),
            Add($"blk.{i}.ffn_up.weight", ParameterKind.Linear, shape.FeedForward, shape.Width),
            Add($"blk.{i}.ffn_sub_norm.weight", ParameterKind.Gain, 1, shape.FeedForward),
            Add($"blk.{i}.ffn_down.weight", ParameterKind.Linear, shape.Width, shape.FeedForward)))];
    }

    public Parameter Embedding { get; }

    public Parameter OutputNorm { get; }

    public LayerParameters[] Layers { get; }

    public IReadOnlyList<Parameter> All => all;

    /// <summary>Floats of one buffer.</summary>
    public long Length { get; private set; }

    private Parameter Add(string name, ParameterKind kind, int rows, int columns)
    {
        int stored = kind == ParameterKind.Gain ? rows : (rows + 31) / 32 * 32;
        var parameter = new Parameter(name, kind, rows, columns, stored, Length);
        all.Add(parameter);
        Length += parameter.Length;
        return parameter;
    }
}

internal sealed record LayerParameters(
    Parameter AttentionNorm, Parameter Query, Parameter Key, Parameter Value, Parameter AttentionSubNorm, Parameter Output,
    Parameter FeedForwardNorm, Parameter Gate, Parameter Up, Parameter FeedForwardSubNorm, Parameter Down);
