using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Jibun.Formats;
using Jibun.Kernels;

namespace Jibun.Models.DeepSeek;

/// <summary>Cached pages of latents lie as keys do. Their values are the same numbers, laid out for sums over tokens when they are read.</summary>
internal static unsafe class LatentPages
{
    private const int Tokens = PagedAttention.PageTokens, Lanes = RowGroupLayout.Rows;

    /// <summary>The layout that <see cref="Turn"/> brings latents into: half-bytes become bytes.</summary>
    public static AttentionLayout ValueLayout(AttentionLayout keys, int rank) => new(keys.IsQuantized ? GgmlType.Q8_0 : keys.Type, 0, rank);

    /// <summary>From a page of keys to a page of values; exact.</summary>
    public static void Turn(AttentionLayout from, byte* keys, AttentionLayout to, byte* values)
    {
        if (from.IsQuantized)
        {
            TurnQuantized(from, keys, to, values);
            return;
        }
        for (int group = 0; group < Tokens / Lanes; group++)
            for (int row = 0; row + Lanes <= Math.Min(to.ValueRows, from.KeyColumns); row += Lanes)
            {
                byte* source = keys + group * from.KeyGroupBytes;
                int place = AttentionLayout.ValueIndex(row, group * Lanes);
                if (from.Type == GgmlType.F16) RowLanes.Transpose((ushort*)source + row * Lanes, (ushort*)values + place);
                else RowLanes.Interleave((uint*)source + row * Lanes, Lanes, Lanes, (uint*)values + place);
            }
    }

    /// <summary>Latents of up to a page as float32 rows: [tokens][stride].</summary>
    /// <param name="decoded">The page's keys, from <see cref="AttentionLayout.DecodeKeys"/>: [4][columns][16].</param>
    /// <param name="columns">Of the page.</param>
    /// <param name="size">Values of a row that are wanted.</param>
    /// <param name="tokens">How many.</param>
    /// <param name="rows">Where they go.</param>
    /// <param name="stride">Floats from row to row.</param>
    public static void ToRows(float* decoded, int columns, int size, int tokens, float* rows, int stride)
    {
        for (int token = 0; token < tokens; token++)
        {
            float* from = decoded + (token / Lanes * columns * Lanes) + token % Lanes;
            int i = 0;
            for (; i + 4 <= size; i += 4)
                Vector128.Create(from[i * Lanes], from[(i + 1) * Lanes], from[(i + 2) * Lanes], from[(i + 3) * Lanes]).Store(rows + (long)token * stride + i);
            for (; i < size; i++) rows[(long)token * stride + i] = from[i * Lanes];
        }
    }

    /// <summary>From rows, <paramref name="stride"/> apart, to float32 keys of <paramref name="columns"/> columns; other tokens' places become 0.</summary>
    public static void FromRows(float* rows, int stride, int size, int tokens, float* keys, int columns)
    {
        for (int group = 0; group < Tokens / Lanes; group++, keys += columns * Lanes, rows += (long)stride * Lanes)
        {
            int count = Math.Clamp(tokens - group * Lanes, 0, Lanes), i = 0;
            if (count < Lanes) new Span<float>(keys, size * Lanes).Clear();
            else RowLanes.Interleave((byte*)rows, (long)stride * sizeof(float), i = size & ~3, (uint*)keys);
            for (; i < size; i++)
                for (int lane = 0; lane < count; lane++) keys[i * Lanes + lane] = rows[(long)lane * stride + i];
        }
    }

    // Sixteen bytes are four tokens of four columns each: turned within themselves, four columns' fours become sixteen lanes.
    private static void TurnQuantized(AttentionLayout from, byte* keys, AttentionLayout to, byte* values)
    {
        bool isQ8 = from.Type == GgmlType.Q8_0;
        int codeBytes = AttentionLayout.Block * Lanes / (isQ8 ? 1 : 2), blockBytes = codeBytes + Lanes * 2, halfBytes = (to.ValueBlockBytes - Tokens * 2) / 2;
        for (int block = 0; block < to.ValueRows / AttentionLayout.Block; block++, values += to.ValueBlockBytes)
        {
            byte* target = values;
            for (int group = 0; group < Tokens / Lanes; group++)
            {
                byte* source = keys + group * from.KeyGroupBytes + block * blockBytes;
                Vector256.Load(source + codeBytes).Store(values + 2 * halfBytes + group * Lanes * 2);
                if (isQ8 && Avx512BW.IsSupported)
                {
                    TurnWide(source, target, halfBytes);
                    target += codeBytes / 2;
                    continue;
                }
                for (int four = 0; four < Lanes / 4; four++, source += 16, target += RowGroupLayout.VectorBytes)
                {
                    if (isQ8) TurnBytes(source, target, halfBytes);
                    else TurnHalfBytes(source, target, halfBytes);
                }
            }
        }
    }

    // The same of sixteen columns at once, for both halves of a block: the quarters of four vectors change places first.
    private static void TurnWide(byte* source, byte* target, int halfBytes)
    {
        Vector512<byte> turned = Vector512.Create(Vector256.Create(Turned, Turned), Vector256.Create(Turned, Turned)), sign = Vector512.Create((byte)0x80);
        for (int half = 0; half < 2; half++, source += 4 * RowGroupLayout.VectorBytes, target += halfBytes)
        {
            Vector512<int> v0 = Load(0), v1 = Load(1), v2 = Load(2), v3 = Load(3);
            Vector512<int> near01 = Avx512F.Shuffle4x128(v0, v1, 0x44), far01 = Avx512F.Shuffle4x128(v0, v1, 0xEE);
            Vector512<int> near23 = Avx512F.Shuffle4x128(v2, v3, 0x44), far23 = Avx512F.Shuffle4x128(v2, v3, 0xEE);
            Store(0, Avx512F.Shuffle4x128(near01, near23, 0x88));
            Store(1, Avx512F.Shuffle4x128(near01, near23, 0xDD));
            Store(2, Avx512F.Shuffle4x128(far01, far23, 0x88));
            Store(3, Avx512F.Shuffle4x128(far01, far23, 0xDD));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        Vector512<int> Load(int vector) => Vector512.Load((int*)(source + vector * RowGroupLayout.VectorBytes));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        void Store(int vector, Vector512<int> codes) => (Avx512BW.Shuffle(codes.AsByte(), turned) ^ sign).Store(target + vector * RowGroupLayout.VectorBytes);
    }

    private static void TurnBytes(byte* source, byte* target, int halfBytes)
    {
        for (int columns = 0; columns < 4; columns++, source += RowGroupLayout.VectorBytes, target += 16)
        {
            Turn(Vector128.Load(source) ^ Vector128.Create((byte)0x80)).Store(target);
            Turn(Vector128.Load(source + 4 * RowGroupLayout.VectorBytes) ^ Vector128.Create((byte)0x80)).Store(target + halfBytes);
        }
    }

    private static void TurnHalfBytes(byte* source, byte* target, int halfBytes)
    {
        Vector128<byte> eight = Vector128.Create((byte)8), mask = Vector128.Create((byte)0xF);
        for (int columns = 0; columns < 2; columns++, source += RowGroupLayout.VectorBytes, target += 32)
        {
            Vector128<byte> low = Vector128.Load(source), high = Vector128.Load(source + 2 * RowGroupLayout.VectorBytes);
            Turn((low & mask) - eight).Store(target);
            Turn(((low.AsUInt16() >>> 4).AsByte() & mask) - eight).Store(target + 16);
            Turn((high & mask) - eight).Store(target + halfBytes);
            Turn(((high.AsUInt16() >>> 4).AsByte() & mask) - eight).Store(target + halfBytes + 16);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Turn(Vector128<byte> codes) =>
        Vector128.Shuffle(codes, Vector128.Create((byte)0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));

    private static Vector128<byte> Turned => Vector128.Create((byte)0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
}
