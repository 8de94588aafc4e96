using System.Runtime.InteropServices;

namespace Jibun.Formats;

/// <summary>
/// 256 weights in 8 groups of 32: code · (scale · group scale) − minimum scale · group minimum.
/// Each run of 32 code bytes holds two groups: the first in the low nibbles, the second in the high ones.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct Q4_K : IIntegerBlock<Q4_K>
{
    public Half Scale;
    public Half MinimumScale;
    public SixBitScales Groups;
    public Bytes128 Codes;

    public static GgmlType Type => GgmlType.Q4_K;
    public static int BlockSize => 256;
    public static ActivationFormat Activation => ActivationFormat.Q8_K;
    public static BlockAnatomy Anatomy { get; } =
        new(CodeBits: 4, ZeroPoint: 0, SubBlock: 32, BlockSize: 256, HasScales: true, HasMins: true);

    public static void Decode(in Q4_K block, Span<float> weights)
    {
        float scale = (float)block.Scale, minimumScale = (float)block.MinimumScale;
        for (int group = 0; group < 8; group++)
        {
            float step = scale * block.Groups.Scale(group), minimum = minimumScale * block.Groups.Minimum(group);
            for (int i = 0; i < 32; i++) weights[group * 32 + i] = step * block.Code(group, i) - minimum;
        }
    }

    public static void Encode(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, out Q4_K block)
    {
        Span<byte> codes = stackalloc byte[256];
        AffineSuperBlock search = new() { Scales = stackalloc byte[8], Minima = stackalloc byte[8] };
        search.Search(weights, importance, maxCode: 15, maxScale: 63, codes);
        block = new Q4_K
        {
            Scale = search.Scale,
            MinimumScale = search.MinimumScale,
            Groups = SixBitScales.Pack(search.Scales, search.Minima),
        };
        for (int i = 0; i < 256; i++) block.Codes[i / 64 * 32 + i % 32] |= (byte)(codes[i] << (i / 32 % 2 * 4));
    }

    public static void Unpack(in Q4_K block, ref UnpackedBlock parts)
    {
        ReadOnlySpan<byte> packed = block.Codes;
        for (int pair = 0; pair < 4; pair++) BitPlanes.Nibbles(packed[(pair * 32)..], parts.Codes[(pair * 64)..]);
        for (int group = 0; group < 8; group++)
        {
            parts.Scales[group] = (short)block.Groups.Scale(group);
            parts.Mins[group] = (short)block.Groups.Minimum(group);
        }
        (parts.D, parts.DMin) = (block.Scale, block.MinimumScale);
    }

    public static float Dot(in Q4_K block, ActivationBlock activations)
    {
        int sum = 0, minimumSum = 0;
        for (int group = 0; group < 8; group++)
        {
            int products = 0;
            for (int i = 0; i < 32; i++) products += block.Code(group, i) * activations.Codes[group * 32 + i];
            sum += block.Groups.Scale(group) * products;
            minimumSum += block.Groups.Minimum(group) * (activations.Sums[group * 2] + activations.Sums[group * 2 + 1]);
        }
        float scale = activations.Scales[0];
        return sum * ((float)block.Scale * scale) - minimumSum * ((float)block.MinimumScale * scale);
    }

    private readonly int Code(int group, int i) => (Codes[group / 2 * 32 + i] >> (group % 2 * 4)) & 15;
}
