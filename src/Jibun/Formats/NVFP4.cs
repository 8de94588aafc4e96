using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Jibun.Formats;

/// <summary>
/// 64 weights in four groups of 16: an <see cref="E2M1"/> value · the group's scale, an unsigned E4M3 float. In the eight bytes of a
/// group weight i is the low nibble of byte i, weight i + 8 the high one. Converters put one more scale beside the tensor.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct NVFP4 : IIntegerBlock<NVFP4>
{
    private const int Groups = 4, Group = 16;
    private const float LargestScale = 448, LargestValue = 6;
    private const int Reach = 3; // of scale codes that are tried where weights differ in importance

    public Bytes4 Scales;
    public Bytes32 Codes;

    public static GgmlType Type => GgmlType.NVFP4;
    public static int BlockSize => 64;
    public static ActivationFormat Activation => ActivationFormat.Q8_0;
    public static BlockAnatomy Anatomy { get; } =
        new(CodeBits: 4, ZeroPoint: E2M1.ZeroPoint, SubBlock: Group, BlockSize: Group, HasPartScales: true, Table: E2M1.Table);

    public static void Decode(in NVFP4 block, Span<float> weights)
    {
        for (int i = 0; i < 64; i++) weights[i] = E2M1.Values[block.Code(i)] * ScaleOf(block.Scales[i / Group]);
    }

    public static void Encode(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, out NVFP4 block)
    {
        block = default;
        for (int group = 0; group < Groups; group++)
        {
            ReadOnlySpan<float> x = weights.Slice(group * Group, Group);
            ReadOnlySpan<float> ofGroup = importance.IsEmpty ? default : importance.Slice(group * Group, Group);
            byte code = ChooseScale(x, ofGroup);
            block.Scales[group] = code;
            float scale = ScaleOf(code);
            for (int i = 0; i < Group; i++)
                block.Codes[group * 8 + i % 8] |= (byte)(E2M1.Nearest(x[i], scale) << (i / 8 * 4));
        }
    }

    public static void Unpack(in NVFP4 block, ref UnpackedBlock parts)
    {
        ReadOnlySpan<byte> packed = block.Codes;
        for (int group = 0; group < Groups; group++)
        {
            ulong pairs = BinaryPrimitives.ReadUInt64LittleEndian(packed[(group * 8)..]);
            BinaryPrimitives.WriteUInt64LittleEndian(parts.Codes[(group * Group)..], pairs & 0x0F0F0F0F0F0F0F0Ful);
            BinaryPrimitives.WriteUInt64LittleEndian(parts.Codes[(group * Group + 8)..], pairs >> 4 & 0x0F0F0F0F0F0F0F0Ful);
        }
        for (int group = 0; group < Groups; group++) parts.PartScales[group] = (Half)ScaleOf(block.Scales[group]); // exact
    }

    public static float Dot(in NVFP4 block, ActivationBlock activations)
    {
        float total = 0;
        for (int group = 0; group < Groups; group++)
        {
            int sum = 0;
            for (int i = group * Group; i < (group + 1) * Group; i++) sum += E2M1.Values[block.Code(i)] * activations.Codes[i];
            total += sum * (ScaleOf(block.Scales[group]) * activations.Scales[group / 2]);
        }
        return total;
    }

    private static byte ChooseScale(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance)
    {
        float largest = BlockScale.LargestMagnitude(weights);
        if (largest > LargestScale * LargestValue) throw new OverflowException($"a weight is beyond {LargestScale * LargestValue}");
        byte best = CodeOf(largest / LargestValue);
        if (importance.IsEmpty) return best;
        // The rule never clips the largest weight; the important ones may be better off with another scale.
        double least = E2M1.Error(weights, importance, ScaleOf(best));
        for (int code = Math.Max(0, best - Reach), last = Math.Min(0x7E, best + Reach); code <= last; code++)
        {
            double error = E2M1.Error(weights, importance, ScaleOf((byte)code));
            if (error < least) (best, least) = ((byte)code, error);
        }
        return best;
    }

    /// <summary>Half of an unsigned E4M3 number, since the values are doubled; 127, which means "not a number", is taken as zero.</summary>
    internal static float ScaleOf(byte code)
    {
        if (code == 0x7F) return 0;
        int exponent = code >> 3 & 15, mantissa = code & 7;
        return exponent == 0 ? MathF.ScaleB(mantissa, -10) : MathF.ScaleB(8 + mantissa, exponent - 11);
    }

    /// <summary>The nearest number; halves go up.</summary>
    private static byte CodeOf(float scale)
    {
        if (scale < 1 / 64f) return (byte)Math.Min(7, (int)(scale * 512 + 0.5f));
        int exponent = Math.ILogB(scale);
        int mantissa = (int)(MathF.ScaleB(scale, 3 - exponent) + 0.5f); // 8 … 16
        return exponent >= 8 ? (byte)0x7E : (byte)Math.Min(0x7E, (exponent + 7 << 3) + mantissa - 8);
    }

    private readonly int Code(int i) => Codes[i / Group * 8 + i % 8] >> (i % Group / 8 * 4) & 15;
}
