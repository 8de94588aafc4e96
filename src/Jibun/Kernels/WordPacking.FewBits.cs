using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Jibun.Formats;

namespace Jibun.Kernels;

/// <content>Ternary formats and those of one bit.</content>
internal static unsafe partial class WordPacking
{
    private readonly struct Pairs : IWordBlock
    {
        public static int Words => 16;

        public static int FirstWord => 0;

        public static void Put(uint* words, byte* source, long rowBytes, RowGroupLayout layout, byte* block)
        {
            for (int unit = 0; unit < 16; unit++)
                JoinPairs(words + (unit / 8 * 8 + unit % 2 * 4) * Rows, 2 * (unit / 2 % 4)).Store((uint*)(block + unit * Vector));
            PutHalves(source + 16 * sizeof(uint), rowBytes, block + layout.DOffset);
        }
    }

    // A byte has four neighbours; the layout wants the same neighbour of four bytes together: a square of pairs is turned.
    private readonly struct Consecutive<TLength> : IWordBlock where TLength : IWords
    {
        public static int Words => TLength.Words;

        public static int FirstWord => sizeof(ushort);

        public static void Put(uint* words, byte* source, long rowBytes, RowGroupLayout layout, byte* block)
        {
            for (int word = 0; word < Words; word++)
                Swap(Swap(Word(words, word), 6, 0x00CC00CC), 12, 0x0000F0F0).Store((uint*)(block + word * Vector));
            PutHalves(source, rowBytes, block + layout.DOffset);
        }
    }

    // A bit a weight, one after the other.
    private readonly struct Bits : IWordBlock
    {
        public static int Words => 4;

        public static int FirstWord => sizeof(ushort);

        public static void Put(uint* words, byte* source, long rowBytes, RowGroupLayout layout, byte* block)
        {
            for (int word = 0; word < 4; word++) BitPlane(Word(words, word)).Store((uint*)(block + word * Vector));
            PutHalves(source, rowBytes, block + layout.DOffset);
        }
    }

    // Four planes of 8 words, the first in the top bits.
    private readonly struct PlanesFromTheTop : IWordBlock
    {
        public static int Words => 8;

        public static int FirstWord => 0;

        public static void Put(uint* words, byte* source, long rowBytes, RowGroupLayout layout, byte* block)
        {
            for (int unit = 0; unit < 8; unit++) JoinPairs(words + unit % 2 * 4 * Rows, 6 - 2 * (unit / 2)).Store((uint*)(block + unit * Vector));
        }
    }

    // Four planes of 4 words, the first in the lowest bits.
    private readonly struct PlanesOfFour : IWordBlock
    {
        public static int Words => 4;

        public static int FirstWord => 0;

        public static void Put(uint* words, byte* source, long rowBytes, RowGroupLayout layout, byte* block)
        {
            for (int unit = 0; unit < 4; unit++) JoinPairs(words, 2 * unit).Store((uint*)(block + unit * Vector));
        }
    }

    // 8 words of five planes, 4 words of five planes, a word of four; d.
    private readonly struct Fives : IWordBlock
    {
        public static int Words => 13;

        public static int FirstWord => 0;

        public static void Put(uint* words, byte* source, long rowBytes, RowGroupLayout layout, byte* block)
        {
            PutDigits(words, 2, block);
            PutDigits(words + 4 * Rows, 2, block + Vector);
            PutDigits(words + 8 * Rows, 1, block + 10 * Vector);
            Vector512<ushort> even = Even(Word(words, 12)).AsUInt16(), odd = Odd(Word(words, 12)).AsUInt16(), joined = default;
            for (int plane = 0; plane < 4; plane++) joined |= NextDigit(ref even, ref odd) << 2 * plane;
            joined.Store((ushort*)(block + 15 * Vector));
            PutHalves(source + 13 * sizeof(uint), rowBytes, block + layout.DOffset);
        }
    }

    // 4 words of five planes, 2 words of five planes, a half of four; d.
    private readonly struct FivesOfHalves : IWordBlock
    {
        public static int Words => 7;

        public static int FirstWord => 0;

        public static void Put(uint* words, byte* source, long rowBytes, RowGroupLayout layout, byte* block)
        {
            PutDigits(words, 1, block);
            // Two bytes and the same three times: their next digits lie beside each other as those of a word's four bytes do.
            Vector512<uint> last = Word(words, 6) & Vector512.Create(0xFFFFu), threefold = Even(last) * 3 & Vector512.Create(0xFFu);
            Vector512<ushort> le = (Even(last) | threefold << 16).AsUInt16(), lo = (Odd(last) | (Odd(last) * 3 & Vector512.Create(0xFFu)) << 16).AsUInt16();
            Vector512<ushort> e0 = Even(Word(words, 4)).AsUInt16(), e1 = Even(Word(words, 5)).AsUInt16();
            Vector512<ushort> o0 = Odd(Word(words, 4)).AsUInt16(), o1 = Odd(Word(words, 5)).AsUInt16();
            for (int unit = 5; unit < 7; unit++)
                (NextDigit(ref e0, ref o0) | NextDigit(ref e1, ref o1) << 2 | NextDigit(ref e0, ref o0) << 4 | NextDigit(ref e1, ref o1) << 6).Store((ushort*)(block + unit * Vector));
            Vector512<ushort> firstTwo = NextDigit(ref le, ref lo);
            NextDigit(ref le, ref lo);
            (NextDigit(ref e0, ref o0) | NextDigit(ref e1, ref o1) << 2 | firstTwo << 4 | NextDigit(ref le, ref lo) << 6).Store((ushort*)(block + 7 * Vector));
            PutWords(Word(words, 6) >>> 16, block + layout.DOffset);
        }
    }

    // Of every 16 weights fifteen in three bytes, the first in the lowest digit; the sixteenth of all four in one more byte.
    private readonly struct FivesInTurn : IWordBlock
    {
        private static readonly uint[] s_first = Places(0), s_second = Places(5), s_third = Places(10), s_last = [.. Enumerable.Range(0, 256).Select(LastOfAll)];

        public static int Words => 0; // bytes are looked up where they lie

        public static int FirstWord => 0;

        public static void Put(uint* words, byte* source, long rowBytes, RowGroupLayout layout, byte* block)
        {
            fixed (uint* first = s_first, second = s_second, third = s_third, last = s_last)
            {
                uint* target = (uint*)block;
                for (int row = 0; row < Rows; row++, source += rowBytes, target++)
                {
                    uint ends = last[source[12]];
                    for (int unit = 0; unit < 4; unit++)
                        target[unit * Rows] = first[source[3 * unit]] | second[source[3 * unit + 1]] | third[source[3 * unit + 2]] | (ends << 6 - 2 * unit & 0xC0) << 24;
                }
            }
        }

        // Weight w of a unit has bits 2 · (w / 4) of byte w % 4.
        private static uint[] Places(int weight) => [.. Enumerable.Range(0, 256).Select(packed =>
        {
            ulong codes = Trits.CodesFromLast((byte)packed);
            return Enumerable.Range(weight, 5).Aggregate(0u, (lane, w) => lane | (uint)(codes >> 8 * (w - weight) & 3) << (w % 4 * 8 + w / 4 * 2));
        })];

        private static uint LastOfAll(int packed)
        {
            ulong codes = Trits.CodesFromLast((byte)packed);
            return (uint)(codes & 3 | codes >> 6 & 12 | codes >> 12 & 48 | codes >> 18 & 192);
        }
    }

    private interface IWords
    {
        static abstract int Words { get; }
    }

    private readonly struct FourWords : IWords
    {
        public static int Words => 4;
    }

    private readonly struct EightWords : IWords
    {
        public static int Words => 8;
    }

    // The five digits of four words.
    private static void PutDigits(uint* words, int unitStep, byte* unit)
    {
        Vector512<ushort> e0 = Even(Word(words, 0)).AsUInt16(), e1 = Even(Word(words, 1)).AsUInt16(), e2 = Even(Word(words, 2)).AsUInt16(), e3 = Even(Word(words, 3)).AsUInt16();
        Vector512<ushort> o0 = Odd(Word(words, 0)).AsUInt16(), o1 = Odd(Word(words, 1)).AsUInt16(), o2 = Odd(Word(words, 2)).AsUInt16(), o3 = Odd(Word(words, 3)).AsUInt16();
        for (int plane = 0; plane < 5; plane++, unit += unitStep * Vector)
            (NextDigit(ref e0, ref o0) | NextDigit(ref e1, ref o1) << 2 | NextDigit(ref e2, ref o2) << 4 | NextDigit(ref e3, ref o3) << 6).Store((ushort*)unit);
    }

    // A byte times three overflows by its next digit.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ushort> NextDigit(ref Vector512<ushort> even, ref Vector512<ushort> odd)
    {
        Vector512<ushort> low = Vector512.Create((ushort)0xFF), e = even + even + even, o = odd + odd + odd;
        (even, odd) = (e & low, o & low);
        return e >>> 8 | o & ~low;
    }
}
