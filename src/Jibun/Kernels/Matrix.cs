using Jibun.Formats;

namespace Jibun.Kernels;

/// <summary>
/// A weight matrix in its execution layout: integer formats as <see cref="RowGroupLayout"/> says, float formats in row groups of
/// <c>[columns][16]</c> elements, bfloat16 of <c>[columns / 2][16][2]</c>. Owns no memory.
/// </summary>
public sealed unsafe class Matrix
{
    internal Matrix(string name, BlockFormat format, int rows, int columns, byte* data, float tensorScale)
    {
        (Name, Format, Rows, Columns, TensorScale) = (name, format, rows, columns, tensorScale * (format.Anatomy?.Factor ?? 1));
        Data = data;
        Layout = format.Anatomy is { } ? LayoutOf(format) : null;
        GroupBytes = GroupBytesOf(format, columns);
    }

    public string Name { get; }

    public BlockFormat Format { get; }

    public int Rows { get; }

    public int Columns { get; }

    public float TensorScale { get; }

    /// <summary>Null for float formats.</summary>
    public RowGroupLayout? Layout { get; }

    /// <summary>Null while the matrix has no place in memory.</summary>
    public byte* Data { get; private set; }

    /// <summary>The matrix that is multiplied in the same hand-over after this one, and the first of the hand-over that follows: learned from what ran last.</summary>
    internal Matrix? Companion { get; set; }

    internal Matrix? Successor { get; set; }

    /// <summary>The basis that the rows are stored in; null: their own.</summary>
    public HadamardRotation? Rotation { get; init; }

    public int Groups => (Rows + RowGroupLayout.Rows - 1) / RowGroupLayout.Rows;

    public long GroupBytes { get; }

    public long Bytes => Groups * GroupBytes;

    /// <summary>Gives the matrix another place, or none. Nothing is copied.</summary>
    internal void MoveTo(byte* data) => Data = data;

    /// <summary>Bytes of a matrix in execution layout.</summary>
    public static long BytesOf(BlockFormat format, int rows, int columns) =>
        (rows + RowGroupLayout.Rows - 1) / RowGroupLayout.Rows * GroupBytesOf(format, columns);

    /// <summary>The weights of one row as floats, such as a token's embedding.</summary>
    public void DecodeRow(int row, Span<float> weights)
    {
        byte* group = Data + row / RowGroupLayout.Rows * GroupBytes;
        if (Layout is { } layout)
        {
            RowGroupPacking.DecodeRow(layout, group, row % RowGroupLayout.Rows, TensorScale, weights);
            return;
        }
        int bytes = Format.BlockBytes;
        for (int column = 0; column < weights.Length; column++)
            Format.Decode(new ReadOnlySpan<byte>(group + ElementIndex(Format, row % RowGroupLayout.Rows, column) * bytes, bytes),
                weights.Slice(column, 1));
    }

    /// <summary>Fills one row group.</summary>
    /// <param name="group">Which.</param>
    /// <param name="source">Its rows as they lie in a file.</param>
    internal void PackGroup(int group, byte* source)
    {
        int rows = Math.Min(RowGroupLayout.Rows, Rows - group * RowGroupLayout.Rows);
        byte* target = Data + group * GroupBytes;
        if (Layout is not null) RowGroupPacking.Pack(Format, Layout, source, rows, Columns, target);
        else if (Format.Type == GgmlType.F16) RowLanes.Interleave((ushort*)source, rows, Columns, (ushort*)target);
        else if (Format.Type == GgmlType.F32) RowLanes.Interleave((uint*)source, rows, Columns, (uint*)target);
        else if (Columns % 2 == 0) RowLanes.Interleave((uint*)source, rows, Columns / 2, (uint*)target);
        else PackOddPairs((ushort*)source, rows, Columns, (ushort*)target);
    }

    // The last column is paired with zero.
    private static void PackOddPairs(ushort* source, int rows, int columns, ushort* group)
    {
        new Span<ushort>(group, (columns + 1) * RowGroupLayout.Rows).Clear();
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column++)
                group[(column / 2 * RowGroupLayout.Rows + row) * 2 + column % 2] = source[(long)row * columns + column];
    }

    // Formats of one anatomy share their layout, and with it their kernels.
    private static readonly Dictionary<BlockAnatomy, RowGroupLayout> Layouts = [];

    internal static RowGroupLayout LayoutOf(BlockFormat format)
    {
        lock (Layouts)
        {
            if (!Layouts.TryGetValue(format.Anatomy!, out RowGroupLayout? layout))
                Layouts[format.Anatomy!] = layout = new RowGroupLayout(format.Anatomy!);
            return layout;
        }
    }

    private static long GroupBytesOf(BlockFormat format, int columns) => format.Anatomy is not null
        ? LayoutOf(format).GroupBytes(columns)
        : ElementIndex(format, 0, columns + (format.Type == GgmlType.BF16 ? columns % 2 : 0)) * format.BlockBytes;

    private static long ElementIndex(BlockFormat format, int row, int column) => format.Type == GgmlType.BF16
        ? (long)(column / 2) * 2 * RowGroupLayout.Rows + row * 2 + column % 2
        : (long)column * RowGroupLayout.Rows + row;
}
