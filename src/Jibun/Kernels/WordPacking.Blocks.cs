using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Jibun.Formats;

namespace Jibun.Kernels;

/// <content>Where the words of each format's block go.</content>
internal static unsafe partial class WordPacking
{
    /// <summary>A file's block as words, the same word of sixteen rows side by side.</summary>
    private interface IWordBlock
    {
        static abstract int Words { get; } // at least four, or none

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
            PutBytes(words, 8, block);
            PutHalves(source, rowBytes, block + layout.DOffset);
        }
    }

    private readonly struct BytesAndSum : IWordBlock
    {
        public static int Words => 9;

        public static int FirstWord => 0;

        public static void Put(uint* words, byte* source, long rowBytes, RowGroupLayout layout, byte* block)
        {
            PutBytes(words + Rows, 8, block);
            PutWords(Word(words, 0), block + layout.DOffset);
        }
    }

    private readonly struct BytesAndSums : IWordBlock
    {
        public static int Words => 65;

        public static int FirstWord => 0;

        public static void Put(uint* words, byte* source, long rowBytes, RowGroupLayout layout, byte* block)
        {
            PutBytes(words + Rows, 64, block);
            Word(words, 0).Store((uint*)(block + layout.DOffset));
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

    private readonly struct NibblesAndMinimum : IWordBlock
    {
        public static int Words => 4;

        public static int FirstWord => 2 * sizeof(ushort);

        public static void Put(uint* words, byte* source, long rowBytes, RowGroupLayout layout, byte* block)
        {
            PutNibbles(words, 4, block);
            PutScaleAndMinimum(source, rowBytes, layout, block);
        }
    }

    private readonly struct FiveBitsOfBlock : IWordBlock
    {
        public static int Words => 4;

        public static int FirstWord => sizeof(ushort) + sizeof(uint);

        public static void Put(uint* words, byte* source, long rowBytes, RowGroupLayout layout, byte* block)
        {
            PutNibbles(words, 4, block);
            PutFifthBits(source + sizeof(ushort), rowBytes, block + 4 * Vector);
            PutHalves(source, rowBytes, block + layout.DOffset);
        }
    }

    private readonly struct FiveBitsAndMinimum : IWordBlock
    {
        public static int Words => 4;

        public static int FirstWord => 2 * sizeof(ushort) + sizeof(uint);

        public static void Put(uint* words, byte* source, long rowBytes, RowGroupLayout layout, byte* block)
        {
            PutNibbles(words, 4, block);
            PutFifthBits(source + 2 * sizeof(ushort), rowBytes, block + 4 * Vector);
            PutScaleAndMinimum(source, rowBytes, layout, block);
        }
    }

    // 4 words of nibbles, scale and minimum of a group; 16 words of pairs; d and dmin.
    private readonly struct PairsOfGroups : IWordBlock
    {
        public static int Words => 20;

        public static int FirstWord => 0;

        public static void Put(uint* words, byte* source, long rowBytes, RowGroupLayout layout, byte* block)
        {
            for (int unit = 0; unit < 16; unit++)
                JoinPairs(words + (4 + unit / 8 * 8 + unit % 2 * 4) * Rows, 2 * (unit / 2 % 4)).Store((uint*)(block + unit * Vector));
            Vector512<uint> low = Vector512.Create(0x0F0F0F0Fu);
            for (int word = 0; word < 4; word++)
            {
                Vector512<uint> both = Word(words, word), mins = both >>> 4 & low;
                for (int i = 0; i < 4; i++) Byte(both & low, i).Store(block + layout.ScaleOffset + (4 * word + i) * Rows);
                PutWords(mins, block + layout.MinOffset + 4 * word * Rows);
                PutWords(mins >>> 16, block + layout.MinOffset + (4 * word + 2) * Rows);
            }
            PutHalves(source + 20 * sizeof(uint), rowBytes, block + layout.DOffset);
            PutHalves(source + 20 * sizeof(uint) + sizeof(ushort), rowBytes, block + layout.DMinOffset);
        }
    }

    // 8 words of third bits: bit p of byte i is weight 32p + i; 16 words of pairs; 3 words of scales; d.
    private readonly struct ThreeBits : IWordBlock
    {
        public static int Words => 24;

        public static int FirstWord => 0;

        public static void Put(uint* words, byte* source, long rowBytes, RowGroupLayout layout, byte* block)
        {
            for (int unit = 0; unit < 8; unit++) // of 32 weights
            {
                byte* target = block + unit * layout.UnitBytes;
                uint* low = words + (8 + unit / 4 * 8) * Rows;
                Vector512<uint> high = default;
                for (int k = 0; k < 8; k++) high |= (Word(words, k) >>> unit & Vector512.Create(0x01010101u)) << k;
                JoinPairs(low, 2 * (unit % 4)).Store((uint*)target);
                JoinPairs(low + 4 * Rows, 2 * (unit % 4)).Store((uint*)(target + Vector));
                high.Store((uint*)(target + 2 * Vector));
            }
            PutScales(source + 24 * sizeof(uint) - sizeof(ushort), rowBytes, layout, block);
        }

        // Four words that begin one half early: the scales and d.
        private static void PutScales(byte* source, long rowBytes, RowGroupLayout layout, byte* block)
        {
            uint* words = stackalloc uint[4 * Rows];
            RowLanes.Interleave(source, rowBytes, 4, words);
            Vector512<uint> a = Shifted(words, 0), b = Shifted(words, 1), c = Shifted(words, 2);
            Vector512<uint> four = Vector512.Create(0x0F0F0F0Fu), two = Vector512.Create(0x03030303u);
            for (int i = 0; i < 4; i++)
            {
                Vector512<uint> low = (i % 2 == 0 ? a : b) >>> i / 2 * 4 & four, scales = low | (c >>> 2 * i & two) << 4;
                for (int k = 0; k < 4; k++) (Byte(scales, k) - Vector128.Create((byte)32)).Store(block + layout.ScaleOffset + (4 * i + k) * Rows);
            }
            PutWords(Word(words, 3) >>> 16, block + layout.DOffset);
        }

        private static Vector512<uint> Shifted(uint* words, int index) => Word(words, index) >>> 16 | Word(words, index + 1) << 16;
    }

    // d, high pairs and low nibbles of the scales; 32 words of nibbles.
    private readonly struct CodesOfGroups : IWordBlock
    {
        public static int Words => 32;

        public static int FirstWord => 2 * sizeof(uint);

        public static void Put(uint* words, byte* source, long rowBytes, RowGroupLayout layout, byte* block)
        {
            for (int sub = 0; sub < 8; sub++) PutNibbles(words + sub * 4 * Rows, 4, block + sub * 4 * Vector);
            uint* heads = stackalloc uint[2 * Rows];
            for (int row = 0; row < Rows; row++, source += rowBytes) (heads[row], heads[Rows + row]) = (((uint*)source)[0], ((uint*)source)[1]);
            Vector512<uint> first = Word(heads, 0), second = Word(heads, 1);
            PutWords(first, block + layout.DOffset);
            for (int sub = 0; sub < 8; sub++)
            {
                Vector512<uint> scale = second >>> 4 * sub & Vector512.Create(15u) | (first >>> 16 + 2 * sub & Vector512.Create(3u)) << 4;
                (Byte(scale, 0) - Vector128.Create((byte)32)).Store(block + layout.ScaleOffset + sub * Rows);
            }
        }
    }

    private readonly struct CodesAndExponent : IWordBlock
    {
        private static readonly Half[] s_scales = [.. Enumerable.Range(0, 256).Select(exponent => (Half)(MathF.ScaleB(1, exponent - 128) * 256))];

        public static int Words => 4;

        public static int FirstWord => 1;

        public static void Put(uint* words, byte* source, long rowBytes, RowGroupLayout layout, byte* block)
        {
            PutNibbles(words, 4, block);
            for (int row = 0; row < Rows; row++, source += rowBytes) ((Half*)(block + layout.DOffset))[row] = s_scales[*source];
        }
    }

    // A word of four scales; two words of nibbles each.
    private readonly struct CodesAndScales : IWordBlock
    {
        private static readonly Half[] s_scales = [.. Enumerable.Range(0, 256).Select(code => (Half)NVFP4.ScaleOf((byte)code))];

        public static int Words => 9;

        public static int FirstWord => 0;

        public static void Put(uint* words, byte* source, long rowBytes, RowGroupLayout layout, byte* block)
        {
            for (int part = 0; part < 4; part++, block += layout.BlockBytes)
            {
                PutNibbles(words + (1 + 2 * part) * Rows, 2, block);
                for (int row = 0; row < Rows; row++) ((Half*)(block + layout.DOffset))[row] = s_scales[((byte*)words)[4 * row + part]];
            }
        }
    }
}
