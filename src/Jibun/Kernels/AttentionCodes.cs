using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Jibun.Kernels.Portable;

namespace Jibun.Kernels;

/// <summary>
/// The weights of a page's tokens as integers, for sums over quantized values. Each value's token has a scale for 32 dimensions, which the
/// weight is multiplied with first: a code is weight · scale ÷ the largest scale of the page, in units of 1 / 65534 or, relative to the
/// largest weight of the page's half, of 1 / 255. (Where one token has most of the weight, those of the other half keep their precision.)
/// Both factors are numbers of 16 bits, whose order saves bytes a change of places later:
/// <code>
/// factors  [2 halves of eight][4][8 tokens]: token 16 · i + 8 · h + k is the k-th of the i-th eight of half h
/// </code>
/// </summary>
/// <param name="values">The layout of the values.</param>
/// <param name="isFine">Codes of 16 bits, not of 8.</param>
internal sealed unsafe class AttentionCodes(AttentionLayout values, bool isFine)
{
    private const int Tokens = AttentionLayout.PageTokens, Lanes = 16, Half = Tokens / 2;

    private readonly int _mostWeight = isFine ? ushort.MaxValue : byte.MaxValue << 8;
    private readonly float _mostCode = isFine ? ushort.MaxValue - 1 : byte.MaxValue;

    /// <summary>Bytes of a row's codes of one block; those of 16 bits are high bytes, then, behind all rows' high bytes, low bytes.</summary>
    public int RowBytes => isFine ? 2 * Tokens : Tokens;

    /// <summary>Parts of a page whose codes have a unit of their own.</summary>
    public int Parts => isFine ? 1 : 2;

    /// <summary>The scales of the tokens that are seen, relative to the largest of their block, and what a unit of codes stands for.</summary>
    /// <param name="page">Values.</param>
    /// <param name="hidden">Tokens that are not seen at the page's beginning.</param>
    /// <param name="visible">Tokens before the first that is not seen at its end.</param>
    /// <param name="first">Block.</param>
    /// <param name="blocks">How many.</param>
    /// <param name="scales">Factors: [blocks][64].</param>
    /// <param name="units">[blocks].</param>
    public void Relate(byte* page, int hidden, int visible, int first, int blocks, ushort* scales, float* units)
    {
        bool isWhole = hidden == 0 && visible == Tokens;
        float* floats = stackalloc float[Tokens];
        for (int block = 0; block < blocks; block++, scales += Tokens)
        {
            ushort* halves = (ushort*)(page + (first + block + 1) * values.ValueBlockBytes) - Tokens;
            Vector512<float> highest = default;
            for (int i = 0; i < Tokens; i += Lanes)
            {
                Vector512<float> scale = HalfLanes.Load(halves + i);
                if (!isWhole) scale = Vector512.ConditionalSelect(PageSoftmax.Seen(i, hidden, visible), scale, default);
                highest = Vector512.Max(highest, scale);
                scale.Store(floats + i);
            }
            float largest = Vector512.EqualsAll(highest, highest) ? PageSoftmax.Highest(highest) : float.NaN, inverse = ushort.MaxValue / largest;
            units[block] = largest / _mostCode;
            if (!float.IsFinite(inverse)) (units[block], inverse) = (float.IsFinite(largest) ? 0 : float.NaN, 0);
            for (int i = 0; i < Tokens; i += Lanes) Factors(Vector512.Load(floats + i), inverse, scales + i / 2);
        }
    }

    /// <summary>Weights, 0 … 1, of some rows as factors, which take their place: [rows][128], of which 64 are used.</summary>
    public void ToFactors(float* weights, int rows)
    {
        for (float* end = weights + rows * Tokens; weights < end; weights += Tokens)
        {
            Vector512<float> w0 = Vector512.Load(weights), w1 = Vector512.Load(weights + Lanes), w2 = Vector512.Load(weights + 2 * Lanes), w3 = Vector512.Load(weights + 3 * Lanes);
            ushort* factors = (ushort*)weights;
            Factors(w0, _mostWeight, factors);
            Factors(w1, _mostWeight, factors + Lanes / 2);
            Factors(w2, _mostWeight, factors + Lanes);
            Factors(w3, _mostWeight, factors + 3 * Lanes / 2);
        }
    }

    /// <summary>The codes of some rows' weights.</summary>
    /// <param name="weights">Factors: [count][<paramref name="stride"/>].</param>
    /// <param name="stride">Factors from row to row.</param>
    /// <param name="count">Rows whose codes are written.</param>
    /// <param name="scales">Factors of the blocks.</param>
    /// <param name="blocks">How many.</param>
    /// <param name="codes">Of the first of the rows in the first block: [blocks][1 or 2][rows][64].</param>
    /// <param name="rows">In the tile.</param>
    public void Write(ushort* weights, int stride, int count, ushort* scales, int blocks, byte* codes, int rows)
    {
        for (ushort* end = scales + blocks * Tokens; scales < end; scales += Tokens, codes += RowBytes * rows)
        {
            if (Avx512BW.IsSupported && Avx512Vbmi.IsSupported) WriteWide(weights, stride, count, scales, codes, rows);
            else
                for (int i = 0; i < Half; i += 8) WriteSixteen(weights + i, stride, count, scales + i, codes + 2 * i, rows);
        }
    }

    private void WriteWide(ushort* weights, int stride, int count, ushort* scales, byte* codes, int rows)
    {
        Vector512<ushort> s0 = Vector512.Load(scales), s1 = Vector512.Load(scales + Half), round = Vector512.Create((ushort)(isFine ? 0 : 128));
        Vector512<byte> high = Vector512.Create(HighBytes), low = high - Vector512<byte>.One;
        int lowBytes = isFine ? rows * Tokens : 0; // where there are none, high ones follow
        for (byte* end = codes + count * Tokens; codes < end; codes += Tokens, weights += stride)
        {
            Vector512<byte> c0 = (Avx512BW.MultiplyHigh(s0, Vector512.Load(weights)) + round).AsByte();
            Vector512<byte> c1 = (Avx512BW.MultiplyHigh(s1, Vector512.Load(weights + Half)) + round).AsByte();
            if (lowBytes > 0) Avx512Vbmi.PermuteVar64x8x2(c0, low, c1).Store(codes + lowBytes);
            Avx512Vbmi.PermuteVar64x8x2(c0, high, c1).Store(codes);
        }
    }

    // Of the words of two vectors, by eights of each.
    private static ReadOnlySpan<byte> HighBytes =>
    [
        1, 3, 5, 7, 9, 11, 13, 15, 65, 67, 69, 71, 73, 75, 77, 79, 17, 19, 21, 23, 25, 27, 29, 31, 81, 83, 85, 87, 89, 91, 93, 95,
        33, 35, 37, 39, 41, 43, 45, 47, 97, 99, 101, 103, 105, 107, 109, 111, 49, 51, 53, 55, 57, 59, 61, 63, 113, 115, 117, 119, 121, 123, 125, 127,
    ];

    private void WriteSixteen(ushort* weights, int stride, int count, ushort* scales, byte* codes, int rows)
    {
        Vector128<ushort> s0 = Vector128.Load(scales), s1 = Vector128.Load(scales + Half), low = Vector128.Create((ushort)0xFF), round = Vector128.Create((ushort)128);
        for (byte* end = codes + count * Tokens; codes < end; codes += Tokens, weights += stride)
        {
            Vector128<ushort> c0 = MultiplyHigh(s0, Vector128.Load(weights)), c1 = MultiplyHigh(s1, Vector128.Load(weights + Half));
            if (isFine) Vector128.Narrow(c0 & low, c1 & low).Store(codes + rows * Tokens);
            else (c0, c1) = (c0 + round, c1 + round);
            Vector128.Narrow(c0 >>> 8, c1 >>> 8).Store(codes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ushort> MultiplyHigh(Vector128<ushort> a, Vector128<ushort> b)
    {
        if (Sse2.IsSupported) return Sse2.MultiplyHigh(a, b);
        Vector128<uint> low = Vector128.WidenLower(a) * Vector128.WidenLower(b), high = Vector128.WidenUpper(a) * Vector128.WidenUpper(b);
        return Vector128.Narrow(low >>> 16, high >>> 16);
    }

    // Sixteen factors, eight of them in each half.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Factors(Vector512<float> numbers, float most, ushort* eight)
    {
        Vector512<uint> rounded = Vector512.ConvertToInt32Native(Vector512.FusedMultiplyAdd(numbers, Vector512.Create(most), Vector512.Create(0.5f))).AsUInt32();
        Vector256<ushort> words = Vector256.Narrow(rounded.GetLower(), rounded.GetUpper());
        words.GetLower().Store(eight);
        words.GetUpper().Store(eight + Half);
    }
}
