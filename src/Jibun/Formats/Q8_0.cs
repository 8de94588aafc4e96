using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Jibun.Formats;

/// <summary>32 weights: code · scale.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct Q8_0 : IIntegerBlock<Q8_0>
{
    public Half Scale;
    public SBytes32 Codes;

    public static GgmlType Type => GgmlType.Q8_0;
    public static int BlockSize => 32;
    public static ActivationFormat Activation => ActivationFormat.Q8_0;
    public static BlockAnatomy Anatomy { get; } = new(CodeBits: 8, ZeroPoint: 128, SubBlock: 32, BlockSize: 32);

    public static void Decode(in Q8_0 block, Span<float> weights)
    {
        float scale = (float)block.Scale;
        for (int i = 0; i < 32; i++) weights[i] = block.Codes[i] * scale;
    }

    public static void Encode(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, out Q8_0 block)
    {
        float scale = BlockScale.LargestMagnitude(weights) / 127;
        float inverse = BlockScale.Inverse(scale);
        block = new Q8_0 { Scale = BlockScale.ToHalf(scale) };
        for (int i = 0; i < 32; i++) block.Codes[i] = (sbyte)MathF.Round(weights[i] * inverse, MidpointRounding.AwayFromZero);
    }

    public static void Unpack(in Q8_0 block, ref UnpackedBlock parts)
    {
        (Vector256.Create((ReadOnlySpan<sbyte>)block.Codes).AsByte() ^ Vector256.Create((byte)128)).CopyTo(parts.Codes);
        parts.D = block.Scale;
    }

    public static float Dot(in Q8_0 block, ActivationBlock activations)
    {
        int sum = 0;
        for (int i = 0; i < 32; i++) sum += block.Codes[i] * activations.Codes[i];
        return sum * ((float)block.Scale * activations.Scales[0]);
    }
}
