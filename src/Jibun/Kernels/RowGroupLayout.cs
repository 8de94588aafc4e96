using Jibun.Formats;

namespace Jibun.Kernels;

/// <summary>
/// The execution layout of integer formats. Sixteen rows lie interleaved, one in each 32-bit lane of a 512-bit vector, four
/// consecutive columns in the lane's bytes, so that one byte dot product (vpdpbusd, sdot) advances sixteen rows by four columns
/// with the activations broadcast. A row group is a sequence of blocks; a block is
/// <code>code planes | sub-scales [SubBlocks][16] int8 | mins [SubBlocks/2][16][2] uint8 | d [16] float16 or float32 | dmin [16] float16</code>
/// Where rows have one scale each, a row group ends with these: [16] float32.
/// A code of 3, 5 or 6 bits is a 2- or 4-bit plane and a 1- or 2-bit plane; planes are cut into units of <see cref="UnitGroups"/> column groups.
/// </summary>
public sealed class RowGroupLayout
{
    public const int Rows = 16;
    public const int GroupColumns = 4;
    public const int VectorBytes = Rows * GroupColumns;

    public RowGroupLayout(BlockAnatomy anatomy)
    {
        Anatomy = anatomy;
        UnitGroups = anatomy.CodeBits switch { 8 => 1, 4 => 2, 2 or 6 => 4, 1 or 3 or 5 => 8, int bits => throw new NotSupportedException($"{bits}-bit codes") };
        UnitBytes = UnitGroups * anatomy.CodeBits * VectorBytes / 8;
        CodeBytes = anatomy.BlockSize * Rows * anatomy.CodeBits / 8;
        ScaleOffset = CodeBytes;
        MinOffset = ScaleOffset + (anatomy.HasScales ? anatomy.SubBlocks * Rows : 0);
        DOffset = MinOffset + (anatomy.HasMins ? anatomy.SubBlocks * Rows : 0);
        DMinOffset = DOffset + Rows * anatomy.Scale switch { ScaleKind.Half => 2, ScaleKind.Single => 4, _ => 0 };
        BlockBytes = DMinOffset + (anatomy.HasMins ? Rows * 2 : 0);
    }

    public BlockAnatomy Anatomy { get; }

    /// <summary>Column groups (of four) whose codes share the vectors of one unit: 1, 2, 4 or 8.</summary>
    public int UnitGroups { get; }

    public int UnitBytes { get; }

    public int CodeBytes { get; }

    public int ScaleOffset { get; }

    public int MinOffset { get; }

    public int DOffset { get; }

    public int DMinOffset { get; }

    /// <summary>Bytes of one block of all sixteen rows.</summary>
    public int BlockBytes { get; }

    /// <summary>Of the scales behind a row group's blocks.</summary>
    public int RowScaleBytes => Anatomy.Scale == ScaleKind.Row ? Rows * sizeof(float) : 0;

    public long GroupBytes(int columns) => (long)columns / Anatomy.BlockSize * BlockBytes + RowScaleBytes;

    public long TensorBytes(long rows, int columns) => (rows + Rows - 1) / Rows * GroupBytes(columns);

    public double BitsPerWeight => BlockBytes * 8.0 / (Anatomy.BlockSize * Rows);

    /// <summary>
    /// Where the bits of a code lie within its unit: group g of the unit has its low bits in vector
    /// <c>g / (8 / lowBits)</c> of the low plane, shifted left by <c>lowBits · (g % (8 / lowBits))</c>; likewise in the high plane behind it.
    /// </summary>
    public (int LowBits, int HighBits) Planes => Anatomy.CodeBits switch { 3 => (2, 1), 5 => (4, 1), 6 => (4, 2), int bits => (bits, 0) };
}
