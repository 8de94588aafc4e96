using System.Buffers;
using System.Buffers.Binary;

namespace Jibun.Formats;

/// <summary>What BitNet's own formats share: ternary codes 0, 1, 2 for −1, 0, 1, and one scale for a row or for the whole tensor.</summary>
internal static class TernaryRow
{
    /// <summary>One execution layout for all of them.</summary>
    public static BlockAnatomy Anatomy { get; } = new(CodeBits: 2, ZeroPoint: 1, SubBlock: 64, BlockSize: 64, Scale: ScaleKind.Row);

    /// <summary>A row's scale as it lies before the blocks: float16 in two bytes or float32 in four.</summary>
    public static float ReadScale(ReadOnlySpan<byte> scale) =>
        scale.Length == 2 ? (float)BinaryPrimitives.ReadHalfLittleEndian(scale) : BinaryPrimitives.ReadSingleLittleEndian(scale);

    /// <summary>Writes the largest magnitude as the scale; ternary rows are kept exactly, others by the nearest ternary value.</summary>
    public static void Encode<T>(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, Span<byte> scale, Span<T> blocks)
        where T : unmanaged, IBlockFormat<T>
    {
        float largest = BlockScale.LargestMagnitude(weights);
        if (scale.Length == 2) BinaryPrimitives.WriteHalfLittleEndian(scale, BlockScale.ToHalf(largest));
        else BinaryPrimitives.WriteSingleLittleEndian(scale, largest);
        float[] units = ArrayPool<float>.Shared.Rent(weights.Length);
        for (int i = 0; i < weights.Length; i++) units[i] = largest > 0 ? weights[i] / largest : 0;
        T.EncodeRow(units.AsSpan(0, weights.Length), importance, blocks);
        ArrayPool<float>.Shared.Return(units);
    }
}
