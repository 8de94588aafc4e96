using System.Runtime.InteropServices;

namespace Jibun.Formats;

/// <summary>
/// 32 weights (OCP Microscaling Formats 1.0): an <see cref="E2M1"/> value · 2^(exponent − 127).
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

    public static BlockAnatomy Anatomy { get; } =
        new(CodeBits: 4, ZeroPoint: E2M1.ZeroPoint, SubBlock: 32, BlockSize: 32, Factor: 1 / 256f, Table: E2M1.Table);

    private readonly float Scale => ScaleOf(Exponent);

    public static void Decode(in MXFP4 block, Span<float> weights)
    {
        float scale = block.Scale;
        for (int i = 0; i < 32; i++) weights[i] = E2M1.Values[block.Codes[i]] * scale;
    }

    public static void Encode(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, out MXFP4 block)
    {
        float largest = BlockScale.LargestMagnitude(weights);
        if (largest >= Largest) throw new OverflowException("a weight is beyond the largest exponent");
        int exponent = largest > 0 ? Math.Max(0, (int)MathF.Floor(MathF.Log2(largest)) + 125) : 0;
        block = At(exponent, weights);
        if (importance.IsEmpty) return;
        // The rule clips mantissas above 1.5; the next exponent may serve the important weights better.
        if (E2M1.Error(weights, importance, ScaleOf(exponent + 1)) < E2M1.Error(weights, importance, ScaleOf(exponent)))
            block = At(exponent + 1, weights);
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
        for (int i = 0; i < 32; i++) sum += E2M1.Values[block.Codes[i]] * activations.Codes[i];
        return sum * (block.Scale * activations.Scales[0]);
    }

    private static MXFP4 At(int exponent, ReadOnlySpan<float> weights)
    {
        MXFP4 block = new() { Exponent = (byte)exponent };
        Span<byte> codes = stackalloc byte[32];
        for (int i = 0; i < 32; i++) codes[i] = (byte)E2M1.Nearest(weights[i], block.Scale);
        block.Codes = Nibbles32.Pack(codes);
        return block;
    }

    private static float ScaleOf(int exponent) => MathF.ScaleB(1, exponent - 128);
}
