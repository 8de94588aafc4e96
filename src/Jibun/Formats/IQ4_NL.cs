using System.Runtime.InteropServices;

namespace Jibun.Formats;

/// <summary>32 weights: a value of the non-linear codebook · scale.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct IQ4_NL : IIntegerBlock<IQ4_NL>
{
    public Half Scale;
    public Nibbles32 Codes;

    public static GgmlType Type => GgmlType.IQ4_NL;
    public static int BlockSize => 32;
    public static ActivationFormat Activation => ActivationFormat.Q8_0;
    public static BlockAnatomy Anatomy { get; } = new(CodeBits: 4, ZeroPoint: 127, SubBlock: 32, BlockSize: 32, Table: Codebook.Table);

    public static void Decode(in IQ4_NL block, Span<float> weights)
    {
        float scale = (float)block.Scale;
        for (int i = 0; i < 32; i++) weights[i] = scale * Codebook.Values[block.Codes[i]];
    }

    public static void Encode(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, out IQ4_NL block)
    {
        Span<byte> codes = stackalloc byte[32];
        block.Scale = SymmetricGroup<Codebook>.SearchBlock(weights, importance, default, codes);
        block.Codes = Nibbles32.Pack(codes);
    }

    public static void Unpack(in IQ4_NL block, ref UnpackedBlock parts)
    {
        block.Codes.CopyTo(parts.Codes);
        parts.D = block.Scale;
    }

    public static float Dot(in IQ4_NL block, ActivationBlock activations)
    {
        int sum = 0;
        for (int i = 0; i < 32; i++) sum += Codebook.Values[block.Codes[i]] * activations.Codes[i];
        return sum * ((float)block.Scale * activations.Scales[0]);
    }
}
