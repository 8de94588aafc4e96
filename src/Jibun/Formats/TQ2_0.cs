using System.Runtime.InteropServices;

namespace Jibun.Formats;

/// <summary>
/// 256 ternary weights: (code − 1) · scale. Per half of 128 weights, 32 bytes of four 2-bit planes: bits 2p of byte i are
/// weight 32p + i.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct TQ2_0 : IIntegerBlock<TQ2_0>
{
    public Bytes64 Codes;
    public Half Scale;

    public static GgmlType Type => GgmlType.TQ2_0;
    public static int BlockSize => 256;
    public static ActivationFormat Activation => ActivationFormat.Q8_K;
    public static BlockAnatomy Anatomy { get; } = new(CodeBits: 2, ZeroPoint: 1, SubBlock: 256, BlockSize: 256);

    public static void Decode(in TQ2_0 block, Span<float> weights)
    {
        float scale = (float)block.Scale;
        for (int i = 0; i < 256; i++) weights[i] = (block.Code(i) - 1) * scale;
    }

    public static void Encode(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, out TQ2_0 block)
    {
        float scale = BlockScale.LargestMagnitude(weights);
        float inverse = BlockScale.Inverse(scale);
        block = new TQ2_0 { Scale = BlockScale.ToHalf(scale) };
        for (int i = 0; i < 256; i++)
            block.Codes[i / 128 * 32 + i % 32] |= (byte)(BlockScale.TernaryCode(weights[i] * inverse) << (i / 32 % 4 * 2));
    }

    public static void Unpack(in TQ2_0 block, ref UnpackedBlock parts)
    {
        ReadOnlySpan<byte> packed = block.Codes;
        for (int half = 0; half < 2; half++) BitPlanes.Pairs(packed[(half * 32)..], parts.Codes[(half * 128)..]);
        parts.D = block.Scale;
    }

    public static float Dot(in TQ2_0 block, ActivationBlock activations)
    {
        int sum = 0;
        for (int i = 0; i < 256; i++) sum += (block.Code(i) - 1) * activations.Codes[i];
        return sum * ((float)block.Scale * activations.Scales[0]);
    }

    private readonly int Code(int i) => Codes[i / 128 * 32 + i % 32] >> (i / 32 % 4 * 2) & 3;
}
