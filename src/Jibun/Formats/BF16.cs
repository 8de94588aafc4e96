using System.Runtime.InteropServices;

namespace Jibun.Formats;

/// <summary>The upper 16 bits of a float32.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct BF16 : IBlockFormat<BF16>
{
    private const float Overflow = 3.3961775e38f; // 0x7F7F8000: from here on values round to infinity

    public ushort Value;

    private readonly float Single => BitConverter.UInt32BitsToSingle((uint)Value << 16);

    public static GgmlType Type => GgmlType.BF16;
    public static int BlockSize => 1;
    public static ActivationFormat Activation => ActivationFormat.F32;

    public static void Decode(in BF16 block, Span<float> weights) => weights[0] = block.Single;

    public static void Encode(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, out BF16 block)
    {
        block = default;
        EncodeRow(weights, importance, new Span<BF16>(ref block));
    }

    public static float Dot(in BF16 block, ActivationBlock activations) => block.Single * activations.Values[0];

    public static void DecodeRow(ReadOnlySpan<BF16> blocks, Span<float> weights) =>
        HalfConversion.BFloatToSingle(MemoryMarshal.Cast<BF16, ushort>(blocks), weights);

    public static void EncodeRow(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, Span<BF16> blocks)
    {
        if (BlockScale.LargestMagnitude(weights) >= Overflow) throw new OverflowException("a weight rounds to infinity");
        HalfConversion.ToBFloat(weights, MemoryMarshal.Cast<BF16, ushort>(blocks));
    }
}
