using Jibun.Kernels;

namespace Jibun.Models.Shared;

/// <summary>A projection: y = scale · W x + bias. Scales beside the matrix are how some converters keep BitNet's; most models have neither.</summary>
internal sealed class Linear(PendingMatrix weight, float scale, Vector? bias)
{
    public Matrix Weight => weight;

    public float Scale { get; } = scale;

    public Vector? Bias { get; } = bias;

    public int Rows => weight.Rows;

    public int Columns => weight.Columns;

    public static Linear Load(WeightLoader loader, string name, int rows, int columns) =>
        new(loader.Matrix($"{name}.weight", rows, columns),
            loader.OptionalVector($"{name}.scale", 1)?.Values[0] ?? 1,
            loader.OptionalVector($"{name}.bias", rows));

    /// <summary>Some rows of a matrix that holds several projections.</summary>
    /// <param name="total">Rows of the matrix in the file.</param>
    public static Linear LoadRows(WeightLoader loader, string name, int total, int columns, int first, int rows) =>
        new(loader.Stack($"{name}.weight", [columns, total], new StackSlice(1, total, first, rows)),
            loader.OptionalVector($"{name}.scale", 1)?.Values[0] ?? 1,
            loader.OptionalVector($"{name}.bias", total)?.Slice(first, rows));
}
