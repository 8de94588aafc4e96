using System.Runtime.InteropServices;

namespace Jibun.Formats;

[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct F32 : IBlockFormat<F32>
{
    public float Value;

    public static GgmlType Type => GgmlType.F32;
    public static int BlockSize => 1;
    public static ActivationFormat Activation => ActivationFormat.F32;

    public static void Decode(in F32 block, Span<float> weights) => weights[0] = block.Value;

    public static void Encode(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, out F32 block) =>
        block = new F32 { Value = weights[0] };

    public static float Dot(in F32 block, ActivationBlock activations) => block.Value * activations.Values[0];

    public static void DecodeRow(ReadOnlySpan<F32> blocks, Span<float> weights) =>
        MemoryMarshal.Cast<F32, float>(blocks).CopyTo(weights);

    public static void EncodeRow(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, Span<F32> blocks) =>
        weights.CopyTo(MemoryMarshal.Cast<F32, float>(blocks));
}
