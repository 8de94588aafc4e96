using System.Runtime.InteropServices;

namespace Jibun.Formats;

/// <summary>
/// 256 weights in 16 groups of 16: (code − 32) · (scale · group scale). Per half of 128 weights, four planes of 32: 64 bytes
/// of low nibbles (planes 0 and 1, then 2 and 3 in the high nibbles) and 32 bytes of high bit pairs (bits 2p of plane p).
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct Q6_K : IIntegerBlock<Q6_K>
{
    public Bytes128 LowBits;
    public Bytes64 HighBits;
    public SBytes16 GroupScales;
    public Half Scale;

    public static GgmlType Type => GgmlType.Q6_K;
    public static int BlockSize => 256;
    public static ActivationFormat Activation => ActivationFormat.Q8_K;
    public static BlockAnatomy Anatomy { get; } = new(CodeBits: 6, ZeroPoint: 32, SubBlock: 16, BlockSize: 256, HasScales: true);

    public static void Decode(in Q6_K block, Span<float> weights)
    {
        float scale = (float)block.Scale;
        Span<byte> codes = stackalloc byte[256];
        block.ReadCodes(codes);
        for (int group = 0; group < 16; group++)
        {
            float step = scale * block.GroupScales[group];
            for (int i = group * 16; i < group * 16 + 16; i++) weights[i] = step * (codes[i] - 32);
        }
    }

    public static void Encode(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, out Q6_K block)
    {
        Span<byte> codes = stackalloc byte[256];
        SymmetricSuperBlock<LinearLevels> search = new(new LinearLevels(32)) { Scales = stackalloc sbyte[16] };
        search.Search(weights, importance, scaleLevels: 128, codes);
        block = new Q6_K { Scale = search.Scale };
        search.Scales.CopyTo(block.GroupScales);
        for (int i = 0; i < 256; i++)
        {
            int half = i / 128, plane = i / 32 % 4, column = i % 32;
            block.LowBits[half * 64 + plane % 2 * 32 + column] |= (byte)((codes[i] & 15) << (plane / 2 * 4));
            block.HighBits[half * 32 + column] |= (byte)(codes[i] >> 4 << (plane * 2));
        }
    }

    public static void Unpack(in Q6_K block, ref UnpackedBlock parts)
    {
        block.ReadCodes(parts.Codes);
        for (int group = 0; group < 16; group++) parts.Scales[group] = block.GroupScales[group];
        parts.D = block.Scale;
    }

    public static float Dot(in Q6_K block, ActivationBlock activations)
    {
        int sum = 0;
        for (int group = 0; group < 16; group++)
        {
            int products = 0;
            for (int i = group * 16; i < group * 16 + 16; i++) products += (block.Code(i) - 32) * activations.Codes[i];
            sum += block.GroupScales[group] * products;
        }
        return sum * ((float)block.Scale * activations.Scales[0]);
    }

    private readonly void ReadCodes(Span<byte> codes)
    {
        ReadOnlySpan<byte> low = LowBits, high = HighBits;
        Span<byte> nibbles = stackalloc byte[64], pairs = stackalloc byte[128];
        for (int half = 0; half < 2; half++)
        {
            Span<byte> planes = codes[(half * 128)..];
            for (int i = 0; i < 2; i++)
            {
                BitPlanes.Nibbles(low[(half * 64 + i * 32)..], nibbles); // of planes i and i + 2
                nibbles[..32].CopyTo(planes[(i * 32)..]);
                nibbles[32..].CopyTo(planes[(i * 32 + 64)..]);
            }
            BitPlanes.Pairs(high[(half * 32)..], pairs);
            for (int plane = 0; plane < 4; plane++) BitPlanes.Add(pairs[(plane * 32)..], 4, planes[(plane * 32)..]);
        }
    }

    private readonly int Code(int i)
    {
        int half = i / 128, plane = i / 32 % 4, column = i % 32;
        int low = LowBits[half * 64 + plane % 2 * 32 + column] >> (plane / 2 * 4) & 15;
        int high = HighBits[half * 32 + column] >> (plane * 2) & 3;
        return low | (high << 4);
    }
}
