using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Jibun.Formats;

namespace Jibun.Kernels;

/// <summary>
/// The way into the row-group layout of the formats that most files have: sixteen rows of file blocks are transposed as the
/// 32-bit words they are, and the bit planes of their codes put together anew, sixteen rows at a time. The same bytes as
/// <see cref="RowGroupPacking"/> writes, which takes every block apart; a memory's speed instead of a quarter of it.
/// </summary>
internal static unsafe class WordPacking
{
    private const int Rows = RowGroupLayout.Rows;
    private const int Vector = RowGroupLayout.VectorBytes;
    private const int BatchWords = 32; // transposed before any is read again: stores have reached the cache by then

    /// <summary>Packs sixteen rows.</summary>
    /// <returns>False if the format has no such way.</returns>
    public static bool TryPack(BlockFormat format, RowGroupLayout layout, byte* source, int columns, byte* group)
    {
        switch (format.Type)
        {
            case GgmlType.Q4_0 or GgmlType.IQ4_NL: Pack<Nibbles>(format, layout, source, columns, group); return true;
            case GgmlType.Q8_0: Pack<Bytes>(format, layout, source, columns, group); return true;
            case GgmlType.Q4_K: Pack<NibblesOfGroups>(format, layout, source, columns, group); return true;
            case GgmlType.Q5_K: Pack<FiveBits>(format, layout, source, columns, group); return true;
            case GgmlType.Q6_K: Pack<SixBits>(format, layout, source, columns, group); return true;
            case GgmlType.TQ2_0: Pack<Pairs>(format, layout, source, columns, group); return true;
            default: return false;
        }
    }

    private static void Pack<TBlock>(BlockFormat format, RowGroupLayout layout, byte* source, int columns, byte* group) where TBlock : IWordBlock
    {
        long rowBytes = format.RowBytes(columns);
        int batch = Math.Max(1, BatchWords / TBlock.Words);
        uint* words = stackalloc uint[batch * TBlock.Words * Rows];
        for (int left = columns / format.BlockSize; left > 0; left -= batch)
        {
            int count = Math.Min(batch, left);
            for (int i = 0; i < count; i++) RowLanes.Interleave(source + i * format.BlockBytes + TBlock.FirstWord, rowBytes, TBlock.Words, words + i * TBlock.Words * Rows);
            for (int i = 0; i < count; i++, source += format.BlockBytes, group += layout.BlockBytes)
                TBlock.Put(words + i * TBlock.Words * Rows, source, rowBytes, layout, group);
        }
    }

    /// <summary>A file's block as words, the same word of sixteen rows side by side.</summary>
    private interface IWordBlock
    {
        static abstract int Words { get; } // a multiple of four

        static abstract int FirstWord { get; } // bytes

        static abstract void Put(uint* words, byte* source, long rowBytes, RowGroupLayout layout, byte* block);
    }

    private readonly struct Nibbles : IWordBlock
    {
        public static int Words => 4;

        public static int FirstWord => sizeof(ushort);

        public static void Put(uint* words, byte* source, long rowBytes, RowGroupLayout layout, byte* block)
        {
            PutNibbles(words, 4, block);
            PutHalves(source, rowBytes, block + layout.DOffset);
        }
    }

    private readonly struct Bytes : IWordBlock
    {
        public static int Words => 8;

        public static int FirstWord => sizeof(ushort);

        public static void Put(uint* words, byte* source, long rowBytes, RowGroupLayout layout, byte* block)
        {
            for (int word = 0; word < 8; word++) (Word(words, word) ^ Vector512.Create(0x80808080u)).Store((uint*)(block + word * Vector));
            PutHalves(source, rowBytes, block + layout.DOffset);
        }
    }

    private readonly struct NibblesOfGroups : IWordBlock
    {
        public static int Words => 36;

        public static int FirstWord => 0;

        public static void Put(uint* words, byte* source, long rowBytes, RowGroupLayout layout, byte* block)
        {
            for (int pair = 0; pair < 4; pair++) PutNibbles(words + (4 + pair * 8) * Rows, 8, block + pair * 8 * Vector);
            PutGroupScales(words, layout, block);
        }
    }

    // Word 4 + k: bit g of byte i of it is the fifth bit of weight 4k + i of group g. Words 12 …: as in Q4_K.
    private readonly struct FiveBits : IWordBlock
    {
        public static int Words => 44;

        public static int FirstWord => 0;

        public static void Put(uint* words, byte* source, long rowBytes, RowGroupLayout layout, byte* block)
        {
            for (int sub = 0; sub < 8; sub++)
            {
                byte* unit = block + sub * layout.UnitBytes;
                uint* low = words + (12 + sub / 2 * 8) * Rows;
                Vector512<uint> high = default;
                for (int k = 0; k < 8; k++) high |= (Word(words, 4 + k) >>> sub & Vector512.Create(0x01010101u)) << k;
                for (int k = 0; k < 8; k += 2) Join(Word(low, k), Word(low, k + 1), sub % 2).Store((uint*)(unit + k / 2 * Vector));
                high.Store((uint*)(unit + 4 * Vector));
            }
            PutGroupScales(words, layout, block);
        }
    }

    // Per half of the block 16 words of low nibbles, then for both halves 8 words of high pairs each, then 4 words of scales.
    private readonly struct SixBits : IWordBlock
    {
        public static int Words => 52;

        public static int FirstWord => 0;

        public static void Put(uint* words, byte* source, long rowBytes, RowGroupLayout layout, byte* block)
        {
            for (int unit = 0; unit < 16; unit++)
            {
                int half = unit / 8, plane = unit / 2 % 4;
                uint* low = words + (half * 16 + plane % 2 * 8 + unit % 2 * 4) * Rows, high = words + (32 + half * 8 + unit % 2 * 4) * Rows;
                byte* target = block + unit * layout.UnitBytes;
                Join(Word(low, 0), Word(low, 1), plane / 2).Store((uint*)target);
                Join(Word(low, 2), Word(low, 3), plane / 2).Store((uint*)(target + Vector));
                JoinPairs(high, 2 * plane).Store((uint*)(target + 2 * Vector));
            }
            for (int sub = 0; sub < 16; sub++) Byte(Word(words, 48 + sub / 4), sub % 4).Store(block + layout.ScaleOffset + sub * Rows);
            PutHalves(source + 52 * sizeof(uint), rowBytes, block + layout.DOffset);
        }
    }

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

    // Low nibbles of all words first, then high ones; two words share a vector of the layout.
    private static void PutNibbles(uint* words, int count, byte* plane)
    {
        for (int word = 0; word < count; word += 2, plane += Vector)
        {
            Vector512<uint> first = Word(words, word), second = Word(words, word + 1);
            Join(first, second, 0).Store((uint*)plane);
            Join(first, second, 1).Store((uint*)(plane + count / 2 * Vector));
        }
    }

    // d and dmin in the halves of word 0; words 1–3 are SixBitScales.
    private static void PutGroupScales(uint* words, RowGroupLayout layout, byte* block)
    {
        PutWords(Word(words, 0), block + layout.DOffset);
        PutWords(Word(words, 0) >>> 16, block + layout.DMinOffset);
        Vector512<uint> six = Vector512.Create(0x3F3F3F3Fu), four = Vector512.Create(0x0F0F0F0Fu), two = Vector512.Create(0x03030303u);
        Vector512<uint> a = Word(words, 1), b = Word(words, 2), c = Word(words, 3);
        PutFour(a & six, b & six, 0);
        PutFour(c & four | (a >>> 6 & two) << 4, c >>> 4 & four | (b >>> 6 & two) << 4, 4);

        void PutFour(Vector512<uint> scales, Vector512<uint> mins, int first)
        {
            for (int i = 0; i < 4; i++) Byte(scales, i).Store(block + layout.ScaleOffset + (first + i) * Rows);
            PutWords(mins, block + layout.MinOffset + first * Rows);
            PutWords(mins >>> 16, block + layout.MinOffset + (first + 2) * Rows);
        }
    }

    private static void PutHalves(byte* source, long rowBytes, byte* target)
    {
        for (int row = 0; row < Rows; row++, source += rowBytes) ((ushort*)target)[row] = *(ushort*)source;
    }

    private static void PutWords(Vector512<uint> lanes, byte* target) => Low16(lanes).Store((ushort*)target);

    /// <summary>The low half of every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ushort> Low16(Vector512<uint> lanes)
    {
        Vector512<uint> masked = lanes & Vector512.Create(0xFFFFu);
        return Vector256.Narrow(masked.GetLower(), masked.GetUpper());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Byte(Vector512<uint> lanes, int index)
    {
        Vector256<ushort> words = Low16(lanes >>> 8 * index & Vector512.Create(0xFFu));
        return Vector128.Narrow(words.GetLower(), words.GetUpper());
    }

    // The low (0) or high (1) nibbles of two words.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Join(Vector512<uint> first, Vector512<uint> second, int high)
    {
        Vector512<uint> low = Vector512.Create(0x0F0F0F0Fu);
        return high == 0 ? first & low | (second & low) << 4 : first >>> 4 & low | second & ~low;
    }

    // The bit pairs at a place of four words.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> JoinPairs(uint* words, int place)
    {
        Vector512<uint> mask = Vector512.Create(0x03030303u);
        return Word(words, 0) >>> place & mask | (Word(words, 1) >>> place & mask) << 2 | (Word(words, 2) >>> place & mask) << 4 | (Word(words, 3) >>> place & mask) << 6;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Word(uint* words, int index) => Vector512.Load(words + index * Rows);
}
