using System.Runtime.InteropServices;

namespace Jibun.Formats;

[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct F16 : IBlockFormat<F16>
{
    private const float Overflow = 65520; // from here on values round to infinity

    public Half Value;

    public static GgmlType Type => GgmlType.F16;
    public static int BlockSize => 1;
    public static ActivationFormat Activation => ActivationFormat.F32;

    public static void Decode(in F16 block, Span<float> weights) => weights[0] = (float)block.Value;

    public static void Encode(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, out F16 block) =>
        block = new F16 { Value = BlockScale.ToHalf(weights[0]) };

    public static float Dot(in F16 block, ActivationBlock activations) => (float)block.Value * activations.Values[0];

    public static void DecodeRow(ReadOnlySpan<F16> blocks, Span<float> weights) =>
        HalfConversion.ToSingle(MemoryMarshal.Cast<F16, Half>(blocks), weights);

    public static void EncodeRow(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, Span<F16> blocks)
    {
        if (BlockScale.LargestMagnitude(weights) >= Overflow) throw new OverflowException("a weight rounds to infinity");
        HalfConversion.ToHalf(weights, MemoryMarshal.Cast<F16, Half>(blocks));
    }
}
