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
    private const int CacheLine = 64;

    // Of a point of eight weights: byte i has the codes of weights i and 4 + i, which lie in neighbouring column groups.
    private static readonly uint[] s_trits = [.. Enumerable.Range(0, Grid.Ternary2048.Points).Select(point => Spread(Grid.Ternary2048[point], value => value + 1, 2))];

    // The same of magnitudes with signs: low two bits of a code in the low half, its third bit in the high half.
    private static readonly ulong[] s_positive = [.. Enumerable.Range(0, Grid.Eights256.Points).Select(point => SpreadSigned(point, 1))];
    private static readonly ulong[] s_negative = [.. Enumerable.Range(0, Grid.Eights256.Points).Select(point => SpreadSigned(point, -1))];
    private static readonly ulong[] s_signs = [.. Enumerable.Range(0, 128).Select(SpreadSigns)];

    /// <summary>Packs sixteen rows. Where the processor can be told to, those behind them are fetched meanwhile.</summary>
    /// <returns>False if the format has no such way.</returns>
    public static bool TryPack(BlockFormat format, RowGroupLayout layout, byte* source, int columns, byte* group)
    {
        if (format.Type is not (GgmlType.IQ1_S or GgmlType.IQ2_XXS)) return PointPacking.TryPack(format, layout, source, columns, group);
        long rowBytes = format.RowBytes(columns);
        byte* next = source + Rows * rowBytes;
        for (int block = columns / format.BlockSize; block > 0; block--, source += format.BlockBytes, group += layout.BlockBytes)
        {
            if (Sse.IsSupported)
                for (byte* end = next + Rows * format.BlockBytes; next < end; next += CacheLine) Sse.Prefetch0(next);
            if (format.Type == GgmlType.IQ1_S) PackTrits((IQ1_S*)source, rowBytes, layout, group);
            else PackEights((IQ2_XXS*)source, rowBytes, layout, group);
        }
        return true;
    }

    // Row by row: what comes from disk is in no cache, and sixteen rows at once are too many streams to be fetched ahead.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackTrits(IQ1_S* source, long rowBytes, RowGroupLayout layout, byte* target)
    {
        byte* scales = target + layout.ScaleOffset, mins = target + layout.MinOffset;
        Half* d = (Half*)(target + layout.DOffset), dmin = (Half*)(target + layout.DMinOffset);
        ushort* indices = stackalloc ushort[32];
        fixed (uint* table = s_trits)
        {
            for (int row = 0; row < Rows; row++, source = (IQ1_S*)((byte*)source + rowBytes))
            {
                d[row] = dmin[row] = source->Scale;
                Vector128<ushort> words = Vector128.Load((ushort*)&source->Groups);
                IndexTrits((byte*)&source->LowIndices, words, indices);
                uint* codes = (uint*)target + row;
                for (int i = 0; i < 32; i += 4, codes += 2 * Rows)
                {
                    codes[0] = table[indices[i]] | table[indices[i + 1]] << 4;
                    codes[Rows] = table[indices[i + 2]] | table[indices[i + 3]] << 4;
                }
                Vector128<ushort> scale = ((words >>> 11) & Vector128.Create((ushort)14)) + Vector128<ushort>.One;
                Vector128<ushort> min = scale * (((words >>> 15) << 1) + Vector128.Create((ushort)7));
                (ulong eightfold, ulong own) = (Vector128.Narrow(scale << 3, min).AsUInt64()[0], Vector128.Narrow(scale << 3, min).AsUInt64()[1]);
                for (int i = 0; i < 8; i++, eightfold >>= 8) scales[i * Rows + row] = (byte)eightfold;
                for (int i = 0; i < 4; i++, own >>= 16) ((ushort*)mins)[i * Rows + row] = (ushort)own;
            }
        }
    }

    // A point's number has its low byte, and three bits of its group's word on top:
    // word        s ddd ccc bbb aaa, four points a group
    // · 2^9…2^0   aaa, bbb, ccc, ddd all come to lie at bit 9
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void IndexTrits(byte* low, Vector128<ushort> words, ushort* indices)
    {
        Vector128<ushort> shifts = Vector128.Create((ushort)512, 64, 8, 1, 512, 64, 8, 1), highest = Vector128.Create((ushort)0x700);
        Vector128<byte> first = Vector128.Load(low), second = Vector128.Load(low + 16), bytes = words.AsByte();
        Vector128<ushort> a = Vector128.Shuffle(bytes, Vector128.Create((byte)0, 1, 0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3, 2, 3)).AsUInt16();
        Vector128<ushort> b = Vector128.Shuffle(bytes, Vector128.Create((byte)4, 5, 4, 5, 4, 5, 4, 5, 6, 7, 6, 7, 6, 7, 6, 7)).AsUInt16();
        Vector128<ushort> c = Vector128.Shuffle(bytes, Vector128.Create((byte)8, 9, 8, 9, 8, 9, 8, 9, 10, 11, 10, 11, 10, 11, 10, 11)).AsUInt16();
        Vector128<ushort> e = Vector128.Shuffle(bytes, Vector128.Create((byte)12, 13, 12, 13, 12, 13, 12, 13, 14, 15, 14, 15, 14, 15, 14, 15)).AsUInt16();
        (Vector128.WidenLower(first) | ((a * shifts) >>> 1) & highest).Store(indices);
        (Vector128.WidenUpper(first) | ((b * shifts) >>> 1) & highest).Store(indices + 8);
        (Vector128.WidenLower(second) | ((c * shifts) >>> 1) & highest).Store(indices + 16);
        (Vector128.WidenUpper(second) | ((e * shifts) >>> 1) & highest).Store(indices + 24);
    }

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
