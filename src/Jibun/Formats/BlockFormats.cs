using System.Diagnostics.CodeAnalysis;

namespace Jibun.Formats;

/// <summary>Every block format this version reads, each registered once.</summary>
public static class BlockFormats
{
    public static IReadOnlyList<BlockFormat> All { get; } =
    [
        BlockFormat.Of<F32>(),
        BlockFormat.Of<F16>(),
        BlockFormat.Of<BF16>(),
        BlockFormat.OfInteger<Q8_0>(),
        BlockFormat.OfInteger<Q8_1>(),
        BlockFormat.OfInteger<Q4_0>(),
        BlockFormat.OfInteger<Q4_1>(),
        BlockFormat.OfInteger<Q5_0>(),
        BlockFormat.OfInteger<Q5_1>(),
        BlockFormat.OfInteger<Q2_K>(),
        BlockFormat.OfInteger<Q3_K>(),
        BlockFormat.OfInteger<Q4_K>(),
        BlockFormat.OfInteger<Q5_K>(),
        BlockFormat.OfInteger<Q6_K>(),
        BlockFormat.OfInteger<Q8_K>(),
        BlockFormat.OfInteger<IQ4_NL>(),
        BlockFormat.OfInteger<IQ4_XS>(),
        BlockFormat.OfInteger<IQ1_S>(),
        BlockFormat.OfInteger<IQ1_M>(),
        BlockFormat.OfInteger<IQ2_XXS>(),
        BlockFormat.OfInteger<IQ2_XS>(),
        BlockFormat.OfInteger<IQ2_S>(),
        BlockFormat.OfInteger<IQ3_XXS>(),
        BlockFormat.OfInteger<IQ3_S>(),
        BlockFormat.OfInteger<MXFP4>(),
        BlockFormat.OfInteger<NVFP4>(),
        BlockFormat.OfInteger<TQ1_0>(),
        BlockFormat.OfInteger<TQ2_0>(),
        BlockFormat.OfInteger<Q1_0>(),
        BlockFormat.OfInteger<Q2_0>(),
        BlockFormat.OfInteger<PTQ1_0>(),
        BlockFormat.OfInteger<PQ2_0>(),
        BlockFormat.OfInteger<I2_S>(),
        BlockFormat.OfInteger<IQ1_BN>(),
        BlockFormat.OfInteger<IQ2_BN>(),
    ];

    private static readonly Dictionary<GgmlType, BlockFormat> ByType = All.ToDictionary(format => format.Type);

    public static bool TryGet(GgmlType type, [NotNullWhen(true)] out BlockFormat? format) => ByType.TryGetValue(type, out format);

    /// <exception cref="ModelException">The type is not among <see cref="All"/>; the message says which are.</exception>
    public static BlockFormat Get(GgmlType type, string tensorName)
    {
        if (TryGet(type, out BlockFormat? format)) return format;
        string name = Enum.IsDefined(type) ? $"{type} (id {(uint)type})" : $"of the unknown type {(uint)type}";
        string known = string.Join(", ", All.Select(known => known.Name));
        throw new ModelException($"tensor {tensorName} is {name}, which this version cannot read; types it reads: {known}");
    }
}
