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
            for (int i = 0; i < size; i++) parts.Codes[group * size + i] = table.CodeOf(values[i]);
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
        ReadOnlySpan<sbyte> magnitudes = grid[point];
        for (int i = 0; i < magnitudes.Length; i++) values[i] = (signs >> i & 1) != 0 ? (sbyte)-magnitudes[i] : magnitudes[i];
    }
}
