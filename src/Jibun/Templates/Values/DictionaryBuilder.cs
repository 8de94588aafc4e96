using Jibun.Templates.Runtime;

namespace Jibun.Templates.Values;

/// <summary>Collects entries; a key set again keeps its place and its first form, as in Python.</summary>
internal sealed class DictionaryBuilder
{
    private const int LinearSearch = 8;

    private readonly List<KeyValuePair<Value, Value>> entries = [];
    private Dictionary<Value, int>? index;

    public void Set(Value key, Value value)
    {
        if (!key.IsHashable) throw new TemplateError($"unhashable type: '{key.TypeName}'");
        int found = IndexOf(key);
        if (found >= 0)
        {
            entries[found] = new(entries[found].Key, value);
            return;
        }
        index?.Add(key, entries.Count);
        entries.Add(new(key, value));
        if (index is not null || entries.Count <= LinearSearch) return;
        index = [];
        for (int i = 0; i < entries.Count; i++) index.Add(entries[i].Key, i);
    }

    public DictionaryValue Build() => entries.Count == 0 ? DictionaryValue.Empty : new([.. entries], index);

    private int IndexOf(Value key)
    {
        if (index is not null) return index.TryGetValue(key, out int found) ? found : -1;
        for (int i = 0; i < entries.Count; i++)
            if (entries[i].Key.Equals(key)) return i;
        return -1;
    }
}
