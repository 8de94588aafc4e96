using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Jibun.Kernels;

/// <summary>Turns sixteen rows into row lanes: [16][columns] becomes [columns][16].</summary>
internal static unsafe class RowLanes
{
    private const int Rows = RowGroupLayout.Rows;

    /// <summary>Interleaves 32-bit elements; rows beyond <paramref name="rows"/> become zero. Rows follow each other without a gap.</summary>
    public static void Interleave(uint* source, int rows, int columns, uint* lanes)
    {
        if (rows < Rows) new Span<uint>(lanes, columns * Rows).Clear();
        int column = 0;
        for (; column + 4 <= columns; column += 4)
        {
            int row = 0;
            for (; row + 4 <= rows; row += 4) TransposeFour(source + (long)row * columns + column, columns, lanes + (long)column * Rows + row);
            for (; row < rows; row++)
                for (int i = 0; i < 4; i++) lanes[(long)(column + i) * Rows + row] = source[(long)row * columns + column + i];
        }
        for (; column < columns; column++)
            for (int row = 0; row < rows; row++) lanes[(long)column * Rows + row] = source[(long)row * columns + column];
    }

    /// <summary>The same for 16-bit elements.</summary>
    public static void Interleave(ushort* source, int rows, int columns, ushort* lanes)
    {
        const int Chunk = 32; // of columns: what is written stays in the nearest cache
        if (rows < Rows) new Span<ushort>(lanes, columns * Rows).Clear();
        for (int start = 0; start < columns; start += Chunk)
            for (int row = 0; row < rows; row++)
                for (int column = start; column < Math.Min(start + Chunk, columns); column++)
                    lanes[(long)column * Rows + row] = source[(long)row * columns + column];
    }

    /// <summary>Turns a square of 16 × 16 16-bit elements.</summary>
    public static void Transpose(ushort* source, ushort* target)
    {
        if (!Sse2.IsSupported && !AdvSimd.Arm64.IsSupported)
        {
            Interleave(source, Rows, Rows, target);
            return;
        }
        for (int row = 0; row < Rows; row += 8)
            for (int column = 0; column < Rows; column += 8) TransposeEight(source + row * Rows + column, target + column * Rows + row);
    }

    // Three rounds of zipping rows that lie four apart: each doubles how many elements of a column lie side by side.
    private static void TransposeEight(ushort* source, ushort* target)
    {
        Vector128<ushort> r0 = Vector128.Load(source), r1 = Vector128.Load(source + Rows), r2 = Vector128.Load(source + 2 * Rows), r3 = Vector128.Load(source + 3 * Rows);
        Vector128<ushort> r4 = Vector128.Load(source + 4 * Rows), r5 = Vector128.Load(source + 5 * Rows), r6 = Vector128.Load(source + 6 * Rows), r7 = Vector128.Load(source + 7 * Rows);
        for (int round = 0; round < 3; round++)
            (r0, r1, r2, r3, r4, r5, r6, r7) = (ZipLow(r0, r4), ZipHigh(r0, r4), ZipLow(r1, r5), ZipHigh(r1, r5), ZipLow(r2, r6), ZipHigh(r2, r6), ZipLow(r3, r7), ZipHigh(r3, r7));
        r0.Store(target);
        r1.Store(target + Rows);
        r2.Store(target + 2 * Rows);
        r3.Store(target + 3 * Rows);
        r4.Store(target + 4 * Rows);
        r5.Store(target + 5 * Rows);
        r6.Store(target + 6 * Rows);
        r7.Store(target + 7 * Rows);
    }

    private static Vector128<ushort> ZipLow(Vector128<ushort> left, Vector128<ushort> right) =>
        Sse2.IsSupported ? Sse2.UnpackLow(left, right) : AdvSimd.Arm64.ZipLow(left, right);

    private static Vector128<ushort> ZipHigh(Vector128<ushort> left, Vector128<ushort> right) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(left, right) : AdvSimd.Arm64.ZipHigh(left, right);

    // a0 a1 a2 a3          a0 b0 c0 d0
    // b0 b1 b2 b3    →     a1 b1 c1 d1
    // c0 c1 c2 c3          a2 b2 c2 d2
    // d0 d1 d2 d3          a3 b3 c3 d3
    private static void TransposeFour(uint* source, int columns, uint* lanes)
    {
        Vector128<uint> a = Vector128.Load(source), b = Vector128.Load(source + columns);
        Vector128<uint> c = Vector128.Load(source + 2L * columns), d = Vector128.Load(source + 3L * columns);
        (Vector128<uint> ab, Vector128<uint> abHigh) = Zip(a, b);
        (Vector128<uint> cd, Vector128<uint> cdHigh) = Zip(c, d);
        Pair(ab, cd, lanes);
        Pair(abHigh, cdHigh, lanes + 2 * Rows);
    }

    private static (Vector128<uint> Low, Vector128<uint> High) Zip(Vector128<uint> left, Vector128<uint> right)
    {
        Vector128<uint> even = Vector128.Create(0u, 0, 1, 1), odd = Vector128.Create(2u, 2, 3, 3);
        Vector128<uint> takeRight = Vector128.Create(0u, uint.MaxValue, 0, uint.MaxValue);
        return (Vector128.ConditionalSelect(takeRight, Vector128.Shuffle(right, even), Vector128.Shuffle(left, even)),
            Vector128.ConditionalSelect(takeRight, Vector128.Shuffle(right, odd), Vector128.Shuffle(left, odd)));
    }

    private static void Pair(Vector128<uint> first, Vector128<uint> second, uint* lanes)
    {
        Vector128.Create(first.AsUInt64().ToScalar(), second.AsUInt64().ToScalar()).AsUInt32().Store(lanes);
        Vector128.Create(first.AsUInt64()[1], second.AsUInt64()[1]).AsUInt32().Store(lanes + Rows);
    }
}
