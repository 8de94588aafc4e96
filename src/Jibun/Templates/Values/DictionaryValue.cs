using Jibun.Templates.Builtins;
using Jibun.Templates.Runtime;

namespace Jibun.Templates.Values;

/// <summary>A dict: keys of any hashable type in the order of their insertion, never changed after building.</summary>
internal sealed class DictionaryValue(KeyValuePair<Value, Value>[] entries, Dictionary<Value, int>? index) : Value
{
    public static readonly DictionaryValue Empty = new([], null);

    public ReadOnlySpan<KeyValuePair<Value, Value>> Entries => entries;

    internal override string TypeName => "dict";

    internal override bool IsTruthy => entries.Length > 0;

    internal override bool IsHashable => false;

    internal override int? Length => entries.Length;

    internal override int Depth { get; } = DepthOf(entries);

    internal override long Weight { get; } = WeightOf(entries);

    /// <summary>Null where there is no such key; the key must be hashable.</summary>
    public Value? Find(Value key)
    {
        if (index is not null) return index.TryGetValue(key, out int found) ? entries[found].Value : null;
        foreach (KeyValuePair<Value, Value> entry in entries)
            if (entry.Key.Equals(key)) return entry.Value;
        return null;
    }

    internal override Value? GetItem(Value key) => key.IsHashable ? Find(key) : null;

    internal override Builtin? FindMethod(string name) => DictionaryMethods.Find(name);

    internal override IEnumerator<Value> Iterate(Rendering rendering)
    {
        foreach (KeyValuePair<Value, Value> entry in entries)
        {
            rendering.Charge(1);
            yield return entry.Key;
        }
    }

    internal override void WriteRepresentation(TextBuilder text)
    {
        text.Append('{');
        for (int i = 0; i < entries.Length; i++)
        {
            if (i > 0) text.Append(", ");
            text.AppendRepresentation(entries[i].Key).Append(": ").AppendRepresentation(entries[i].Value);
        }
        text.Append('}');
    }

    public override bool Equals(Value? other)
    {
        if (ReferenceEquals(this, other)) return true;
        if (other is not DictionaryValue dictionary || dictionary.Entries.Length != entries.Length) return false;
        foreach ((Value key, Value value) in entries)
            if (dictionary.Find(key) is not { } found || !value.Equals(found)) return false;
        return true;
    }

    public override int GetHashCode() => entries.Length;

    private static int DepthOf(KeyValuePair<Value, Value>[] entries)
    {
        int depth = 0;
        foreach ((Value key, Value value) in entries) depth = Math.Max(depth, Math.Max(key.Depth, value.Depth));
        return SequenceValue.CheckedDepth(depth + 1);
    }

    private static long WeightOf(KeyValuePair<Value, Value>[] entries)
    {
        long weight = 1;
        foreach ((Value key, Value value) in entries) weight = SequenceValue.Saturate(weight + key.Weight + value.Weight);
        return weight;
    }
}
