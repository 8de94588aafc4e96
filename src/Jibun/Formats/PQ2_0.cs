using System.Runtime.InteropServices;

namespace Jibun.Formats;

/// <summary>128 weights of two bits: (code − 1) · scale. Q2_0 with larger blocks, of PrismML's fork.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct PQ2_0 : IIntegerBlock<PQ2_0>
{
    public Half Scale;
    public Bytes32 Codes;

    public static GgmlType Type => GgmlType.PQ2_0;
    public static int BlockSize => 128;
    public static ActivationFormat Activation => ActivationFormat.Q8_0;
    public static BlockAnatomy Anatomy { get; } = new(CodeBits: 2, ZeroPoint: 1, SubBlock: 32, BlockSize: 128, ScalesActivations: true);

    public static void Decode(in PQ2_0 block, Span<float> weights)
    {
        float scale = (float)block.Scale;
        for (int i = 0; i < 128; i++) weights[i] = (block.Code(i) - 1) * scale;
    }

    public static void Encode(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, out PQ2_0 block)
    {
        float scale = BlockScale.LargestMagnitude(weights);
        float inverse = BlockScale.Inverse(scale);
        block = new PQ2_0 { Scale = BlockScale.ToHalf(scale) };
        for (int i = 0; i < 128; i++) block.Codes[i / 4] |= (byte)(BlockScale.TernaryCode(weights[i] * inverse) << (i % 4 * 2));
    }

    public static void Unpack(in PQ2_0 block, ref UnpackedBlock parts)
    {
        BitPlanes.Consecutive(block.Codes, parts.Codes);
        parts.D = block.Scale;
    }

    public static float Dot(in PQ2_0 block, ActivationBlock activations)
    {
        float total = 0;
        for (int part = 0; part < 128 / 32; part++)
        {
            int sum = 0;
            for (int i = part * 32; i < part * 32 + 32; i++) sum += (block.Code(i) - 1) * activations.Codes[i];
            total += sum * ((float)block.Scale * activations.Scales[part]);
        }
        return total;
    }

    private readonly int Code(int i) => Codes[i / 4] >> (i % 4 * 2) & 3;
}
