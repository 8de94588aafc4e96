using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Jibun.Formats;

namespace Jibun.Kernels;

/// <content>
/// Formats whose weights are points of a codebook. The lower bits of a code are a coordinate of its point, the top bit is the weight's sign or the
/// way its cell is shifted: one comes out of a table of points as the layout wants them, the other straight from the file, for sixteen rows at a time.
/// </content>
internal static unsafe partial class WordPacking
{
    private const int Pair = 2 * Rows; // lanes of two vectors, which are four points a row

    /// <summary>
    /// The coordinates of a point's weights as codes: byte i has weight i in its lowest bits, above it weight 4 + i where a point has eight. Behind all points
    /// the same, shifted by four.
    /// </summary>
    private static uint[] PointsOf(Grid grid, CodeTable table, int factor = 1, int shift = 0)
    {
        uint[] points = new uint[2 * grid.Points];
        Span<sbyte> values = stackalloc sbyte[grid.Dimensions];
        Span<byte> codes = stackalloc byte[grid.Dimensions];
        for (int point = 0; point < grid.Points; point++)
        {
            for (int i = 0; i < values.Length; i++) values[i] = (sbyte)(factor * grid[point][i] + shift);
            table.Encode(values, codes);
            for (int i = 0; i < codes.Length; i++) points[point] |= (uint)codes[i] << (i % 4 * 8 + i / 4 * 2);
            points[grid.Points + point] = points[point] << 4;
        }
        return points;
    }

    // Of a row's four points, 0 and 2 have their numbers in the halves of one lane, 1 and 3 in those of the other.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PutNumbers(Vector512<uint> even, Vector512<uint> odd, uint* pair)
    {
        even.Store(pair);
        odd.Store(pair + Rows);
    }

    // Numbers that are bytes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PutNumbers(Vector512<uint> bytes, uint* pair) => PutNumbers(Even(bytes), Odd(bytes), pair);

    // Numbers whose lower bytes are in one word, and whose top bits lie in another, so many bits from number to number.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PutNumbers(Vector512<uint> bytes, Vector512<uint> tops, int bits, int distance, uint* pair)
    {
        Vector512<uint> lower = Vector512.Create((1u << bits) - 1 << 8), upper = lower << 16;
        PutNumbers(
            Even(bytes) | tops << 8 & lower | tops << 24 - 2 * distance & upper,
            Odd(bytes) | tops << 8 - distance & lower | tops << 24 - 3 * distance & upper, pair);
    }

    private static Vector512<uint> Even(Vector512<uint> word) => word & Vector512.Create(0x00FF00FFu);

    private static Vector512<uint> Odd(Vector512<uint> word) => word >>> 8 & Vector512.Create(0x00FF00FFu);

    // In place, where stores of single lanes wait for no memory:
    // numbers 2, 0    →    point 0 | point 1 « 4
    // numbers 3, 1    →    point 2 | point 3 « 4
    private static void LookUp(uint[] points, uint* pairs, int count)
    {
        fixed (uint* table = points)
        {
            uint* shifted = table + points.Length / 2;
            for (; count > 0; count--, pairs += Rows)
                for (uint* end = pairs + Rows; pairs < end; pairs++)
                {
                    ushort* even = (ushort*)pairs, odd = (ushort*)(pairs + Rows);
                    (pairs[0], pairs[Rows]) = (table[even[0]] | shifted[odd[0]], table[even[1]] | shifted[odd[1]]);
                }
        }
    }

    /// <summary>Four fields of seven signs, whose number of negative ones is even, become four bytes.</summary>
    private static Vector512<uint> CompleteSigns(Vector512<uint> signs)
    {
        Vector512<uint> parity = signs ^ signs >>> 4;
        parity ^= parity >>> 2;
        parity ^= parity >>> 1;
        return signs | (parity & Vector512.Create(0x01010101u)) << 7;
    }

    private static Vector512<uint> SignsOfSeven(Vector512<uint> word) => CompleteSigns(
        word & Vector512.Create(0x7Fu) | word << 1 & Vector512.Create(0x7F00u) | word << 2 & Vector512.Create(0x7F0000u) | word << 3 & Vector512.Create(0x7F000000u));

    // 32 weights of three bits: two low bits of each in a pair of vectors, the top one in a plane.
    private static void PutEights(uint* pair, Vector512<uint> plane, byte* unit)
    {
        Word(pair, 0).Store((uint*)unit);
        Word(pair, 1).Store((uint*)(unit + Vector));
        plane.Store((uint*)(unit + 2 * Vector));
    }

    // 32 weights of four bits, three low ones of each in two pairs of vectors, the top one in a plane.
    private static void PutFours(uint* pairs, Vector512<uint> plane, byte* units)
    {
        for (int unit = 0; unit < 4; unit++, plane >>>= 2)
            (Word(pairs, unit) | (plane & Vector512.Create(0x01010101u)) << 3 | (plane & Vector512.Create(0x02020202u)) << 6).Store((uint*)(units + unit * Vector));
    }

    // Group scales are odd: 2 · code + 1.
    private static void PutOddScale(Vector512<uint> codes, RowGroupLayout layout, int sub, byte* block) =>
        Byte(codes + codes + Vector512<uint>.One, 0).Store(block + layout.ScaleOffset + sub * Rows);

    private static void PutOddScales(Vector512<uint> nibbles, RowGroupLayout layout, int sub, byte* block)
    {
        Vector512<uint> low = nibbles & Vector512.Create(0x0F0F0F0Fu), high = nibbles >>> 4 & Vector512.Create(0x0F0F0F0Fu), one = Vector512.Create(0x01010101u);
        byte* scales = block + layout.ScaleOffset + sub * Rows;
        for (int i = 0; i < 4; i++, scales += 2 * Rows)
        {
            Byte(low + low + one, i).Store(scales);
            Byte(high + high + one, i).Store(scales + Rows);
        }
    }

    /// <summary>Where a block of 256 weights has its points, in groups of 32 weights.</summary>
    private interface IPoints
    {
        static abstract int Words { get; }

        static abstract int FirstWord { get; } // bytes

        /// <summary>From <see cref="PointsOf"/>.</summary>
        static abstract uint[] Table { get; }

        /// <summary>The numbers of four points.</summary>
        static abstract void PutNumbers(uint* words, int four, uint* pair);

        /// <summary>The top bits of a group's codes, as a plane of the layout has them.</summary>
        static abstract Vector512<uint> Plane(uint* words, int group);

        static abstract void PutScales(uint* words, byte* source, long rowBytes, RowGroupLayout layout, byte* block);
    }

    /// <summary>Points of eight weights.</summary>
    private readonly struct Eights<TPoints> : IWordBlock where TPoints : struct, IPoints
    {
        public static int Words => TPoints.Words;

        public static int FirstWord => TPoints.FirstWord;

        [SkipLocalsInit]
        public static void Put(uint* words, byte* source, long rowBytes, RowGroupLayout layout, byte* block)
        {
            uint* pairs = stackalloc uint[8 * Pair];
            for (int group = 0; group < 8; group++) TPoints.PutNumbers(words, group, pairs + group * Pair);
            LookUp(TPoints.Table, pairs, 8);
            for (int group = 0; group < 8; group++) PutEights(pairs + group * Pair, TPoints.Plane(words, group), block + group * layout.UnitBytes);
            TPoints.PutScales(words, source, rowBytes, layout, block);
        }
    }

    /// <summary>Points of four weights.</summary>
    private readonly struct Fours<TPoints> : IWordBlock where TPoints : struct, IPoints
    {
        public static int Words => TPoints.Words;

        public static int FirstWord => TPoints.FirstWord;

        [SkipLocalsInit]
        public static void Put(uint* words, byte* source, long rowBytes, RowGroupLayout layout, byte* block)
        {
            uint* pairs = stackalloc uint[16 * Pair];
            for (int four = 0; four < 16; four++) TPoints.PutNumbers(words, four, pairs + four * Pair);
            LookUp(TPoints.Table, pairs, 16);
            for (int group = 0; group < 8; group++) PutFours(pairs + 2 * group * Pair, TPoints.Plane(words, group), block + 4 * group * Vector);
            TPoints.PutScales(words, source, rowBytes, layout, block);
        }
    }

    // A word of points and one of signs and the scale a group.
    private readonly struct Eights256 : IPoints
    {
        public static int Words => 16;

        public static int FirstWord => sizeof(ushort);

        public static uint[] Table { get; } = PointsOf(Grid.Eights256, GridCodes.SignedEights);

        public static void PutNumbers(uint* words, int four, uint* pair) => WordPacking.PutNumbers(Word(words, 2 * four), pair);

        public static Vector512<uint> Plane(uint* words, int group) => BitPlane(SignsOfSeven(Word(words, 2 * group + 1)));

        public static void PutScales(uint* words, byte* source, long rowBytes, RowGroupLayout layout, byte* block)
        {
            for (int group = 0; group < 8; group++) PutOddScale(Word(words, 2 * group + 1) >>> 28, layout, group, block);
            PutHalves(source, rowBytes, block + layout.DOffset);
        }
    }

    // 16 words of two points, nine bits of a number and seven of signs; 2 words of scales.
    private readonly struct Eights512 : IPoints
    {
        public static int Words => 18;

        public static int FirstWord => sizeof(ushort);

        public static uint[] Table { get; } = PointsOf(Grid.Eights512, GridCodes.SignedEights);

        public static void PutNumbers(uint* words, int four, uint* pair)
        {
            Vector512<uint> first = Word(words, 2 * four), second = Word(words, 2 * four + 1), low = Vector512.Create(0x1FFu);
            WordPacking.PutNumbers(first & low | (second & low) << 16, first >>> 16 & low | second & low << 16, pair);
        }

        public static Vector512<uint> Plane(uint* words, int group)
        {
            Vector512<uint> first = Word(words, 2 * group), second = Word(words, 2 * group + 1);
            return BitPlane(CompleteSigns(first >>> 9 & Vector512.Create(0x7Fu) | first >>> 17 & Vector512.Create(0x7F00u)
                | second << 7 & Vector512.Create(0x7F0000u) | second >>> 1 & Vector512.Create(0x7F000000u)));
        }

        public static void PutScales(uint* words, byte* source, long rowBytes, RowGroupLayout layout, byte* block)
        {
            PutOddScales(Word(words, 16), layout, 0, block);
            PutOddScales(Word(words, 17), layout, 8, block);
            PutHalves(source, rowBytes, block + layout.DOffset);
        }
    }

    // 8 words of points, 8 of signs, 2 of the upper pairs of the points' numbers, 2 of scales.
    private readonly struct Eights1024 : IPoints
    {
        public static int Words => 20;

        public static int FirstWord => sizeof(ushort);

        public static uint[] Table { get; } = PointsOf(Grid.Eights1024, GridCodes.SignedEights);

        public static void PutNumbers(uint* words, int four, uint* pair) =>
            WordPacking.PutNumbers(Word(words, four), Word(words, 16 + four / 4) >>> four % 4 * 8, bits: 2, distance: 2, pair);

        public static Vector512<uint> Plane(uint* words, int group) => BitPlane(Word(words, 8 + group));

        public static void PutScales(uint* words, byte* source, long rowBytes, RowGroupLayout layout, byte* block)
        {
            PutOddScales(Word(words, 18), layout, 0, block);
            PutOddScales(Word(words, 19), layout, 8, block);
            PutHalves(source, rowBytes, block + layout.DOffset);
        }
    }

    // 16 words of points, 8 of signs and the scale of a group.
    private readonly struct Fours256 : IPoints
    {
        public static int Words => 24;

        public static int FirstWord => sizeof(ushort);

        public static uint[] Table { get; } = PointsOf(Grid.Fours256, GridCodes.SignedFours);

        public static void PutNumbers(uint* words, int four, uint* pair) => WordPacking.PutNumbers(Word(words, four), pair);

        public static Vector512<uint> Plane(uint* words, int group) => BitPlane(SignsOfSeven(Word(words, 16 + group)));

        public static void PutScales(uint* words, byte* source, long rowBytes, RowGroupLayout layout, byte* block)
        {
            for (int group = 0; group < 8; group++) PutOddScale(Word(words, 16 + group) >>> 28, layout, group, block);
            PutHalves(source, rowBytes, block + layout.DOffset);
        }
    }

    // 16 words of points, 2 of the top bits of the points' numbers, 8 of signs, one of scales.
    private readonly struct Fours512 : IPoints
    {
        public static int Words => 27;

        public static int FirstWord => sizeof(ushort);

        public static uint[] Table { get; } = PointsOf(Grid.Fours512, GridCodes.SignedOdd);

        public static void PutNumbers(uint* words, int four, uint* pair) =>
            WordPacking.PutNumbers(Word(words, four), Word(words, 16 + four / 8) >>> four % 8 * 4, bits: 1, distance: 1, pair);

        public static Vector512<uint> Plane(uint* words, int group) => BitPlane(Word(words, 18 + group));

        public static void PutScales(uint* words, byte* source, long rowBytes, RowGroupLayout layout, byte* block)
        {
            PutOddScales(Word(words, 26), layout, 0, block);
            PutHalves(source, rowBytes, block + layout.DOffset);
        }
    }

    // 8 words of points, 4 of the upper three bits of the points' numbers with the shift's sign above, 2 of scales, whose top nibbles are d.
    private readonly struct ShiftedTrits : IPoints
    {
        public static int Words => 14;

        public static int FirstWord => 0;

        public static uint[] Table { get; } = PointsOf(Grid.Ternary2048, GridCodes.ShiftedTrits, 8, 1);

        public static void PutNumbers(uint* words, int four, uint* pair) => WordPacking.PutNumbers(Word(words, four), Tops(words, four), bits: 3, distance: 4, pair);

        // The top bit of four nibbles: each is that of all codes of two neighbouring column groups.
        public static Vector512<uint> Plane(uint* words, int group)
        {
            Vector512<uint> bits = Tops(words, group) >>> 3 & Vector512.Create(0x1111u); // bits 0, 4, 8, 12
            bits = (bits | bits >>> 2) & Vector512.Create(0x0505u); // 0, 2, 8, 10
            bits = (bits | bits >>> 4) & Vector512.Create(0x55u); // 0, 2, 4, 6
            bits |= bits << 1;
            bits |= bits << 8;
            return bits | bits << 16;
        }

        public static void PutScales(uint* words, byte* source, long rowBytes, RowGroupLayout layout, byte* block)
        {
            Vector512<uint> first = Word(words, 12), second = Word(words, 13);
            for (int sub = 0; sub < 4; sub++, first >>>= 3, second >>>= 3)
            {
                PutOddScale(first & Vector512.Create(7u), layout, sub, block);
                PutOddScale(first >>> 16 & Vector512.Create(7u), layout, 4 + sub, block);
                PutOddScale(second & Vector512.Create(7u), layout, 8 + sub, block);
                PutOddScale(second >>> 16 & Vector512.Create(7u), layout, 12 + sub, block);
            }
            Vector512<uint> tops = first & Vector512.Create(0xF000Fu) | second << 8 & Vector512.Create(0xF000F00u);
            PutWords(tops | tops >>> 12, block + layout.DOffset);
        }
    }

    // 8 words of points; 4 words of two groups: the upper three bits of the points' numbers, the scale, the shift's sign, which becomes part of the minimum.
    private readonly struct TritsAndMinimum : IWordBlock
    {
        public static int Words => 12;

        public static int FirstWord => sizeof(ushort);

        [SkipLocalsInit]
        public static void Put(uint* words, byte* source, long rowBytes, RowGroupLayout layout, byte* block)
        {
            uint* pairs = stackalloc uint[8 * Pair];
            for (int group = 0; group < 8; group++) PutNumbers(Word(words, group), Tops(words, group), bits: 3, distance: 3, pairs + group * Pair);
            LookUp(ShiftedTrits.Table, pairs, 8);
            for (int vector = 0; vector < 16; vector++) Word(pairs, vector).Store((uint*)(block + vector * Vector));
            for (int pair = 0; pair < 4; pair++)
            {
                Vector512<ushort> both = Word(words, 8 + pair).AsUInt16(), scale = (both >>> 11 & Vector512.Create((ushort)14)) + Vector512<ushort>.One;
                Vector512<uint> eightfold = (scale << 3).AsUInt32(), min = (scale * ((both >>> 15 << 1) + Vector512.Create((ushort)7))).AsUInt32();
                Byte(eightfold, 0).Store(block + layout.ScaleOffset + 2 * pair * Rows);
                Byte(eightfold, 2).Store(block + layout.ScaleOffset + (2 * pair + 1) * Rows);
                PutWords(min | min >>> 8, block + layout.MinOffset + 2 * pair * Rows);
            }
            PutHalves(source, rowBytes, block + layout.DOffset);
            PutHalves(source, rowBytes, block + layout.DMinOffset);
        }
    }

    // Two groups share a word behind those of the points.
    private static Vector512<uint> Tops(uint* words, int group) => Word(words, 8 + group / 2) >>> group % 2 * 16;
}
