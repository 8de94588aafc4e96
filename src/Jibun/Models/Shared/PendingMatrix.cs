using Jibun.Formats;
using Jibun.Gguf;
using Jibun.Kernels;
using Jibun.Memory;

namespace Jibun.Models.Shared;

/// <summary>A matrix, or a stack of matrices of one shape, that <see cref="WeightLoader.Load"/> will bring.</summary>
internal sealed unsafe class PendingMatrix
{
    public PendingMatrix(GgufTensor tensor, BlockFormat format, StackSlice slice, int columns, bool isTransposed)
    {
        (Tensor, Slice, IsTransposed) = (tensor, slice, isTransposed);
        (Rows, Columns) = isTransposed ? (columns, slice.Rows) : (slice.Rows, columns);
        Format = !isTransposed || format.Anatomy is null ? format
            : BlockFormats.Get(Columns % Q8_0.BlockSize == 0 ? GgmlType.Q8_0 : GgmlType.F16, tensor.Name);
        if (isTransposed && format.HasTensorScale) throw new ModelException($"tensor {tensor.Name} is {format.Name}, which is not supported here: its matrices must be transposed");
        Parts = new Matrix[slice.Parts];
    }

    public GgufTensor Tensor { get; }

    public StackSlice Slice { get; }

    public bool IsTransposed { get; }

    /// <summary>Of the matrices, which for transposed ones need not be the tensor's.</summary>
    public BlockFormat Format { get; }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>The matrices, once they are loaded.</summary>
    public Matrix[] Parts { get; }

    /// <summary>The basis that the file's rows are stored in; null: their own.</summary>
    public HadamardRotation? Rotation { get; init; }

    /// <summary>One part in memory.</summary>
    public long PartBytes => (Matrix.BytesOf(Format, Rows, Columns) + 63) & ~63L;

    /// <summary>In memory, all parts together.</summary>
    public long Bytes => Parts.Length * PartBytes;

    /// <summary>Gives every part its place, still empty.</summary>
    public void Place(HugePageArena arena, float tensorScale)
    {
        long bytes = Matrix.BytesOf(Format, Rows, Columns);
        for (int part = 0; part < Parts.Length; part++)
            Parts[part] = new Matrix(Tensor.Name, Format, Rows, Columns, arena.Take(bytes), tensorScale) { Rotation = Rotation };
    }

    /// <summary>Gives only so many parts a place of their own, and the others one of those.</summary>
    public void PlaceSome(HugePageArena arena, int places)
    {
        long bytes = Matrix.BytesOf(Format, Rows, Columns);
        for (int part = 0; part < Parts.Length; part++)
            Parts[part] = new Matrix(Tensor.Name, Format, Rows, Columns, part < places ? arena.Take(bytes) : Parts[part % places].Data, 1) { Rotation = Rotation };
    }

    /// <summary>Makes the parts without a place: they get one, and lose it again, one by one.</summary>
    public void PlaceNowhere(float tensorScale)
    {
        for (int part = 0; part < Parts.Length; part++) Parts[part] = new Matrix(Tensor.Name, Format, Rows, Columns, null, tensorScale) { Rotation = Rotation };
    }

    public Matrix Value => Parts[0];

    public static implicit operator Matrix(PendingMatrix pending) => pending.Value;
}

/// <summary>Which rows of a tensor make the matrices of a stack: of every <paramref name="Stride"/> rows the <paramref name="Rows"/> behind <paramref name="Skip"/>.</summary>
internal readonly record struct StackSlice(int Parts, int Stride, int Skip, int Rows)
{
    public long FirstRow(int part) => (long)part * Stride + Skip;
}
