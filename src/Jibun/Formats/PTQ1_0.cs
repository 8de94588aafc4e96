using System.Runtime.InteropServices;

namespace Jibun.Formats;

/// <summary>
/// 128 ternary weights: (trit − 1) · scale, of PrismML's fork. As TQ1_0, but with other planes: weights 0–79 are five planes of
/// 16 in bytes 0–15, weights 80–119 five planes of 8 in bytes 16–23, weights 120–127 four planes of 2 in the last two bytes.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct PTQ1_0 : IIntegerBlock<PTQ1_0>
{
    public Bytes24 Codes;
    public Bytes2 LastCodes;
    public Half Scale;

    public static GgmlType Type => GgmlType.PTQ1_0;
    public static int BlockSize => 128;
    public static ActivationFormat Activation => ActivationFormat.Q8_0;
    public static BlockAnatomy Anatomy { get; } = new(CodeBits: 2, ZeroPoint: 1, SubBlock: 32, BlockSize: 128, ScalesActivations: true);

    public static void Decode(in PTQ1_0 block, Span<float> weights)
    {
        float scale = (float)block.Scale;
        for (int i = 0; i < 128; i++) weights[i] = (block.Code(i) - 1) * scale;
    }

    public static void Encode(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, out PTQ1_0 block)
    {
        float scale = BlockScale.LargestMagnitude(weights);
        float inverse = BlockScale.Inverse(scale);
        block = new PTQ1_0 { Scale = BlockScale.ToHalf(scale) };
        for (int i = 0; i < 16; i++) block.Codes[i] = Trits.Pack(weights[i..80], inverse, 16);
        for (int i = 0; i < 8; i++) block.Codes[i + 16] = Trits.Pack(weights[(i + 80)..120], inverse, 8);
        for (int i = 0; i < 2; i++) block.LastCodes[i] = Trits.Pack(weights[(i + 120)..], inverse, 2);
    }

    public static void Unpack(in PTQ1_0 block, ref UnpackedBlock parts)
    {
        ReadOnlySpan<byte> packed = block.Codes;
        Span<byte> planes = stackalloc byte[80];
        BitPlanes.Trits(packed, 5, parts.Codes);
        BitPlanes.Trits(packed[8..], 5, planes); // their upper halves are bytes 16 to 23
        for (int plane = 0; plane < 5; plane++) planes.Slice(plane * 16 + 8, 8).CopyTo(parts.Codes[(80 + plane * 8)..]);
        for (int i = 120; i < 128; i++) parts.Codes[i] = (byte)block.Code(i);
        parts.D = block.Scale;
    }

    public static float Dot(in PTQ1_0 block, ActivationBlock activations)
    {
        float total = 0;
        for (int part = 0; part < 4; part++)
        {
            int sum = 0;
            for (int i = part * 32; i < part * 32 + 32; i++) sum += (block.Code(i) - 1) * activations.Codes[i];
            total += sum * ((float)block.Scale * activations.Scales[part]);
        }
        return total;
    }

    private readonly int Code(int i) => i switch
    {
        < 80 => Trits.Digit(Codes[i % 16], i / 16),
        < 120 => Trits.Digit(Codes[16 + i % 8], (i - 80) / 8),
        _ => Trits.Digit(LastCodes[i % 2], (i - 120) / 2),
    };
}
