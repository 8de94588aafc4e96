using System.Runtime.InteropServices;

namespace Jibun.Formats;

/// <summary>64 weights of two bits: (code − 1) · scale. Ternary models leave the code 3 unused.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct Q2_0 : IIntegerBlock<Q2_0>
{
    public Half Scale;
    public Bytes16 Codes;

    public static GgmlType Type => GgmlType.Q2_0;
    public static int BlockSize => 64;
    public static ActivationFormat Activation => ActivationFormat.Q8_0;
    public static BlockAnatomy Anatomy { get; } = new(CodeBits: 2, ZeroPoint: 1, SubBlock: 32, BlockSize: 64, ScalesActivations: true);

    public static void Decode(in Q2_0 block, Span<float> weights)
    {
        float scale = (float)block.Scale;
        for (int i = 0; i < 64; i++) weights[i] = (block.Code(i) - 1) * scale;
    }

    public static void Encode(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, out Q2_0 block)
    {
        float scale = BlockScale.LargestMagnitude(weights);
        float inverse = BlockScale.Inverse(scale);
        block = new Q2_0 { Scale = BlockScale.ToHalf(scale) };
        for (int i = 0; i < 64; i++) block.Codes[i / 4] |= (byte)(BlockScale.TernaryCode(weights[i] * inverse) << (i % 4 * 2));
    }

    public static void Unpack(in Q2_0 block, ref UnpackedBlock parts)
    {
        BitPlanes.Consecutive(block.Codes, parts.Codes);
        parts.D = block.Scale;
    }

    public static float Dot(in Q2_0 block, ActivationBlock activations)
    {
        float total = 0;
        for (int part = 0; part < 64 / 32; part++)
        {
            int sum = 0;
            for (int i = part * 32; i < part * 32 + 32; i++) sum += (block.Code(i) - 1) * activations.Codes[i];
            total += sum * ((float)block.Scale * activations.Scales[part]);
        }
        return total;
    }

    private readonly int Code(int i) => Codes[i / 4] >> (i % 4 * 2) & 3;
}
