using System.Runtime.InteropServices;

namespace Jibun.Formats;

/// <summary>
/// 256 weights in 16 groups of 16: code · (scale · group scale) − minimum scale · group minimum. A group's byte holds its scale
/// in the low nibble, its minimum in the high one. Per half of 128 weights, 32 bytes of four 2-bit planes: bits 2p of byte i are
/// weight 32p + i.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct Q2_K : IIntegerBlock<Q2_K>
{
    public Bytes16 Groups;
    public Bytes64 Codes;
    public Half Scale;
    public Half MinimumScale;

    public static GgmlType Type => GgmlType.Q2_K;
    public static int BlockSize => 256;
    public static ActivationFormat Activation => ActivationFormat.Q8_K;
    public static BlockAnatomy Anatomy { get; } =
        new(CodeBits: 2, ZeroPoint: 0, SubBlock: 16, BlockSize: 256, HasScales: true, HasMins: true);

    public static void Decode(in Q2_K block, Span<float> weights)
    {
        float scale = (float)block.Scale, minimumScale = (float)block.MinimumScale;
        for (int group = 0; group < 16; group++)
        {
            float step = scale * (block.Groups[group] & 15), minimum = minimumScale * (block.Groups[group] >> 4);
            for (int i = group * 16; i < group * 16 + 16; i++) weights[i] = step * block.Code(i) - minimum;
        }
    }

    public static void Encode(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, out Q2_K block)
    {
        Span<byte> codes = stackalloc byte[256];
        AffineSuperBlock search = new() { Scales = stackalloc byte[16], Minima = stackalloc byte[16] };
        search.Search(weights, importance, maxCode: 3, maxScale: 15, codes);
        block = new Q2_K { Scale = search.Scale, MinimumScale = search.MinimumScale };
        for (int group = 0; group < 16; group++) block.Groups[group] = (byte)(search.Scales[group] | (search.Minima[group] << 4));
        for (int i = 0; i < 256; i++) block.Codes[i / 128 * 32 + i % 32] |= (byte)(codes[i] << (i / 32 % 4 * 2));
    }

    public static void Unpack(in Q2_K block, ref UnpackedBlock parts)
    {
        ReadOnlySpan<byte> packed = block.Codes;
        for (int half = 0; half < 2; half++) BitPlanes.Pairs(packed[(half * 32)..], parts.Codes[(half * 128)..]);
        for (int group = 0; group < 16; group++)
            (parts.Scales[group], parts.Mins[group]) = ((short)(block.Groups[group] & 15), (short)(block.Groups[group] >> 4));
        (parts.D, parts.DMin) = (block.Scale, block.MinimumScale);
    }

    public static float Dot(in Q2_K block, ActivationBlock activations)
    {
        int sum = 0, minimumSum = 0;
        for (int group = 0; group < 16; group++)
        {
            int products = 0;
            for (int i = group * 16; i < group * 16 + 16; i++) products += block.Code(i) * activations.Codes[i];
            sum += (block.Groups[group] & 15) * products;
            minimumSum += (block.Groups[group] >> 4) * activations.Sums[group];
        }
        float scale = activations.Scales[0];
        return sum * ((float)block.Scale * scale) - minimumSum * ((float)block.MinimumScale * scale);
    }

    private readonly int Code(int i) => Codes[i / 128 * 32 + i % 32] >> (i / 32 % 4 * 2) & 3;
}
