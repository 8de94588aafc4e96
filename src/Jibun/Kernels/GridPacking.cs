using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Jibun.Formats;

namespace Jibun.Kernels;

/// <summary>
/// The way into the row-group layout of the codebook formats that experts of large models are kept in: tables hold the codes of a
/// codebook's points as they lie in the layout, so that eight weights are one look-up. The same bytes as
/// <see cref="RowGroupPacking"/> writes, which takes every block apart, in a tenth of the time: experts that come from disk are
/// packed while a token waits for them.
/// </summary>
internal static unsafe class GridPacking
{
    private const int Rows = RowGroupLayout.Rows;
    private const int Vector = RowGroupLayout.VectorBytes;

    // Of a point of eight weights: byte i has the codes of weights i and 4 + i, which lie in neighbouring column groups.
    private static readonly uint[] s_trits = [.. Enumerable.Range(0, Grid.Ternary2048.Points).Select(point => Spread(Grid.Ternary2048[point], value => value + 1, 2))];

    // The same of magnitudes with signs: low two bits of a code in the low half, its third bit in the high half.
    private static readonly ulong[] s_positive = [.. Enumerable.Range(0, Grid.Eights256.Points).Select(point => SpreadSigned(point, 1))];
    private static readonly ulong[] s_negative = [.. Enumerable.Range(0, Grid.Eights256.Points).Select(point => SpreadSigned(point, -1))];
    private static readonly ulong[] s_signs = [.. Enumerable.Range(0, 128).Select(SpreadSigns)];

    /// <summary>Packs sixteen rows.</summary>
    /// <returns>False if the format has no such way.</returns>
    public static bool TryPack(BlockFormat format, RowGroupLayout layout, byte* source, int columns, byte* group)
    {
        if (format.Type is not (GgmlType.IQ1_S or GgmlType.IQ2_XXS)) return PointPacking.TryPack(format, layout, source, columns, group);
        long rowBytes = format.RowBytes(columns);
        for (int block = columns / format.BlockSize; block > 0; block--, source += format.BlockBytes, group += layout.BlockBytes)
            if (format.Type != GgmlType.IQ1_S) PackEights((IQ2_XXS*)source, rowBytes, layout, group);
            else if (Avx2.IsSupported) PackTritsOfEightRows((IQ1_S*)source, rowBytes, layout, group);
            else PackTrits((IQ1_S*)source, rowBytes, layout, group);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackTrits(IQ1_S* source, long rowBytes, RowGroupLayout layout, byte* target)
    {
        byte* scales = target + layout.ScaleOffset, mins = target + layout.MinOffset;
        Half* d = (Half*)(target + layout.DOffset), dmin = (Half*)(target + layout.DMinOffset);
        fixed (uint* table = s_trits)
        {
            for (int row = 0; row < Rows; row++, source = (IQ1_S*)((byte*)source + rowBytes))
            {
                d[row] = dmin[row] = source->Scale;
                byte* low = (byte*)&source->LowIndices;
                ushort* words = (ushort*)&source->Groups;
                uint* codes = (uint*)target + row;
                for (int i = 0; i < 8; i++, low += 4, codes += 2 * Rows)
                {
                    uint word = words[i];
                    codes[0] = table[low[0] | (word & 7) << 8] | table[low[1] | (word >> 3 & 7) << 8] << 4;
                    codes[Rows] = table[low[2] | (word >> 6 & 7) << 8] | table[low[3] | (word >> 9 & 7) << 8] << 4;
                    uint scale = (word >> 12 & 7) * 2 + 1;
                    scales[i * Rows + row] = (byte)(8 * scale);
                    mins[i / 2 * 2 * Rows + row * 2 + i % 2] = (byte)(scale * (7 + (word >> 15 << 1)));
                }
            }
        }
    }

    // Lanes are rows. A group's word is read with the two bytes before it: behind the last one the memory may end.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackTritsOfEightRows(IQ1_S* source, long rowBytes, RowGroupLayout layout, byte* target)
    {
        const int lanes = 8;
        Vector256<int> rows = Vector256<int>.Indices * (int)rowBytes;
        Vector256<uint> highest = Vector256.Create(0x700u), lowest = Vector256.Create(0xFFu);
        fixed (uint* table = s_trits)
        {
            for (int first = 0; first < Rows; first += lanes, source = (IQ1_S*)((byte*)source + lanes * rowBytes))
            {
                Vector128<ushort> d = Narrow(Gather(&source->Scale, rows) & Vector256.Create(0xFFFFu));
                d.Store((ushort*)(target + layout.DOffset) + first);
                d.Store((ushort*)(target + layout.DMinOffset) + first);
                byte* low = (byte*)&source->LowIndices, words = (byte*)&source->Groups - 2;
                uint* codes = (uint*)target + first;
                Vector256<uint> min = default;
                for (int i = 0; i < 8; i++, low += 4, words += 2, codes += 2 * Rows)
                {
                    Vector256<uint> indices = Gather(low, rows), word = Gather(words, rows) >>> 16;
                    Vector256<uint> a = Look(table, indices & lowest | (word << 8) & highest), b = Look(table, (indices >>> 8) & lowest | (word << 5) & highest);
                    Vector256<uint> c = Look(table, (indices >>> 16) & lowest | (word << 2) & highest), e = Look(table, (indices >>> 24) | (word >>> 1) & highest);
                    (a | b << 4).Store(codes);
                    (c | e << 4).Store(codes + Rows);
                    Vector256<uint> scale = ((word >>> 11) & Vector256.Create(14u)) + Vector256<uint>.One;
                    *(long*)(target + layout.ScaleOffset + i * Rows + first) = Vector128.Narrow(Narrow(scale << 3), default).AsInt64()[0];
                    Vector256<uint> own = scale * (Vector256.Create(7u) + ((word >>> 15) << 1));
                    if (i % 2 == 0) min = own;
                    else Narrow(min | own << 8).Store((ushort*)(target + layout.MinOffset + (i - 1) * Rows) + first);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Gather(void* start, Vector256<int> offsets) => Avx2.GatherVector256((uint*)start, offsets, 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Look(uint* table, Vector256<uint> indices) => Avx2.GatherVector256(table, indices.AsInt32(), sizeof(uint));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ushort> Narrow(Vector256<uint> values) => Vector128.Narrow(values.GetLower(), values.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackEights(IQ2_XXS* source, long rowBytes, RowGroupLayout layout, byte* target)
    {
        byte* scales = target + layout.ScaleOffset;
        Half* d = (Half*)(target + layout.DOffset);
        fixed (ulong* positive = s_positive, negative = s_negative, signs = s_signs)
        {
            for (int row = 0; row < Rows; row++, source = (IQ2_XXS*)((byte*)source + rowBytes))
            {
                d[row] = source->Scale;
                byte* cells = (byte*)&source->Groups;
                uint* codes = (uint*)target + row;
                for (int i = 0; i < 8; i++, cells += 8, codes += 3 * Rows)
                {
                    uint word = *(uint*)(cells + 4);
                    ulong a = Signed(positive, negative, cells[0], signs[word & 127]), b = Signed(positive, negative, cells[1], signs[word >> 7 & 127]);
                    ulong c = Signed(positive, negative, cells[2], signs[word >> 14 & 127]), e = Signed(positive, negative, cells[3], signs[word >> 21 & 127]);
                    codes[0] = (uint)(a | b << 4);
                    codes[Rows] = (uint)(c | e << 4);
                    codes[2 * Rows] = (uint)(a >> 32 | b >> 32 << 2 | c >> 32 << 4 | e >> 32 << 6);
                    scales[i * Rows + row] = (byte)((word >> 28) * 2 + 1);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Signed(ulong* positive, ulong* negative, byte point, ulong signs) => positive[point] & ~signs | negative[point] & signs;

    private static uint Spread(ReadOnlySpan<sbyte> point, Func<int, int> codeOf, int bits)
    {
        uint word = 0;
        for (int i = 0; i < 8; i++) word |= (uint)codeOf(point[i]) << (i % 4 * 8 + i / 4 * bits);
        return word;
    }

    private static ulong SpreadSigned(int point, int sign)
    {
        int CodeOf(int value)
        {
            Span<byte> code = stackalloc byte[1];
            Grid.SignedEights.Encode([(sbyte)(sign * value)], code);
            return code[0];
        }
        return Spread(Grid.Eights256[point], value => CodeOf(value) & 3, 2) | (ulong)Spread(Grid.Eights256[point], value => CodeOf(value) >> 2, 1) << 32;
    }

    private static ulong SpreadSigns(int index)
    {
        int signs = EvenSigns.Expand(index);
        ulong mask = 0;
        for (int i = 0; i < 8; i++)
            if ((signs >> i & 1) != 0) mask |= 3UL << (i % 4 * 8 + i / 4 * 2) | 1UL << (32 + i % 4 * 8 + i / 4);
        return mask;
    }
}
