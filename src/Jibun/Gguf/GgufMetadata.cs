using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Jibun.Gguf;

/// <summary>The keys and values of a model file, in the order of the file. Outlives the file it was read from.</summary>
public sealed class GgufMetadata : IReadOnlyDictionary<string, GgufValue>
{
    private readonly OrderedDictionary<string, GgufValue> values = [];

    /// <param name="source">What messages name: the file.</param>
    public GgufMetadata(string source, IEnumerable<KeyValuePair<string, GgufValue>> entries)
    {
        Source = source;
        foreach ((string key, GgufValue value) in entries) Add(key, value);
    }

    /// <summary>What messages name: the file.</summary>
    public string Source { get; }

    public int Count => values.Count;

    public IEnumerable<string> Keys => values.Keys;

    public IEnumerable<GgufValue> Values => values.Values;

    /// <exception cref="ModelException">The key is missing.</exception>
    public GgufValue this[string key] => values.TryGetValue(key, out GgufValue? value)
        ? value
        : throw new ModelException($"{Source}: the metadata key '{key}' is missing; convert the model again.");

    public bool ContainsKey(string key) => values.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out GgufValue value) => values.TryGetValue(key, out value);

    public string GetString(string key) => this[key].TryGetString(out string? value) ? value : throw WrongType(key, "a string");

    /// <summary>Null when the key is missing.</summary>
    public string? TryGetString(string key) => ContainsKey(key) ? GetString(key) : null;

    public string GetString(string key, string missing) => TryGetString(key) ?? missing;

    /// <summary>Any integer type, or a float that holds a whole number.</summary>
    public long GetInteger(string key) => this[key].TryGetInteger(out long value) ? value : throw WrongType(key, "an integer");

    public long GetInteger(string key, long missing) => ContainsKey(key) ? GetInteger(key) : missing;

    /// <summary>Any integer or float type.</summary>
    public double GetNumber(string key) => this[key].TryGetNumber(out double value) ? value : throw WrongType(key, "a number");

    public double GetNumber(string key, double missing) => ContainsKey(key) ? GetNumber(key) : missing;

    public bool GetBoolean(string key) => this[key].TryGetBoolean(out bool value) ? value : throw WrongType(key, "a bool");

    public bool GetBoolean(string key, bool missing) => ContainsKey(key) ? GetBoolean(key) : missing;

    /// <summary>Decodes all strings: keep the result.</summary>
    public IReadOnlyList<string> GetStrings(string key) =>
        this[key].TryGetStrings(out string[]? all) ? all : throw WrongType(key, "an array of strings");

    public int[] GetIntegers(string key) =>
        this[key].TryGetIntegers(out int[]? all) ? all : throw WrongType(key, "an array of integers that 32 bits hold");

    public float[] GetNumbers(string key) =>
        this[key].TryGetNumbers(out float[]? all) ? all : throw WrongType(key, "an array of numbers");

    /// <summary>Elements of an array from the first asked for on, without a copy of all.</summary>
    internal void GetIntegers(string key, int first, Span<int> values)
    {
        if (!this[key].TryGetIntegers(first, values)) throw WrongType(key, "an array of integers that 32 bits hold");
    }

    internal void GetNumbers(string key, int first, Span<float> values)
    {
        if (!this[key].TryGetNumbers(first, values)) throw WrongType(key, "an array of numbers");
    }

    public IEnumerator<KeyValuePair<string, GgufValue>> GetEnumerator() => values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal void Add(string key, GgufValue value)
    {
        if (!values.TryAdd(key, value))
            throw new ModelException($"{Source}: the metadata key '{Quote.Shorten(key)}' occurs twice; convert the model again.");
    }

    private ModelException WrongType(string key, string wanted) => new(
        $"{Source}: the metadata key '{key}' must be {wanted}, but it is {this[key].TypeName} ({this[key]}); " +
        "convert the model again.");
}
