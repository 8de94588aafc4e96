using System.Runtime.InteropServices;

namespace Jibun.Formats;

/// <summary>32 weights: (code − 8) · scale. Weight j lies in the low nibble of byte j, weight j + 16 in the high one.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct Q4_0 : IIntegerBlock<Q4_0>
{
    public Half Scale;
    public Bytes16 Codes;

    public static GgmlType Type => GgmlType.Q4_0;
    public static int BlockSize => 32;
    public static ActivationFormat Activation => ActivationFormat.Q8_0;
    public static BlockAnatomy Anatomy { get; } = new(CodeBits: 4, ZeroPoint: 8, SubBlock: 32, BlockSize: 32);

    public static void Decode(in Q4_0 block, Span<float> weights)
    {
        float scale = (float)block.Scale;
        for (int i = 0; i < 16; i++)
        {
            weights[i] = ((block.Codes[i] & 15) - 8) * scale;
            weights[i + 16] = ((block.Codes[i] >> 4) - 8) * scale;
        }
    }

    public static void Encode(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, out Q4_0 block)
    {
        block = default;
        if (!importance.IsEmpty)
        {
            Span<byte> codes = stackalloc byte[32];
            block.Scale = SymmetricGroup.SearchBlock(weights, importance, levels: 8, codes);
            for (int i = 0; i < 16; i++) block.Codes[i] = (byte)(codes[i] | (codes[i + 16] << 4));
            return;
        }
        float scale = BlockScale.Largest(weights) / -8; // the largest gets the code 0, the one without a counterpart
        float inverse = BlockScale.Inverse(scale);
        block.Scale = BlockScale.ToHalf(scale);
        for (int i = 0; i < 16; i++) block.Codes[i] = (byte)(Code(weights[i] * inverse) | (Code(weights[i + 16] * inverse) << 4));
    }

    public static void Unpack(in Q4_0 block, ref UnpackedBlock parts)
    {
        for (int i = 0; i < 16; i++)
        {
            parts.Codes[i] = (byte)(block.Codes[i] & 15);
            parts.Codes[i + 16] = (byte)(block.Codes[i] >> 4);
        }
        parts.D = block.Scale;
    }

    public static float Dot(in Q4_0 block, ActivationBlock activations)
    {
        int sum = 0;
        for (int i = 0; i < 16; i++)
        {
            sum += ((block.Codes[i] & 15) - 8) * activations.Codes[i];
            sum += ((block.Codes[i] >> 4) - 8) * activations.Codes[i + 16];
        }
        return sum * ((float)block.Scale * activations.Scales[0]);
    }

    private static int Code(float steps) => Math.Min(15, (int)(steps + 8.5f));
}
