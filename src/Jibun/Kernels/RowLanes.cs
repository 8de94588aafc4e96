using System.Runtime.CompilerServices;
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
        int column = 0;
        if (rows < Rows) new Span<uint>(lanes, columns * Rows).Clear();
        else Interleave((byte*)source, (long)columns * sizeof(uint), column = columns & ~3, lanes);
        for (; column < columns; column++)
            for (int row = 0; row < rows; row++) lanes[(long)column * Rows + row] = source[(long)row * columns + column];
    }

    /// <summary>Interleaves words of sixteen rows that need not be aligned.</summary>
    /// <param name="source">Of the first row.</param>
    /// <param name="rowBytes">From row to row.</param>
    /// <param name="words">Of a row: at least four, or none.</param>
    /// <param name="lanes">[words][16].</param>
    public static void Interleave(byte* source, long rowBytes, int words, uint* lanes)
    {
        for (int word = 0; word < words; word += 4)
        {
            int first = Math.Min(word, words - 4); // the last four may repeat some
            byte* four = source + first * sizeof(uint);
            uint* target = lanes + first * Rows;
            if (Avx512F.IsSupported) InterleaveSixteen(four, rowBytes, target);
            else for (int row = 0; row < Rows; row += 4, four += 4 * rowBytes) InterleaveFour(four, rowBytes, target + row);
        }
    }

    // As InterleaveFour, for four times four rows in the quarters of a vector.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InterleaveSixteen(byte* source, long rowBytes, uint* lanes)
    {
        Vector512<uint> a = EveryFourth(source, rowBytes), b = EveryFourth(source + rowBytes, rowBytes);
        Vector512<uint> c = EveryFourth(source + 2 * rowBytes, rowBytes), d = EveryFourth(source + 3 * rowBytes, rowBytes);
        Vector512<ulong> ab = Avx512F.UnpackLow(a, b).AsUInt64(), cd = Avx512F.UnpackLow(c, d).AsUInt64();
        Avx512F.UnpackLow(ab, cd).AsUInt32().Store(lanes);
        Avx512F.UnpackHigh(ab, cd).AsUInt32().Store(lanes + Rows);
        ab = Avx512F.UnpackHigh(a, b).AsUInt64();
        cd = Avx512F.UnpackHigh(c, d).AsUInt64();
        Avx512F.UnpackLow(ab, cd).AsUInt32().Store(lanes + 2 * Rows);
        Avx512F.UnpackHigh(ab, cd).AsUInt32().Store(lanes + 3 * Rows);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> EveryFourth(byte* first, long rowBytes)
    {
        Vector256<uint> lower = Vector256.Create(Vector128.Load((uint*)first), Vector128.Load((uint*)(first + 4 * rowBytes)));
        byte* third = first + 8 * rowBytes;
        return Vector512.Create(lower, Vector256.Create(Vector128.Load((uint*)third), Vector128.Load((uint*)(third + 4 * rowBytes))));
    }

    /// <summary>Interleaves the floats of eight rows: [values][8].</summary>
    /// <param name="rows">The eight.</param>
    /// <param name="values">Of a row.</param>
    /// <param name="lanes">Where they go.</param>
    public static void InterleaveEight(float** rows, int values, float* lanes)
    {
        int i = 0;
        for (; i + 4 <= values; i += 4, lanes += 4 * 8)
            for (int row = 0; row < 8; row += 4)
                InterleaveFour((byte*)(rows[row] + i), (byte*)(rows[row + 1] + i), (byte*)(rows[row + 2] + i), (byte*)(rows[row + 3] + i), (uint*)lanes + row, 8);
        for (; i < values; i++, lanes += 8)
            for (int row = 0; row < 8; row++) lanes[row] = rows[row][i];
    }

    /// <summary>Interleaves 16-bit elements; rows beyond <paramref name="rows"/> become zero. Rows follow each other without a gap.</summary>
    public static void Interleave(ushort* source, int rows, int columns, ushort* lanes)
    {
        int column = 0;
        if (rows < Rows) new Span<ushort>(lanes, columns * Rows).Clear();
        else column = InterleavePairs(source, columns, lanes);
        for (; column < columns; column++)
            for (int row = 0; row < rows; row++) lanes[(long)column * Rows + row] = source[(long)row * columns + column];
    }

    // Pairs of columns are words; their halves part when sixteen rows lie side by side.
    private static int InterleavePairs(ushort* source, int columns, ushort* lanes)
    {
        const int Words = 16;
        uint* words = stackalloc uint[Words * Rows];
        int column = 0;
        for (; column + 2 * Words <= columns; column += 2 * Words)
        {
            Interleave((byte*)(source + column), (long)columns * sizeof(ushort), Words, words);
            for (int word = 0; word < Words; word++, lanes += 2 * Rows)
            {
                Vector512<uint> both = Vector512.Load(words + word * Rows);
                WordPacking.Low16(both).Store(lanes);
                WordPacking.Low16(both >>> 16).Store(lanes + Rows);
            }
        }
        return column;
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
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InterleaveFour(byte* source, long rowBytes, uint* lanes) =>
        InterleaveFour(source, source + rowBytes, source + 2 * rowBytes, source + 3 * rowBytes, lanes, Rows);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InterleaveFour(byte* first, byte* second, byte* third, byte* fourth, uint* lanes, int stride)
    {
        Vector128<uint> a = Vector128.Load((uint*)first), b = Vector128.Load((uint*)second);
        Vector128<uint> c = Vector128.Load((uint*)third), d = Vector128.Load((uint*)fourth);
        Vector128<ulong> ab = ZipLow(a, b).AsUInt64(), cd = ZipLow(c, d).AsUInt64();
        ZipLow(ab, cd).AsUInt32().Store(lanes);
        ZipHigh(ab, cd).AsUInt32().Store(lanes + stride);
        ab = ZipHigh(a, b).AsUInt64();
        cd = ZipHigh(c, d).AsUInt64();
        ZipLow(ab, cd).AsUInt32().Store(lanes + 2 * stride);
        ZipHigh(ab, cd).AsUInt32().Store(lanes + 3 * stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> ZipLow(Vector128<uint> left, Vector128<uint> right) =>
        Sse2.IsSupported ? Sse2.UnpackLow(left, right)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(left, right)
        : Vector128.Create(left[0], right[0], left[1], right[1]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> ZipHigh(Vector128<uint> left, Vector128<uint> right) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(left, right)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(left, right)
        : Vector128.Create(left[2], right[2], left[3], right[3]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> ZipLow(Vector128<ulong> left, Vector128<ulong> right) =>
        Sse2.IsSupported ? Sse2.UnpackLow(left, right) : Vector128.Create(left.ToScalar(), right.ToScalar());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> ZipHigh(Vector128<ulong> left, Vector128<ulong> right) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(left, right) : Vector128.Create(left[1], right[1]);
}
