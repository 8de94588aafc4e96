using System.Runtime.CompilerServices;
using Jibun.Formats;

namespace Jibun.Kernels;

/// <summary>
/// The way into the row-group layout of the codebook formats that <see cref="GridPacking"/> has none of its own for: eight weights are one or two
/// look-ups of a codebook's points, whose codes lie as the layout wants them.
/// </summary>
internal static unsafe class PointPacking
{
    private const int Rows = RowGroupLayout.Rows;

    /// <summary>Packs sixteen rows.</summary>
    /// <returns>False if the format has no such way.</returns>
    public static bool TryPack(BlockFormat format, RowGroupLayout layout, byte* source, int columns, byte* group)
    {
        switch (format.Type)
        {
            case GgmlType.IQ1_M: PackThreeBits<IQ1_M, ShiftedTrits>(format, layout, source, columns, group); return true;
            case GgmlType.IQ2_XS: PackThreeBits<IQ2_XS, Eights512>(format, layout, source, columns, group); return true;
            case GgmlType.IQ2_S: PackThreeBits<IQ2_S, Eights1024>(format, layout, source, columns, group); return true;
            case GgmlType.IQ3_XXS: PackFourBits<IQ3_XXS, Fours256>(format, layout, source, columns, group); return true;
            case GgmlType.IQ3_S: PackFourBits<IQ3_S, Fours512>(format, layout, source, columns, group); return true;
            default: return false;
        }
    }

    /// <summary>The codes of eight neighbouring weights of a block, at their places in a row's lane.</summary>
    private interface ICells<TBlock> where TBlock : unmanaged
    {
        static abstract ulong Read(in TBlock block, int cell);
    }

    // A cell is its low two bits in the low half of the number and its third bits in the high half; four cells share a unit.
    private static void PackThreeBits<TBlock, TCells>(BlockFormat format, RowGroupLayout layout, byte* source, int columns, byte* group)
        where TBlock : unmanaged, IGridBlock<TBlock> where TCells : ICells<TBlock>
    {
        long rowBytes = format.RowBytes(columns);
        for (int block = columns / format.BlockSize; block > 0; block--, source += format.BlockBytes, group += layout.BlockBytes)
            for (int row = 0; row < Rows; row++)
            {
                TBlock* from = (TBlock*)(source + row * rowBytes);
                uint* codes = (uint*)group + row;
                for (int cell = 0; cell < 32; cell += 4, codes += 3 * Rows)
                {
                    ulong a = TCells.Read(in *from, cell), b = TCells.Read(in *from, cell + 1), c = TCells.Read(in *from, cell + 2), d = TCells.Read(in *from, cell + 3);
                    codes[0] = (uint)(a | b << 4);
                    codes[Rows] = (uint)(c | d << 4);
                    codes[2 * Rows] = (uint)(a >> 32 | b >> 32 << 2 | c >> 32 << 4 | d >> 32 << 6);
                }
                PutScales(from, layout, row, group);
            }
    }

    // A cell is a column group in each half of the number, and a unit.
    private static void PackFourBits<TBlock, TCells>(BlockFormat format, RowGroupLayout layout, byte* source, int columns, byte* group)
        where TBlock : unmanaged, IGridBlock<TBlock> where TCells : ICells<TBlock>
    {
        long rowBytes = format.RowBytes(columns);
        for (int block = columns / format.BlockSize; block > 0; block--, source += format.BlockBytes, group += layout.BlockBytes)
            for (int row = 0; row < Rows; row++)
            {
                TBlock* from = (TBlock*)(source + row * rowBytes);
                uint* codes = (uint*)group + row;
                for (int cell = 0; cell < 32; cell++, codes += Rows)
                {
                    ulong both = TCells.Read(in *from, cell);
                    codes[0] = (uint)both | (uint)(both >> 32) << 4;
                }
                PutScales(from, layout, row, group);
            }
    }

    private static void PutScales<TBlock>(TBlock* from, RowGroupLayout layout, int row, byte* group) where TBlock : unmanaged, IGridBlock<TBlock>
    {
        for (int sub = 0; sub < layout.Anatomy.SubBlocks; sub++) group[layout.ScaleOffset + sub * Rows + row] = (byte)from->GroupScale(sub);
        ((Half*)(group + layout.DOffset))[row] = from->BlockScale;
    }

    private readonly struct Eights512 : ICells<IQ2_XS>
    {
        private static readonly SignedPoints s_points = SignedPoints.OfEights(Grid.Eights512);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong Read(in IQ2_XS block, int cell)
        {
            uint word = block.Cells[cell];
            return s_points.Get((int)(word & 511), SignedPoints.Even[word >> 9]);
        }
    }

    private readonly struct Eights1024 : ICells<IQ2_S>
    {
        private static readonly SignedPoints s_points = SignedPoints.OfEights(Grid.Eights1024);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong Read(in IQ2_S block, int cell) =>
            s_points.Get(block.LowIndices[cell] | (block.HighIndices[cell / 4] >> cell % 4 * 2 & 3) << 8, SignedPoints.Free[block.Signs[cell]]);
    }

    // Instead of signs, a step up or down for all eight.
    private readonly struct ShiftedTrits : ICells<IQ1_M>
    {
        private static readonly ulong[] s_up = Shifted(1), s_down = Shifted(-1);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong Read(in IQ1_M block, int cell)
        {
            int high = block.HighIndices[cell / 2] >> cell % 2 * 4;
            return ((high & 8) != 0 ? s_down : s_up)[block.LowIndices[cell] | (high & 7) << 8];
        }

        private static ulong[] Shifted(int shift) =>
            [.. Enumerable.Range(0, Grid.Ternary2048.Points).Select(point => SpreadThree(Grid.Ternary2048[point], value => Code(Grid.ShiftedTrits, 8 * value + shift)))];
    }

    private readonly struct Fours256 : ICells<IQ3_XXS>
    {
        private static readonly SignedPoints s_points = SignedPoints.OfFours(Grid.Fours256, Grid.SignedFours);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong Read(in IQ3_XXS block, int cell) =>
            s_points.Get(block.Indices[2 * cell], block.Indices[2 * cell + 1], SignedPoints.EvenFours[block.SignsAndScales[cell / 4] >> 7 * (cell % 4) & 127]);
    }

    private readonly struct Fours512 : ICells<IQ3_S>
    {
        private static readonly SignedPoints s_points = SignedPoints.OfFours(Grid.Fours512, Grid.SignedOdd);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong Read(in IQ3_S block, int cell)
        {
            int high = block.HighIndices[cell / 4] >> cell % 4 * 2;
            return s_points.Get(block.LowIndices[2 * cell] | (high & 1) << 8, block.LowIndices[2 * cell + 1] | (high & 2) << 7, SignedPoints.FreeFours[block.Signs[cell]]);
        }
    }

    /// <summary>The points of a codebook with all signs positive and with all negative: a mask takes some from the one, some from the other.</summary>
    private sealed class SignedPoints(ulong[] positive, ulong[] negative)
    {
        // By eight signs, or by seven where the number of negative ones is even; of codes of three bits, and of four.
        public static readonly ulong[] Free = Masks(256, signs => signs, SpreadThree), Even = Masks(128, EvenSigns.Expand, SpreadThree);
        public static readonly ulong[] FreeFours = Masks(256, signs => signs, SpreadFour), EvenFours = Masks(128, EvenSigns.Expand, SpreadFour);

        public static SignedPoints OfEights(Grid grid) => Of(grid, Grid.SignedEights, SpreadThree);

        public static SignedPoints OfFours(Grid grid, CodeTable table) => Of(grid, table, SpreadFour);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public ulong Get(int point, ulong signs) => positive[point] & ~signs | negative[point] & signs;

        /// <summary>Two points of four weights.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public ulong Get(int first, int second, ulong signs) => (positive[first] | positive[second] << 32) & ~signs | (negative[first] | negative[second] << 32) & signs;

        private static SignedPoints Of(Grid grid, CodeTable table, Spreading spread)
        {
            ulong[] All(int sign) => [.. Enumerable.Range(0, grid.Points).Select(point => spread(grid[point], value => Code(table, sign * value)))];
            return new(All(1), All(-1));
        }

        private static ulong[] Masks(int count, Func<int, int> signsOf, Spreading spread) => [.. Enumerable.Range(0, count).Select(index =>
        {
            sbyte[] isNegative = [.. Enumerable.Range(0, 8).Select(i => (sbyte)(signsOf(index) >> i & 1))];
            return spread(isNegative, value => value == 1 ? 15 : 0);
        })];
    }

    private delegate ulong Spreading(ReadOnlySpan<sbyte> values, Func<int, int> codeOf);

    private static ulong SpreadThree(ReadOnlySpan<sbyte> values, Func<int, int> codeOf) =>
        Spread(values, value => codeOf(value) & 3, 2) | Spread(values, value => codeOf(value) >> 2 & 1, 1) << 32;

    private static ulong SpreadFour(ReadOnlySpan<sbyte> values, Func<int, int> codeOf)
    {
        ulong word = 0;
        for (int i = 0; i < values.Length; i++) word |= (ulong)codeOf(values[i]) << i * 8;
        return word;
    }

    private static ulong Spread(ReadOnlySpan<sbyte> values, Func<int, int> codeOf, int bits)
    {
        uint word = 0;
        for (int i = 0; i < 8; i++) word |= (uint)codeOf(values[i]) << (i % 4 * 8 + i / 4 * bits);
        return word;
    }

    private static int Code(CodeTable table, int value)
    {
        Span<byte> code = stackalloc byte[1];
        table.Encode([(sbyte)value], code);
        return code[0];
    }
}
