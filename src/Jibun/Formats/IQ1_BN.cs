using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Jibun.Formats;

/// <summary>
/// 64 ternary weights as trit − 1 in units of the row's scale, a float16 before its blocks; of ik_llama.cpp. Of every sixteen
/// weights fifteen are in three bytes of five trits, the sixteenth is a trit of the last byte; the first weight is the least
/// significant digit (<see cref="Trits"/>).
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct IQ1_BN : IIntegerBlock<IQ1_BN>
{
    public Bytes12 Codes;
    public byte LastCodes;

    public static GgmlType Type => GgmlType.IQ1_BN;
    public static int BlockSize => 64;
    public static ActivationFormat Activation => ActivationFormat.Q8_Row;
    public static BlockAnatomy Anatomy => TernaryRow.Anatomy;
    public static int RowScaleBytes => 2;

    public static void Decode(in IQ1_BN block, Span<float> weights)
    {
        for (int i = 0; i < 64; i++) weights[i] = block.Code(i) - 1;
    }

    public static void Encode(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, out IQ1_BN block)
    {
        block = default;
        for (int i = 0; i < 12; i++)
        {
            ReadOnlySpan<float> five = weights.Slice(i / 3 * 16 + i % 3 * 5, 5);
            block.Codes[i] = Trits.Pack([five[4], five[3], five[2], five[1], five[0]], 1, 1);
        }
        block.LastCodes = Trits.Pack([-1, weights[63], weights[47], weights[31], weights[15]], 1, 1);
    }

    public static void Unpack(in IQ1_BN block, ref UnpackedBlock parts)
    {
        for (int i = 0; i < 12; i++)
        {
            ulong five = Trits.CodesFromLast(block.Codes[i]);
            Span<byte> codes = parts.Codes[(i / 3 * 16 + i % 3 * 5)..];
            BinaryPrimitives.WriteUInt32LittleEndian(codes, (uint)five);
            codes[4] = (byte)(five >> 32);
        }
        ulong last = Trits.CodesFromLast(block.LastCodes);
        for (int i = 0; i < 4; i++) parts.Codes[i * 16 + 15] = (byte)(last >> 8 * i);
    }

    public static float Dot(in IQ1_BN block, ActivationBlock activations)
    {
        int sum = 0;
        for (int i = 0; i < 64; i++) sum += (block.Code(i) - 1) * activations.Codes[i];
        return sum * activations.Scales[0];
    }

    private readonly int Code(int i) => i % 16 < 15
        ? Trits.Digit(Codes[i / 16 * 3 + i % 16 / 5], 4 - i % 16 % 5)
        : Trits.Digit(LastCodes, 4 - i / 16);
}
