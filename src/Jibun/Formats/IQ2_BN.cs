using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Jibun.Formats;

/// <summary>
/// 64 ternary weights as code − 1 in units of the row's scale, a float32 before its blocks; of ik_llama.cpp. Four planes of 16 in
/// 16 bytes, plane 0 in the lowest bits.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct IQ2_BN : IIntegerBlock<IQ2_BN>
{
    public Bytes16 Codes;

    public static GgmlType Type => GgmlType.IQ2_BN;
    public static int BlockSize => 64;
    public static ActivationFormat Activation => ActivationFormat.Q8_Row;
    public static BlockAnatomy Anatomy => TernaryRow.Anatomy;
    public static int RowScaleBytes => sizeof(float);

    public static void Decode(in IQ2_BN block, Span<float> weights)
    {
        for (int i = 0; i < 64; i++) weights[i] = block.Code(i) - 1;
    }

    public static void Encode(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, out IQ2_BN block)
    {
        block = default;
        for (int i = 0; i < 64; i++) block.Codes[i % 16] |= (byte)(BlockScale.TernaryCode(weights[i]) << (i / 16 * 2));
    }

    public static void Unpack(in IQ2_BN block, ref UnpackedBlock parts)
    {
        Vector128<byte> bytes = Vector128.Create((ReadOnlySpan<byte>)block.Codes), mask = Vector128.Create((byte)3);
        for (int plane = 0; plane < 4; plane++) (bytes >> 2 * plane & mask).CopyTo(parts.Codes[(16 * plane)..]);
    }

    public static float Dot(in IQ2_BN block, ActivationBlock activations)
    {
        int sum = 0;
        for (int i = 0; i < 64; i++) sum += (block.Code(i) - 1) * activations.Codes[i];
        return sum * activations.Scales[0];
    }

    private readonly int Code(int i) => Codes[i % 16] >> (i / 16 * 2) & 3;
}
