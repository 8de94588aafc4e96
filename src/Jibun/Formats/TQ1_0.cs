using System.Runtime.InteropServices;

namespace Jibun.Formats;

/// <summary>
/// 256 ternary weights: (trit − 1) · scale, five trits a byte. Weights 0–159 are five planes of 32 in bytes 0–31, weights
/// 160–239 five planes of 16 in bytes 32–47, weights 240–255 four planes of 4 in the last four bytes (<see cref="Trits"/>).
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct TQ1_0 : IIntegerBlock<TQ1_0>
{
    public Bytes48 Codes;
    public Bytes4 LastCodes;
    public Half Scale;

    public static GgmlType Type => GgmlType.TQ1_0;
    public static int BlockSize => 256;
    public static ActivationFormat Activation => ActivationFormat.Q8_K;
    public static BlockAnatomy Anatomy { get; } = new(CodeBits: 2, ZeroPoint: 1, SubBlock: 256, BlockSize: 256);

    public static void Decode(in TQ1_0 block, Span<float> weights)
    {
        float scale = (float)block.Scale;
        for (int i = 0; i < 256; i++) weights[i] = (block.Code(i) - 1) * scale;
    }

    public static void Encode(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, out TQ1_0 block)
    {
        float scale = BlockScale.LargestMagnitude(weights);
        float inverse = BlockScale.Inverse(scale);
        block = new TQ1_0 { Scale = BlockScale.ToHalf(scale) };
        for (int i = 0; i < 32; i++) block.Codes[i] = Trits.Pack(weights[i..160], inverse, 32);
        for (int i = 0; i < 16; i++) block.Codes[i + 32] = Trits.Pack(weights[(i + 160)..240], inverse, 16);
        for (int i = 0; i < 4; i++) block.LastCodes[i] = Trits.Pack(weights[(i + 240)..], inverse, 4);
    }

    public static void Unpack(in TQ1_0 block, ref UnpackedBlock parts)
    {
        ReadOnlySpan<byte> packed = block.Codes;
        Span<byte> planes = stackalloc byte[80];
        for (int part = 0; part < 2; part++)
        {
            BitPlanes.Trits(packed[(part * 16)..], 5, planes);
            for (int plane = 0; plane < 5; plane++) planes.Slice(plane * 16, 16).CopyTo(parts.Codes[(plane * 32 + part * 16)..]);
        }
        BitPlanes.Trits(packed[32..], 5, parts.Codes[160..]);
        for (int i = 240; i < 256; i++) parts.Codes[i] = (byte)block.Code(i);
        parts.D = block.Scale;
    }

    public static float Dot(in TQ1_0 block, ActivationBlock activations)
    {
        int sum = 0;
        for (int i = 0; i < 256; i++) sum += (block.Code(i) - 1) * activations.Codes[i];
        return sum * ((float)block.Scale * activations.Scales[0]);
    }

    private readonly int Code(int i) => i switch
    {
        < 160 => Trits.Digit(Codes[i % 32], i / 32),
        < 240 => Trits.Digit(Codes[32 + i % 16], (i - 160) / 16),
        _ => Trits.Digit(LastCodes[i % 4], (i - 240) / 4),
    };
}
