using System.Runtime.Intrinsics;

namespace Jibun.Formats;

/// <summary>
/// How bitnet.cpp lays out the codes of an I2_S tensor: it depends on the build that wrote the file, and no file says which. Four
/// rows take the same bytes in both. (ARM builds have planes of 16: the columns of <see cref="PlanesOf32"/> in another order, which
/// nothing in a matrix gives away; such files are not supported.)
/// </summary>
public enum I2_SArrangement
{
    /// <summary>x86: of 128 weights of a row, four planes of 32, as <see cref="I2_S"/> has it.</summary>
    PlanesOf32,

    /// <summary>x86 since January 2026: each byte holds one column of four rows, the first row in the top bits.</summary>
    FourRows,
}

/// <summary>Brings the other arrangement into the first.</summary>
public static class I2_SArrangements
{
    /// <summary>Rearranges whole rows, or for <see cref="I2_SArrangement.FourRows"/> whole groups of four rows, in place.</summary>
    public static void Normalize(this I2_SArrangement arrangement, Span<byte> rows, int columns)
    {
        if (columns % I2_S.BlockSize != 0) throw new ModelException($"a row of {columns} columns cannot be I2_S, which holds {I2_S.BlockSize} weights a block");
        if (arrangement != I2_SArrangement.FourRows) return;
        byte[] four = new byte[columns];
        for (int group = 0; group < rows.Length; group += columns)
        {
            rows.Slice(group, columns).CopyTo(four);
            for (int row = 0; row < 4; row++) TakeRow(four, 6 - 2 * row, rows.Slice(group + row * columns / 4, columns / 4));
        }
    }

    private static void TakeRow(ReadOnlySpan<byte> four, int shift, Span<byte> row)
    {
        Vector256<byte> mask = Vector256.Create((byte)3);
        for (int block = 0; block < row.Length; block += 32)
        {
            Vector256<byte> planes = default;
            for (int plane = 0; plane < 4; plane++)
                planes |= (Vector256.Create(four[(4 * block + 32 * plane)..]) >> shift & mask) << 6 - 2 * plane;
            planes.CopyTo(row[block..]);
        }
    }
}
