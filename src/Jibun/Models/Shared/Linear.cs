using Jibun.Kernels;

namespace Jibun.Models.Shared;

/// <summary>A projection: y = W x, plus a bias where the model has one.</summary>
internal sealed class Linear(PendingMatrix weight, Vector? bias = null)
{
    public Matrix Weight => weight;

    public Vector? Bias { get; } = bias;

    public int Rows => weight.Rows;

    public int Columns => weight.Columns;

    public static Linear Load(WeightLoader loader, string name, int rows, int columns)
    {
        if (loader.Has($"{name}.scale"))
            throw new ModelException($"{loader.File.Path}: tensor {name}.scale is a separate scale, which this version does not apply");
        return new(loader.Matrix($"{name}.weight", rows, columns), loader.OptionalVector($"{name}.bias", rows));
    }
}
