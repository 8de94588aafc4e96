using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Jibun.Formats;

namespace Jibun.Kernels;

/// <summary>
/// The fast way into the row-group layout: sixteen rows of file blocks are transposed as the 32-bit words they are, and the bit planes of their
/// codes put together anew, sixteen rows at a time. The same bytes as <see cref="RowGroupPacking"/> writes, which takes every block apart.
/// </summary>
internal static unsafe partial class WordPacking
{
    private const int Rows = RowGroupLayout.Rows;
    private const int Vector = RowGroupLayout.VectorBytes;
    private const int BatchWords = 64; // transposed before any is read again: stores have reached the cache by then

    /// <summary>Packs the blocks of sixteen rows. Where the processor can be told to, the rows behind them are fetched meanwhile.</summary>
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
            case GgmlType.TQ1_0: Pack<Fives>(format, layout, source, columns, group); return true;
            case GgmlType.Q4_1: Pack<NibblesAndMinimum>(format, layout, source, columns, group); return true;
            case GgmlType.Q5_0: Pack<FiveBitsOfBlock>(format, layout, source, columns, group); return true;
            case GgmlType.Q5_1: Pack<FiveBitsAndMinimum>(format, layout, source, columns, group); return true;
            case GgmlType.Q2_K: Pack<PairsOfGroups>(format, layout, source, columns, group); return true;
            case GgmlType.Q3_K: Pack<ThreeBits>(format, layout, source, columns, group); return true;
            case GgmlType.IQ4_XS: Pack<CodesOfGroups>(format, layout, source, columns, group); return true;
            case GgmlType.MXFP4: Pack<CodesAndExponent>(format, layout, source, columns, group); return true;
            case GgmlType.NVFP4: Pack<CodesAndScales>(format, layout, source, columns, group); return true;
            case GgmlType.Q8_1: Pack<BytesAndSum>(format, layout, source, columns, group); return true;
            case GgmlType.Q8_K: Pack<BytesAndSums>(format, layout, source, columns, group); return true;
            case GgmlType.Q1_0: Pack<Bits>(format, layout, source, columns, group); return true;
            case GgmlType.Q2_0: Pack<Consecutive<FourWords>>(format, layout, source, columns, group); return true;
            case GgmlType.PQ2_0: Pack<Consecutive<EightWords>>(format, layout, source, columns, group); return true;
            case GgmlType.PTQ1_0: Pack<FivesOfHalves>(format, layout, source, columns, group); return true;
            case GgmlType.I2_S: Pack<PlanesFromTheTop>(format, layout, source, columns, group); return true;
            case GgmlType.IQ2_BN: Pack<PlanesOfFour>(format, layout, source, columns, group); return true;
            case GgmlType.IQ1_BN: Pack<FivesInTurn>(format, layout, source, columns, group); return true;
            case GgmlType.IQ1_S: Pack<TritsAndMinimum>(format, layout, source, columns, group); return true;
            case GgmlType.IQ1_M: Pack<Eights<ShiftedTrits>>(format, layout, source, columns, group); return true;
            case GgmlType.IQ2_XXS: Pack<Eights<Eights256>>(format, layout, source, columns, group); return true;
            case GgmlType.IQ2_XS: Pack<Eights<Eights512>>(format, layout, source, columns, group); return true;
            case GgmlType.IQ2_S: Pack<Eights<Eights1024>>(format, layout, source, columns, group); return true;
            case GgmlType.IQ3_XXS: Pack<Fours<Fours256>>(format, layout, source, columns, group); return true;
            case GgmlType.IQ3_S: Pack<Fours<Fours512>>(format, layout, source, columns, group); return true;
            default: return false;
        }
    }

    private static void Pack<TBlock>(BlockFormat format, RowGroupLayout layout, byte* source, int columns, byte* group) where TBlock : IWordBlock
    {
        long rowBytes = format.RowBytes(columns);
        byte* next = source + Rows * rowBytes;
        source += format.RowScaleBytes;
        int batch = Math.Max(1, BatchWords / Math.Max(1, TBlock.Words)), blockBytes = format.BlockSize / layout.Anatomy.BlockSize * layout.BlockBytes;
        uint* words = stackalloc uint[batch * TBlock.Words * Rows];
        for (int left = columns / format.BlockSize; left > 0; left -= batch)
        {
            int count = Math.Min(batch, left);
            byte* behind = next + Rows * count * format.BlockBytes, target = group + count * blockBytes;
            CacheLine.Fetch(next, behind);
            CacheLine.Fetch(target, target + count * blockBytes);
            next = behind;
            for (int i = 0; i < count; i++) RowLanes.Interleave(source + i * format.BlockBytes + TBlock.FirstWord, rowBytes, TBlock.Words, words + i * TBlock.Words * Rows);
            for (int i = 0; i < count; i++, source += format.BlockBytes, group += blockBytes)
                TBlock.Put(words + i * TBlock.Words * Rows, source, rowBytes, layout, group);
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

    // Codes count up from the minimum: what is taken off is minus it, once.
    private static void PutScaleAndMinimum(byte* source, long rowBytes, RowGroupLayout layout, byte* block)
    {
        PutHalves(source, rowBytes, block + layout.DOffset);
        for (int row = 0; row < Rows; row++) ((ushort*)(block + layout.DMinOffset))[row] = (ushort)(*(ushort*)(source + row * rowBytes + sizeof(ushort)) ^ 0x8000);
        Vector256.Create((byte)1).Store(block + layout.MinOffset);
    }

    private static void PutFifthBits(byte* source, long rowBytes, byte* plane)
    {
        uint* bits = stackalloc uint[Rows];
        for (int row = 0; row < Rows; row++) bits[row] = *(uint*)(source + row * rowBytes);
        BitPlane(Word(bits, 0)).Store((uint*)plane);
    }

    private static void PutBytes(uint* words, int count, byte* codes)
    {
        for (int word = 0; word < count; word++) (Word(words, word) ^ Vector512.Create(0x80808080u)).Store((uint*)(codes + word * Vector));
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
        if (Avx512F.IsSupported) return Avx512F.ConvertToVector256UInt16(lanes);
        Vector512<uint> masked = lanes & Vector512.Create(0xFFFFu);
        return Vector256.Narrow(masked.GetLower(), masked.GetUpper());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Byte(Vector512<uint> lanes, int index)
    {
        if (Avx512F.IsSupported) return Avx512F.ConvertToVector128Byte(lanes >>> 8 * index);
        Vector256<ushort> words = Low16(lanes >>> 8 * index & Vector512.Create(0xFFu));
        return Vector128.Narrow(words.GetLower(), words.GetUpper());
    }

    /// <summary>Bit 4k + j of each lane, that of weight 4k + j, becomes bit k of its byte j.</summary>
    private static Vector512<uint> BitPlane(Vector512<uint> bits) =>
        Swap(Swap(Swap(Swap(bits, 14, 0x0000CCCC), 6, 0x00CC00CC), 7, 0x00AA00AA), 3, 0x0A0A0A0A);

    // Bits under the mask change places with those a distance above.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Swap(Vector512<uint> bits, int distance, uint mask)
    {
        Vector512<uint> differing = (bits ^ bits >>> distance) & Vector512.Create(mask);
        return bits ^ differing ^ differing << distance;
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
