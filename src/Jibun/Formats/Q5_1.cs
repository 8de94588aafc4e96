using System.Runtime.InteropServices;

namespace Jibun.Formats;

/// <summary>32 weights: code · scale + minimum. Bit i of the high bits is the top bit of code i.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct Q5_1 : IIntegerBlock<Q5_1>
{
    public Half Scale;
    public Half Minimum;
    public uint HighBits;
    public Nibbles32 LowBits;

    public static GgmlType Type => GgmlType.Q5_1;
    public static int BlockSize => 32;
    public static ActivationFormat Activation => ActivationFormat.Q8_0;
    public static BlockAnatomy Anatomy { get; } = new(CodeBits: 5, ZeroPoint: 0, SubBlock: 16, BlockSize: 32, HasMins: true);

    public static void Decode(in Q5_1 block, Span<float> weights)
    {
        float scale = (float)block.Scale, minimum = (float)block.Minimum;
        for (int i = 0; i < 32; i++) weights[i] = block.Code(i) * scale + minimum;
    }

    public static void Encode(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, out Q5_1 block)
    {
        Span<byte> codes = stackalloc byte[32];
        (block.Scale, Half minimum) = importance.IsEmpty
            ? BlockScale.Affine(weights, 31, codes)
            : AffineGroup.SearchBlock(weights, importance, 31, codes);
        block.Minimum = -minimum;
        block.LowBits = Nibbles32.Pack(codes);
        block.HighBits = FifthBits.Pack(codes);
    }

    public static void Unpack(in Q5_1 block, ref UnpackedBlock parts)
    {
        block.LowBits.CopyTo(parts.Codes);
        for (int i = 0; i < 32; i++) parts.Codes[i] |= (byte)((block.HighBits >> i & 1) << 4);
        parts.Mins.Fill(1);
        (parts.D, parts.DMin) = (block.Scale, -block.Minimum);
    }

    public static float Dot(in Q5_1 block, ActivationBlock activations)
    {
        int sum = 0;
        for (int i = 0; i < 32; i++) sum += block.Code(i) * activations.Codes[i];
        float scale = activations.Scales[0];
        int minimumSum = activations.Sums[0] + activations.Sums[1];
        return sum * ((float)block.Scale * scale) + minimumSum * ((float)block.Minimum * scale);
    }

    private readonly int Code(int i) => LowBits[i] | (int)(HighBits >> i & 1) << 4;
}
