using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Jibun.Kernels.Portable;

namespace Jibun.Kernels;

/// <summary>
/// The weights of a page's tokens as integers, for sums over quantized values. Each value's token has a scale for 32 dimensions, which the
/// weight is multiplied with first: a code is weight · scale ÷ the largest scale of the page, in units of 1 / 65535 or, relative to the
/// largest weight of the page's half, of 1 / 255. (Where one token has most of the weight, those of the other half keep their precision.)
/// </summary>
/// <param name="values">The layout of the values.</param>
/// <param name="isFine">Codes of 16 bits, not of 8.</param>
internal sealed unsafe class AttentionCodes(AttentionLayout values, bool isFine)
{
    private const int Tokens = AttentionLayout.PageTokens, Lanes = 16;

    private readonly int _most = isFine ? ushort.MaxValue : byte.MaxValue;

    public int Blocks { get; } = values.IsQuantized ? values.ValueRows / AttentionLayout.Block : 0;

    /// <summary>Bytes of a row's codes of one block; those of 16 bits are high bytes, then, behind all rows' high bytes, low bytes.</summary>
    public int RowBytes => isFine ? 2 * Tokens : Tokens;

    /// <summary>Parts of a page whose codes have a unit of their own.</summary>
    public int Parts => isFine ? 1 : 2;

    /// <summary>Floats that <see cref="Relate"/> writes.</summary>
    public int RelatedFloats => Blocks * (Tokens + 1);

    /// <summary>
    /// The scales of the tokens that are seen relative to the largest of their block, [blocks][64] times the largest code, then what a unit of
    /// codes stands for, [blocks].
    /// </summary>
    public void Relate(byte* page, int hidden, int visible, float* related)
    {
        float* units = related + Blocks * Tokens;
        bool isWhole = hidden == 0 && visible == Tokens;
        for (int block = 0; block < Blocks; block++, related += Tokens)
        {
            ushort* scales = (ushort*)(page + (block + 1) * values.ValueBlockBytes) - Tokens;
            Vector512<float> highest = default;
            for (int i = 0; i < Tokens; i += Lanes)
            {
                Vector512<float> scale = HalfLanes.Load(scales + i);
                if (!isWhole) scale = Vector512.ConditionalSelect(PageSoftmax.Seen(i, hidden, visible), scale, default);
                highest = Vector512.Max(highest, scale);
                scale.Store(related + i);
            }
            float largest = PageSoftmax.Highest(highest), inverse = _most / largest;
            units[block] = largest / _most;
            if (!float.IsFinite(inverse)) (units[block], inverse) = (float.IsFinite(largest) ? 0 : float.NaN, 0);
            for (int i = 0; i < Tokens; i += Lanes) (Vector512.Load(related + i) * Vector512.Create(inverse)).Store(related + i);
        }
    }

    /// <summary>The codes of one row's weights, 0 … 1, of all blocks.</summary>
    /// <param name="weights">[64].</param>
    /// <param name="related">From <see cref="Relate"/>.</param>
    /// <param name="codes">Of the row in the first block: [blocks][1 or 2][rows][64].</param>
    /// <param name="rows">In the tile.</param>
    /// <returns>What the weights of each part are relative to.</returns>
    public (float First, float Second) Write(float* weights, float* related, byte* codes, int rows)
    {
        int blockBytes = RowBytes * rows;
        Vector512<float> w0 = Vector512.Load(weights), w1 = Vector512.Load(weights + Lanes), w2 = Vector512.Load(weights + 2 * Lanes), w3 = Vector512.Load(weights + 3 * Lanes);
        (float First, float Second) highest = (1, 1);
        if (!isFine)
        {
            highest = (PageSoftmax.Highest(Vector512.MaxNative(w0, w1)), PageSoftmax.Highest(Vector512.MaxNative(w2, w3)));
            Vector512<float> first = Vector512.Create(Inverse(highest.First)), second = Vector512.Create(Inverse(highest.Second));
            (w0, w1, w2, w3) = (w0 * first, w1 * first, w2 * second, w3 * second);
        }
        for (float* units = related + Blocks * Tokens; related < units; related += Tokens, codes += blockBytes)
        {
            Vector512<int> c0 = Round(w0, related), c1 = Round(w1, related + Lanes), c2 = Round(w2, related + 2 * Lanes), c3 = Round(w3, related + 3 * Lanes);
            if (isFine)
            {
                Vector512<int> low = Vector512.Create(0xFF);
                Narrow(c0 & low, c1 & low, c2 & low, c3 & low, codes + rows * Tokens);
                (c0, c1, c2, c3) = (c0 >>> 8, c1 >>> 8, c2 >>> 8, c3 >>> 8);
            }
            Narrow(c0, c1, c2, c3, codes);
        }
        return highest;
    }

    // Of weights that are all too small for one: 0, as their codes.
    private static float Inverse(float highest)
    {
        float inverse = 1 / highest;
        return float.IsInfinity(inverse) ? 0 : inverse;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Round(Vector512<float> weights, float* related) =>
        Vector512.ConvertToInt32Native(Vector512.FusedMultiplyAdd(weights, Vector512.Load(related), Vector512.Create(0.5f)));

    // Bytes that each stand in an int. Packing interleaves the vectors' quarters, fours of tokens, which are then put in order.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Narrow(Vector512<int> c0, Vector512<int> c1, Vector512<int> c2, Vector512<int> c3, byte* bytes)
    {
        if (Avx512BW.IsSupported)
        {
            Vector512<short> low = Avx512BW.PackUnsignedSaturate(c0, c1).AsInt16(), high = Avx512BW.PackUnsignedSaturate(c2, c3).AsInt16();
            Vector512<int> fours = Avx512BW.PackUnsignedSaturate(low, high).AsInt32();
            Avx512F.PermuteVar16x32(fours, Vector512.Create(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15)).AsByte().Store(bytes);
            return;
        }
        Narrow(c0).Store(bytes);
        Narrow(c1).Store(bytes + Lanes);
        Narrow(c2).Store(bytes + 2 * Lanes);
        Narrow(c3).Store(bytes + 3 * Lanes);
    }

    private static Vector128<byte> Narrow(Vector512<int> codes)
    {
        Vector256<short> words = Vector256.Narrow(codes.GetLower(), codes.GetUpper());
        return Vector128.Narrow(words.GetLower().AsUInt16(), words.GetUpper().AsUInt16());
    }
}
