using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Jibun.Formats;

/// <summary>256 weights: code · scale; and the sums of every 16 codes, which products with k-quants need. Made for activations.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct Q8_K : IIntegerBlock<Q8_K>
{
    public float Scale;
    public SBytes256 Codes;
    public Shorts16 Sums;

    public static GgmlType Type => GgmlType.Q8_K;
    public static int BlockSize => 256;
    public static ActivationFormat Activation => ActivationFormat.Q8_K;
    public static BlockAnatomy Anatomy { get; } = new(CodeBits: 8, ZeroPoint: 128, SubBlock: 256, BlockSize: 256, Scale: ScaleKind.Single);

    public static void Decode(in Q8_K block, Span<float> weights)
    {
        for (int i = 0; i < 256; i++) weights[i] = block.Scale * block.Codes[i];
    }

    public static void Encode(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, out Q8_K block)
    {
        Span<float> scale = stackalloc float[1];
        Span<int> sums = stackalloc int[16];
        block = default;
        ActivationQuantizer.Quantize(ActivationFormat.Q8_K, weights, block.Codes, scale, sums);
        block.Scale = scale[0];
        for (int i = 0; i < 16; i++) block.Sums[i] = (short)sums[i];
    }

    public static void Unpack(in Q8_K block, ref UnpackedBlock parts)
    {
        ReadOnlySpan<sbyte> codes = block.Codes;
        for (int i = 0; i < 256; i += 32) (Vector256.Create(codes[i..]).AsByte() ^ Vector256.Create((byte)128)).CopyTo(parts.Codes[i..]);
        parts.WideD = block.Scale;
    }

    public static float Dot(in Q8_K block, ActivationBlock activations)
    {
        int sum = 0;
        for (int i = 0; i < 256; i++) sum += block.Codes[i] * activations.Codes[i];
        return sum * (block.Scale * activations.Scales[0]);
    }
}
