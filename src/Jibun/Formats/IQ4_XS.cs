using System.Runtime.InteropServices;

namespace Jibun.Formats;

/// <summary>
/// 256 weights in 8 groups of 32: a value of the non-linear codebook · (scale · (group scale − 32)). The low four bits of group
/// scale g are nibble g of the low bits, the top two are bits 2g of the high bits.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct IQ4_XS : IIntegerBlock<IQ4_XS>
{
    public Half Scale;
    public ushort GroupHighBits;
    public uint GroupLowBits;
    public Nibbles32x8 Codes;

    public static GgmlType Type => GgmlType.IQ4_XS;
    public static int BlockSize => 256;
    public static ActivationFormat Activation => ActivationFormat.Q8_K;
    public static BlockAnatomy Anatomy { get; } =
        new(CodeBits: 4, ZeroPoint: 127, SubBlock: 32, BlockSize: 256, HasScales: true, Table: Codebook.Table);

    public static void Decode(in IQ4_XS block, Span<float> weights)
    {
        float scale = (float)block.Scale;
        for (int group = 0; group < 8; group++)
        {
            float step = scale * block.GroupScale(group);
            for (int i = 0; i < 32; i++) weights[group * 32 + i] = step * Codebook.Values[block.Codes[group][i]];
        }
    }

    public static void Encode(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, out IQ4_XS block)
    {
        Span<byte> codes = stackalloc byte[256];
        SymmetricSuperBlock<Codebook> search = new(default) { Scales = stackalloc sbyte[8] };
        search.Search(weights, importance, scaleLevels: 32, codes);
        block = new IQ4_XS { Scale = search.Scale };
        for (int group = 0; group < 8; group++)
        {
            int scale = search.Scales[group] + 32;
            block.GroupLowBits |= (uint)(scale & 15) << (group * 4);
            block.GroupHighBits |= (ushort)(scale >> 4 << (group * 2));
            block.Codes[group] = Nibbles32.Pack(codes.Slice(group * 32, 32));
        }
    }

    public static void Unpack(in IQ4_XS block, ref UnpackedBlock parts)
    {
        for (int group = 0; group < 8; group++)
        {
            block.Codes[group].CopyTo(parts.Codes[(group * 32)..]);
            parts.Scales[group] = (short)block.GroupScale(group);
        }
        parts.D = block.Scale;
    }

    public static float Dot(in IQ4_XS block, ActivationBlock activations)
    {
        int sum = 0;
        for (int group = 0; group < 8; group++)
        {
            int products = 0;
            for (int i = 0; i < 32; i++)
                products += Codebook.Values[block.Codes[group][i]] * activations.Codes[group * 32 + i];
            sum += block.GroupScale(group) * products;
        }
        return sum * ((float)block.Scale * activations.Scales[0]);
    }

    private readonly int GroupScale(int group) =>
        ((int)(GroupLowBits >> (group * 4) & 15) | (GroupHighBits >> (group * 2) & 3) << 4) - 32;
}
