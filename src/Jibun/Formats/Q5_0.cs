using System.Runtime.InteropServices;

namespace Jibun.Formats;

/// <summary>32 weights: (code − 16) · scale. Bit i of the high bits is the top bit of code i.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct Q5_0 : IIntegerBlock<Q5_0>
{
    public Half Scale;
    public uint HighBits;
    public Nibbles32 LowBits;

    public static GgmlType Type => GgmlType.Q5_0;
    public static int BlockSize => 32;
    public static ActivationFormat Activation => ActivationFormat.Q8_0;
    public static BlockAnatomy Anatomy { get; } = new(CodeBits: 5, ZeroPoint: 16, SubBlock: 32, BlockSize: 32);

    public static void Decode(in Q5_0 block, Span<float> weights)
    {
        float scale = (float)block.Scale;
        for (int i = 0; i < 32; i++) weights[i] = (block.Code(i) - 16) * scale;
    }

    public static void Encode(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, out Q5_0 block)
    {
        Span<byte> codes = stackalloc byte[32];
        block.Scale = importance.IsEmpty
            ? BlockScale.Symmetric(weights, 16, codes)
            : SymmetricGroup<LinearLevels>.SearchBlock(weights, importance, new LinearLevels(16), codes);
        block.LowBits = Nibbles32.Pack(codes);
        block.HighBits = FifthBits.Pack(codes);
    }

    public static void Unpack(in Q5_0 block, ref UnpackedBlock parts)
    {
        block.LowBits.CopyTo(parts.Codes);
        for (int i = 0; i < 32; i++) parts.Codes[i] |= (byte)((block.HighBits >> i & 1) << 4);
        parts.D = block.Scale;
    }

    public static float Dot(in Q5_0 block, ActivationBlock activations)
    {
        int sum = 0;
        for (int i = 0; i < 32; i++) sum += (block.Code(i) - 16) * activations.Codes[i];
        return sum * ((float)block.Scale * activations.Scales[0]);
    }

    private readonly int Code(int i) => LowBits[i] | (int)(HighBits >> i & 1) << 4;
}
