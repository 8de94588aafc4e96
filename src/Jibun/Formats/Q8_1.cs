using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Jibun.Formats;

/// <summary>32 weights: code · scale; and their sum, which products with formats that have minima need. Made for activations.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct Q8_1 : IIntegerBlock<Q8_1>
{
    public Half Scale;
    public Half Sum; // of the weights
    public SBytes32 Codes;

    public static GgmlType Type => GgmlType.Q8_1;
    public static int BlockSize => 32;
    public static ActivationFormat Activation => ActivationFormat.Q8_0;
    public static BlockAnatomy Anatomy => Q8_0.Anatomy;

    public static void Decode(in Q8_1 block, Span<float> weights)
    {
        float scale = (float)block.Scale;
        for (int i = 0; i < 32; i++) weights[i] = block.Codes[i] * scale;
    }

    public static void Encode(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, out Q8_1 block)
    {
        float scale = BlockScale.LargestMagnitude(weights) / 127;
        float inverse = BlockScale.Inverse(scale);
        block = new Q8_1 { Scale = BlockScale.ToHalf(scale) };
        int sum = 0;
        for (int i = 0; i < 32; i++) sum += block.Codes[i] = (sbyte)MathF.Round(weights[i] * inverse, MidpointRounding.AwayFromZero);
        block.Sum = BlockScale.ToHalf(sum * scale);
    }

    public static void Unpack(in Q8_1 block, ref UnpackedBlock parts)
    {
        (Vector256.Create((ReadOnlySpan<sbyte>)block.Codes).AsByte() ^ Vector256.Create((byte)128)).CopyTo(parts.Codes);
        parts.D = block.Scale;
    }

    public static float Dot(in Q8_1 block, ActivationBlock activations)
    {
        int sum = 0;
        for (int i = 0; i < 32; i++) sum += block.Codes[i] * activations.Codes[i];
        return sum * ((float)block.Scale * activations.Scales[0]);
    }
}
