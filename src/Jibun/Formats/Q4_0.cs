using System.Runtime.InteropServices;

namespace Jibun.Formats;

/// <summary>32 weights: (code − 8) · scale.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct Q4_0 : IIntegerBlock<Q4_0>
{
    public Half Scale;
    public Nibbles32 Codes;

    public static GgmlType Type => GgmlType.Q4_0;
    public static int BlockSize => 32;
    public static ActivationFormat Activation => ActivationFormat.Q8_0;
    public static BlockAnatomy Anatomy { get; } = new(CodeBits: 4, ZeroPoint: 8, SubBlock: 32, BlockSize: 32);

    public static void Decode(in Q4_0 block, Span<float> weights)
    {
        float scale = (float)block.Scale;
        for (int i = 0; i < 32; i++) weights[i] = (block.Codes[i] - 8) * scale;
    }

    public static void Encode(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, out Q4_0 block)
    {
        Span<byte> codes = stackalloc byte[32];
        block.Scale = importance.IsEmpty
            ? BlockScale.Symmetric(weights, 8, codes)
            : SymmetricGroup<LinearLevels>.SearchBlock(weights, importance, new LinearLevels(8), codes);
        block.Codes = Nibbles32.Pack(codes);
    }

    public static void Unpack(in Q4_0 block, ref UnpackedBlock parts)
    {
        block.Codes.CopyTo(parts.Codes);
        parts.D = block.Scale;
    }

    public static float Dot(in Q4_0 block, ActivationBlock activations)
    {
        int sum = 0;
        for (int i = 0; i < 32; i++) sum += (block.Codes[i] - 8) * activations.Codes[i];
        return sum * ((float)block.Scale * activations.Scales[0]);
    }
}
