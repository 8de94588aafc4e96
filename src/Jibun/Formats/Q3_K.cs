using System.Runtime.InteropServices;

namespace Jibun.Formats;

/// <summary>
/// 256 weights in 16 groups of 16: (code − 4) · (scale · (group scale − 32)). Bit p of high byte i is the top bit of weight
/// 32p + i; the low pairs of bits lie per half of 128 weights in four planes of 32, bits 2p of byte i being weight 32p + i. The
/// 6-bit group scales: low four bits in bytes 0–7 (groups 0–7 low nibbles, 8–15 high ones), top two bits of group g in byte
/// 8 + g % 4, bits 2 · (g / 4).
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct Q3_K : IIntegerBlock<Q3_K>
{
    public Bytes32 HighBits;
    public Bytes64 LowBits;
    public Bytes12 GroupScales;
    public Half Scale;

    public static GgmlType Type => GgmlType.Q3_K;
    public static int BlockSize => 256;
    public static ActivationFormat Activation => ActivationFormat.Q8_K;
    public static BlockAnatomy Anatomy { get; } = new(CodeBits: 3, ZeroPoint: 4, SubBlock: 16, BlockSize: 256, HasScales: true);

    public static void Decode(in Q3_K block, Span<float> weights)
    {
        float scale = (float)block.Scale;
        for (int group = 0; group < 16; group++)
        {
            float step = scale * block.GroupScale(group);
            for (int i = group * 16; i < group * 16 + 16; i++) weights[i] = step * (block.Code(i) - 4);
        }
    }

    public static void Encode(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, out Q3_K block)
    {
        Span<byte> codes = stackalloc byte[256];
        SymmetricSuperBlock<LinearLevels> search = new(new LinearLevels(4)) { Scales = stackalloc sbyte[16] };
        search.Search(weights, importance, scaleLevels: 32, codes);
        block = new Q3_K { Scale = search.Scale };
        for (int group = 0; group < 16; group++)
        {
            int scale = search.Scales[group] + 32;
            block.GroupScales[group % 8] |= (byte)((scale & 15) << (group / 8 * 4));
            block.GroupScales[8 + group % 4] |= (byte)(scale >> 4 << (group / 4 * 2));
        }
        for (int i = 0; i < 256; i++)
        {
            block.LowBits[i / 128 * 32 + i % 32] |= (byte)((codes[i] & 3) << (i / 32 % 4 * 2));
            block.HighBits[i % 32] |= (byte)(codes[i] >> 2 << (i / 32));
        }
    }

    public static void Unpack(in Q3_K block, ref UnpackedBlock parts)
    {
        ReadOnlySpan<byte> low = block.LowBits, high = block.HighBits;
        for (int half = 0; half < 2; half++) BitPlanes.Pairs(low[(half * 32)..], parts.Codes[(half * 128)..]);
        for (int plane = 0; plane < 8; plane++) BitPlanes.AddBits(high, plane, 2, parts.Codes[(plane * 32)..]);
        for (int group = 0; group < 16; group++) parts.Scales[group] = (short)block.GroupScale(group);
        parts.D = block.Scale;
    }

    public static float Dot(in Q3_K block, ActivationBlock activations)
    {
        int sum = 0;
        for (int group = 0; group < 16; group++)
        {
            int products = 0;
            for (int i = group * 16; i < group * 16 + 16; i++) products += (block.Code(i) - 4) * activations.Codes[i];
            sum += block.GroupScale(group) * products;
        }
        return sum * ((float)block.Scale * activations.Scales[0]);
    }

    private readonly int GroupScale(int group)
    {
        int low = GroupScales[group % 8] >> (group / 8 * 4) & 15, high = GroupScales[8 + group % 4] >> (group / 4 * 2) & 3;
        return (low | (high << 4)) - 32;
    }

    private readonly int Code(int i) =>
        (LowBits[i / 128 * 32 + i % 32] >> (i / 32 % 4 * 2) & 3) | (HighBits[i % 32] >> (i / 32) & 1) << 2;
}
