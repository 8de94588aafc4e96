using Jibun.Gguf;

namespace Jibun.Models.Shared;

/// <summary>Metadata that holds one number for all layers, or an array with one for each.</summary>
internal static class PerLayer
{
    private const int LargestSize = 1 << 24;

    /// <returns>[layers], each 1 or more.</returns>
    public static int[] Sizes(GgufMetadata metadata, string key, int layers)
    {
        int[] sizes = metadata[key].IsArray ? Array(metadata, key, layers, metadata.GetIntegers(key)) : [.. Enumerable.Repeat(Scalar(metadata, key), layers)];
        foreach (int size in sizes)
            if (size is < 1 or > LargestSize) throw new ModelException($"{metadata.Source}: {key} holds {size}; it must be 1 to {LargestSize}");
        return sizes;
    }

    /// <returns>[layers].</returns>
    public static bool[] Flags(GgufMetadata metadata, string key, int layers)
    {
        GgufValue value = metadata[key];
        if (!value.IsArray) throw new ModelException($"{metadata.Source}: {key} is {value}; it must be an array of {layers} flags, one a layer");
        bool[] flags = value.ElementType == GgufValueType.Bool
            ? [.. value.GetItems().Select(item => item.TryGetBoolean(out bool flag) && flag)]
            : [.. metadata.GetIntegers(key).Select(flag => flag != 0)];
        return Array(metadata, key, layers, flags);
    }

    private static int Scalar(GgufMetadata metadata, string key) => (int)Math.Clamp(metadata.GetInteger(key), int.MinValue, int.MaxValue);

    private static T[] Array<T>(GgufMetadata metadata, string key, int layers, T[] values) => values.Length >= layers
        ? values[..layers]
        : throw new ModelException($"{metadata.Source}: {key} has {values.Length} elements for {layers} layers");
}
