using System.Runtime.InteropServices;

namespace Jibun.Formats;

/// <summary>
/// BitNet's own form: 128 ternary weights as code − 1 in units of the tensor's one scale. Four planes of 32 in 32 bytes, plane
/// 0 in the top bits. This is the layout of bitnet.cpp's x86 builds; the scale is a float32 after all codes, in 32 bytes.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct I2_S : IIntegerBlock<I2_S>
{
    public Bytes32 Codes;

    public static GgmlType Type => GgmlType.I2_S;
    public static int BlockSize => 128;
    public static ActivationFormat Activation => ActivationFormat.Q8_Row;
    public static BlockAnatomy Anatomy => TernaryRow.Anatomy;
    public static int TensorScaleBytes => 32;

    public static void Decode(in I2_S block, Span<float> weights)
    {
        for (int i = 0; i < 128; i++) weights[i] = block.Code(i) - 1;
    }

    public static void Encode(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, out I2_S block)
    {
        block = default;
        for (int i = 0; i < 128; i++) block.Codes[i % 32] |= (byte)(BlockScale.TernaryCode(weights[i]) << (6 - i / 32 * 2));
    }

    public static void Unpack(in I2_S block, ref UnpackedBlock parts)
    {
        ReadOnlySpan<byte> packed = block.Codes;
        Span<byte> planes = stackalloc byte[128];
        BitPlanes.Pairs(packed, planes);
        for (int plane = 0; plane < 4; plane++) planes.Slice(96 - plane * 32, 32).CopyTo(parts.Codes[(plane * 32)..]);
    }

    public static float Dot(in I2_S block, ActivationBlock activations)
    {
        int sum = 0;
        for (int i = 0; i < 128; i++) sum += (block.Code(i) - 1) * activations.Codes[i];
        return sum * activations.Scales[0];
    }

    private readonly int Code(int i) => Codes[i % 32] >> (6 - i / 32 * 2) & 3;
}
