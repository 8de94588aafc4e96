using Jibun.Gguf;

namespace Jibun.Models.Shared;

/// <summary>
/// The metadata of a file's architecture, by the part of the key behind its name. A file may claim anything: what is read here is
/// finite and so small that sizes multiply within 32 bits where the code multiplies them.
/// </summary>
internal sealed class Hyperparameters(GgufMetadata metadata)
{
    /// <summary>Numbers that a token has at any place of a model.</summary>
    public const int LargestWidth = 1 << 20;

    /// <summary>Tokens.</summary>
    public const int LargestContext = 1 << 24;

    public const int LargestLayers = 1 << 12;

    public const int LargestHeads = 1 << 14;

    private const double LargestNumber = 1e12, SmallestNumber = 1e-20;

    public string Architecture { get; } = metadata.GetString("general.architecture");

    public bool Has(string key) => metadata.ContainsKey(Name(key));

    /// <summary>There and not 0, which files write where they mean that there is nothing.</summary>
    public bool IsSet(string key) => metadata.GetNumber(Name(key), 0) != 0;

    /// <summary>1 to <paramref name="largest"/>.</summary>
    public int Size(string key, long? missing = null, int largest = LargestWidth)
    {
        long value = missing is { } fallback ? metadata.GetInteger(Name(key), fallback) : metadata.GetInteger(Name(key));
        return Checked(key, value, largest);
    }

    /// <summary>A size, or 0 where the file has none.</summary>
    public int OptionalSize(string key, int largest = LargestWidth) => IsSet(key) ? Size(key, largest: largest) : 0;

    /// <summary>One size for all layers, or an array with one for each.</summary>
    /// <returns>[layers].</returns>
    public int[] Sizes(string key, int layers)
    {
        if (!metadata[Name(key)].IsArray) return [.. Enumerable.Repeat(Size(key), layers)];
        return [.. OfLayers(key, layers, metadata.GetIntegers(Name(key))).Select(size => Checked(key, size, LargestWidth))];
    }

    /// <returns>[layers].</returns>
    public bool[] Flags(string key, int layers)
    {
        GgufValue value = metadata[Name(key)];
        if (!value.IsArray) throw Refusal($"{Name(key)} is {value}; it must be an array of {layers} flags, one a layer");
        bool[] flags = value.ElementType == GgufValueType.Bool
            ? [.. value.GetItems().Select(item => item.TryGetBoolean(out bool flag) && flag)]
            : [.. metadata.GetIntegers(Name(key)).Select(flag => flag != 0)];
        return OfLayers(key, layers, flags);
    }

    public long Integer(string key, long missing) => metadata.GetInteger(Name(key), missing);

    public double Number(string key, double missing)
    {
        double value = metadata.GetNumber(Name(key), missing);
        return Math.Abs(value) <= LargestNumber ? value : throw Refusal($"{Name(key)} is {value}; it must be within ±{LargestNumber:g1}");
    }

    public float Positive(string key, double? missing = null)
    {
        double value = missing is { } fallback ? metadata.GetNumber(Name(key), fallback) : metadata.GetNumber(Name(key));
        return value is >= SmallestNumber and <= LargestNumber ? (float)value
            : throw Refusal($"{Name(key)} is {value}; it must be positive, {SmallestNumber:g1} to {LargestNumber:g1}");
    }

    public bool Flag(string key, bool missing) => metadata.GetBoolean(Name(key), missing);

    public string Text(string key, string missing) => metadata.GetString(Name(key), missing);

    public string Name(string key) => $"{Architecture}.{key}";

    /// <summary>An error that names the file.</summary>
    public ModelException Refusal(string reason) => new($"{metadata.Source}: {reason}");

    private int Checked(string key, long value, int largest) =>
        value >= 1 && value <= largest ? (int)value : throw Refusal($"{Name(key)} is {value}; it must be 1 to {largest}");

    private T[] OfLayers<T>(string key, int layers, T[] values) =>
        values.Length >= layers ? values[..layers] : throw Refusal($"{Name(key)} has {values.Length} elements for {layers} layers");
}
