using System.Runtime.InteropServices;

namespace Jibun.Formats;

/// <summary>128 weights of one bit: + scale where bit i is set, − scale where not.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct Q1_0 : IIntegerBlock<Q1_0>
{
    public Half Scale;
    public Bytes16 Signs;

    public static GgmlType Type => GgmlType.Q1_0;
    public static int BlockSize => 128;
    public static ActivationFormat Activation => ActivationFormat.Q8_0;
    public static BlockAnatomy Anatomy { get; } = new(CodeBits: 1, ZeroPoint: 1, SubBlock: 32, BlockSize: 128, ScalesActivations: true, Table: new CodeTable(1, -1, 1));

    public static void Decode(in Q1_0 block, Span<float> weights)
    {
        float scale = (float)block.Scale;
        for (int i = 0; i < 128; i++) weights[i] = block.IsPositive(i) ? scale : -scale;
    }

    /// <summary>The scale of least error is the mean magnitude.</summary>
    public static void Encode(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, out Q1_0 block)
    {
        float magnitudes = 0, total = 0;
        for (int i = 0; i < 128; i++)
        {
            float share = importance.IsEmpty ? 1 : importance[i];
            magnitudes += share * MathF.Abs(weights[i]);
            total += share;
        }
        block = new Q1_0 { Scale = BlockScale.ToHalf(total > 0 ? magnitudes / total : 0) };
        for (int i = 0; i < 128; i++)
            if (weights[i] >= 0) block.Signs[i / 8] |= (byte)(1 << (i % 8));
    }

    public static void Unpack(in Q1_0 block, ref UnpackedBlock parts)
    {
        BitPlanes.ConsecutiveBits(block.Signs, parts.Codes);
        parts.D = block.Scale;
    }

    public static float Dot(in Q1_0 block, ActivationBlock activations)
    {
        float total = 0;
        for (int part = 0; part < 4; part++)
        {
            int sum = 0;
            for (int i = part * 32; i < part * 32 + 32; i++)
                sum += block.IsPositive(i) ? activations.Codes[i] : -activations.Codes[i];
            total += sum * ((float)block.Scale * activations.Scales[part]);
        }
        return total;
    }

    private readonly bool IsPositive(int i) => (Signs[i / 8] >> (i % 8) & 1) != 0;
}
