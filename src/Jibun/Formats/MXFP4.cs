using System.Runtime.InteropServices;

namespace Jibun.Formats;

/// <summary>
/// 32 weights (OCP Microscaling Formats 1.0): an E2M1 value · 2^(exponent − 127). The values are taken doubled, as integers,
/// and the scale halved.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct MXFP4 : IIntegerBlock<MXFP4>
{
    private const float Largest = 1e38f;

    public byte Exponent;
    public Nibbles32 Codes;

    public static GgmlType Type => GgmlType.MXFP4;
    public static int BlockSize => 32;
    public static ActivationFormat Activation => ActivationFormat.Q8_0;

    /// <summary>2 · E2M1: the code's sign bit is bit 3.</summary>
    public static ReadOnlySpan<sbyte> Values => [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12];

    private static CodeTable Table { get; } = new(12, Values);

    public static BlockAnatomy Anatomy { get; } =
        new(CodeBits: 4, ZeroPoint: 12, SubBlock: 32, BlockSize: 32, Factor: 1 / 256f, Table: Table);

    private readonly float Scale => MathF.ScaleB(1, Exponent - 128);

    public static void Decode(in MXFP4 block, Span<float> weights)
    {
        float scale = block.Scale;
        for (int i = 0; i < 32; i++) weights[i] = Values[block.Codes[i]] * scale;
    }

    public static void Encode(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, out MXFP4 block)
    {
        float largest = BlockScale.LargestMagnitude(weights);
        if (largest >= Largest) throw new OverflowException("a weight is beyond the largest exponent");
        int exponent = largest > 0 ? Math.Max(0, (int)MathF.Floor(MathF.Log2(largest)) + 125) : 0;
        block = At(exponent, weights);
        if (importance.IsEmpty) return;
        // The rule clips mantissas above 1.5; the next exponent may serve the important weights better.
        MXFP4 wider = At(exponent + 1, weights);
        if (Error(wider, weights, importance) < Error(block, weights, importance)) block = wider;
    }

    /// <summary>Exact for scales of 2⁻³² … 2⁷, which float16 holds times 256; no weight of a model lies beyond.</summary>
    public static void Unpack(in MXFP4 block, ref UnpackedBlock parts)
    {
        block.Codes.CopyTo(parts.Codes);
        parts.D = (Half)(block.Scale * 256);
    }

    public static float Dot(in MXFP4 block, ActivationBlock activations)
    {
        int sum = 0;
        for (int i = 0; i < 32; i++) sum += Values[block.Codes[i]] * activations.Codes[i];
        return sum * (block.Scale * activations.Scales[0]);
    }

    private static MXFP4 At(int exponent, ReadOnlySpan<float> weights)
    {
        MXFP4 block = new() { Exponent = (byte)exponent };
        Span<byte> codes = stackalloc byte[32];
        for (int i = 0; i < 32; i++) codes[i] = (byte)Nearest(weights[i], block.Scale);
        block.Codes = Nibbles32.Pack(codes);
        return block;
    }

    private static int Nearest(float weight, float scale)
    {
        int nearest = 0;
        for (int code = 1; code < 16; code++)
            if (MathF.Abs(Values[code] * scale - weight) < MathF.Abs(Values[nearest] * scale - weight)) nearest = code;
        return nearest;
    }

    private static double Error(in MXFP4 block, ReadOnlySpan<float> weights, ReadOnlySpan<float> importance)
    {
        double error = 0;
        for (int i = 0; i < 32; i++)
        {
            double difference = Values[block.Codes[i]] * block.Scale - weights[i];
            error += importance[i] * difference * difference;
        }
        return error;
    }
}
