using System.Runtime.InteropServices;

namespace Jibun.Formats;

/// <summary>32 weights: code · scale + minimum.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct Q4_1 : IIntegerBlock<Q4_1>
{
    public Half Scale;
    public Half Minimum;
    public Nibbles32 Codes;

    public static GgmlType Type => GgmlType.Q4_1;
    public static int BlockSize => 32;
    public static ActivationFormat Activation => ActivationFormat.Q8_0;
    public static BlockAnatomy Anatomy { get; } = new(CodeBits: 4, ZeroPoint: 0, SubBlock: 16, BlockSize: 32, HasMins: true);

    public static void Decode(in Q4_1 block, Span<float> weights)
    {
        float scale = (float)block.Scale, minimum = (float)block.Minimum;
        for (int i = 0; i < 32; i++) weights[i] = block.Codes[i] * scale + minimum;
    }

    public static void Encode(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, out Q4_1 block)
    {
        Span<byte> codes = stackalloc byte[32];
        (block.Scale, Half minimum) = importance.IsEmpty
            ? BlockScale.Affine(weights, 15, codes)
            : AffineGroup.SearchBlock(weights, importance, 15, codes);
        block.Minimum = -minimum;
        block.Codes = Nibbles32.Pack(codes);
    }

    public static void Unpack(in Q4_1 block, ref UnpackedBlock parts)
    {
        block.Codes.CopyTo(parts.Codes);
        parts.Mins.Fill(1);
        (parts.D, parts.DMin) = (block.Scale, -block.Minimum);
    }

    public static float Dot(in Q4_1 block, ActivationBlock activations)
    {
        int sum = 0;
        for (int i = 0; i < 32; i++) sum += block.Codes[i] * activations.Codes[i];
        float scale = activations.Scales[0];
        int minimumSum = activations.Sums[0] + activations.Sums[1];
        return sum * ((float)block.Scale * scale) + minimumSum * ((float)block.Minimum * scale);
    }
}
