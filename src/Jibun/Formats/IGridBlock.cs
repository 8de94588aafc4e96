using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Jibun.Formats;

/// <summary>
/// A block of groups of small integers with odd group scales: weight = Scale · GroupScale · Factor · value. What such formats do
/// alike lies in <see cref="GridBlock"/>.
/// </summary>
internal interface IGridBlock<TSelf> : IIntegerBlock<TSelf> where TSelf : unmanaged, IGridBlock<TSelf>
{
    Half BlockScale { get; }

    int GroupScale(int group);

    /// <summary>The integers of a group: <see cref="BlockAnatomy.SubBlock"/> of them.</summary>
    void Read(int group, Span<sbyte> values);
}

internal static class GridBlock
{
    private static readonly ulong[] NegativeBytes = MakeNegativeBytes(); // by eight signs

    public static void Decode<T>(in T block, Span<float> weights) where T : unmanaged, IGridBlock<T>
    {
        int size = T.Anatomy.SubBlock;
        Span<sbyte> values = stackalloc sbyte[size];
        for (int group = 0; group * size < weights.Length; group++)
        {
            block.Read(group, values);
            float step = (float)block.BlockScale * block.GroupScale(group) * T.Anatomy.Factor;
            for (int i = 0; i < size; i++) weights[group * size + i] = step * values[i];
        }
    }

    public static void Unpack<T>(in T block, ref UnpackedBlock parts) where T : unmanaged, IGridBlock<T>
    {
        int size = T.Anatomy.SubBlock;
        CodeTable table = T.Anatomy.Table!;
        Span<sbyte> values = stackalloc sbyte[size];
        for (int group = 0; group * size < T.BlockSize; group++)
        {
            block.Read(group, values);
            table.Encode(values, parts.Codes.Slice(group * size, size));
            parts.Scales[group] = (short)block.GroupScale(group);
        }
        parts.D = block.BlockScale;
    }

    public static float Dot<T>(in T block, ActivationBlock activations) where T : unmanaged, IGridBlock<T>
    {
        int sum = 0, size = T.Anatomy.SubBlock;
        Span<sbyte> values = stackalloc sbyte[size];
        for (int group = 0; group * size < T.BlockSize; group++)
        {
            block.Read(group, values);
            int products = 0;
            for (int i = 0; i < size; i++) products += values[i] * activations.Codes[group * size + i];
            sum += block.GroupScale(group) * products;
        }
        return sum * ((float)block.BlockScale * activations.Scales[0]) * T.Anatomy.Factor;
    }

    /// <summary>A grid point with signs: bit i of <paramref name="signs"/> makes value i negative.</summary>
    public static void ReadPoint(Grid grid, int point, int signs, Span<sbyte> values)
    {
        // No magnitude is zero, so that the bytes of −m = ~m + 1 do not carry into one another.
        ulong magnitudes = grid.Packed(point), negative = NegativeBytes[signs & 255];
        ulong packed = (magnitudes ^ negative) + (negative & 0x0101010101010101);
        if (grid.Dimensions == 8) BinaryPrimitives.WriteUInt64LittleEndian(MemoryMarshal.AsBytes(values), packed);
        else BinaryPrimitives.WriteUInt32LittleEndian(MemoryMarshal.AsBytes(values), (uint)packed);
    }

    private static ulong[] MakeNegativeBytes()
    {
        ulong[] bytes = new ulong[256];
        for (int signs = 0; signs < bytes.Length; signs++)
            for (int i = 0; i < 8; i++)
                if ((signs >> i & 1) != 0) bytes[signs] |= 0xFFul << (8 * i);
        return bytes;
    }
}
