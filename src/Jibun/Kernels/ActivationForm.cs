using Jibun.Formats;

namespace Jibun.Kernels;

/// <summary>
/// The rows of an <see cref="ActivationBatch"/> as one kind of kernel reads them, in tiles of
/// <see cref="ActivationBatch.TileTokens"/> tokens (the last one smaller).
/// </summary>
internal abstract unsafe class ActivationForm : IDisposable
{
    /// <summary>Whether the form holds the batch's present rows.</summary>
    public bool IsCurrent { get; set; }

    /// <summary>The basis that the rows are brought into first; null: their own.</summary>
    public virtual HadamardRotation? Rotation => null;

    /// <summary>Whether products with a matrix of this <see cref="Rotation"/> can be computed from the form.</summary>
    public abstract bool Serves(Matrix matrix);

    /// <summary>Bytes of the buffers for a batch.</summary>
    public abstract long BytesOf(int rows, int columns);

    /// <summary>Makes room for a batch.</summary>
    public abstract void Reserve(int rows, int columns);

    /// <summary>Fills in the pointers of the tile whose first token is <paramref name="firstToken"/>.</summary>
    public abstract void Point(RowGroupArguments* arguments, int firstToken);

    /// <summary>Brings the rows [tokens, columns] of a tile into this form.</summary>
    public abstract void Take(float* values, int firstToken, int tokens);

    public abstract void Dispose();

    public static ActivationForm For(Matrix matrix) =>
        matrix.Rotation is { } rotation ? new RotatedForm(rotation, WithoutRotation(matrix)) : WithoutRotation(matrix);

    private static ActivationForm WithoutRotation(Matrix matrix) => matrix.Layout is { } layout
        ? new QuantizedForm(matrix.Format.Activation, layout.Anatomy)
        : new FloatForm(matrix.Format.Type == GgmlType.BF16);
}
