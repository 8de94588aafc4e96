using Jibun.Templates.Nodes;
using Jibun.Templates.Runtime;
using Jibun.Templates.Values;

namespace Jibun.Templates.Builtins;

internal static class SortingFilters
{
    public static Value Sort(Rendering rendering, Value self, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("sort", 0, "reverse", "case_sensitive", "attribute");
        bool foldsCase = !bound[1].IsTruthyOr(false);
        AttributePath[] paths = bound[2] is StringValue { Text: var text }
            ? [.. text.Split(',').Select(static part => new AttributePath(Value.From(part)))]
            : [new AttributePath(bound[2] ?? Value.None)];
        return new ListValue(Sorting.SortBy(rendering, Filters.Collect(rendering, self), Keys, bound[0].IsTruthyOr(false)));

        Value[] Keys(Value item) => [.. paths.Select(path => Fold(path.Of(rendering, item), foldsCase))];
    }

    public static Value SortDictionary(Rendering rendering, Value self, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("dictsort", 0, "case_sensitive", "by", "reverse");
        if (self is UndefinedValue undefined) throw undefined.Error();
        if (self is not DictionaryValue dictionary) throw new TemplateError($"'{self.TypeName}' object has no attribute 'items'");
        bool foldsCase = !bound[0].IsTruthyOr(false);
        string by = (bound[1] as StringValue)?.Text ?? "key";
        if (by is not ("key" or "value")) throw new TemplateError("you can only sort by either \"key\" or \"value\"");
        (Value Key, Value Item)[] keyed = new (Value, Value)[dictionary.Entries.Length];
        for (int i = 0; i < keyed.Length; i++)
        {
            (Value key, Value value) = dictionary.Entries[i];
            keyed[i] = (Fold(by == "key" ? key : value, foldsCase), new TupleValue([key, value]));
        }
        keyed = Sorting.Sort(rendering, keyed,
            static (rendering, left, right) => CompareKeys(rendering, left.Key, right.Key), bound[2].IsTruthyOr(false));
        return new ListValue([.. keyed.Select(static pair => pair.Item)]);
    }

    public static Value Extreme(Rendering rendering, Value self, Arguments arguments, string name)
    {
        Value?[] bound = arguments.Bind(name, 0, "case_sensitive", "attribute");
        bool foldsCase = !bound[0].IsTruthyOr(false);
        AttributePath path = new(bound[1] ?? Value.None);
        IEnumerator<Value> items = Filters.Iterate(rendering, self);
        if (!items.MoveNext()) return new UndefinedValue("no aggregated item, sequence was empty");
        Value best = items.Current, bestKey = Fold(path.Of(rendering, best), foldsCase);
        while (items.MoveNext())
        {
            Value key = Fold(path.Of(rendering, items.Current), foldsCase);
            int? order = name == "min" ? CompareKeys(rendering, key, bestKey) : CompareKeys(rendering, bestKey, key);
            if (order < 0) (best, bestKey) = (items.Current, key);
        }
        return best;
    }

    public static Value Unique(Rendering rendering, Value self, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("unique", 0, "case_sensitive", "attribute");
        return new IteratorValue("generator",
            Distinct(rendering, self, !bound[0].IsTruthyOr(false), new AttributePath(bound[1] ?? Value.None)), self);
    }

    private static IEnumerator<Value> Distinct(Rendering rendering, Value source, bool foldsCase, AttributePath path)
    {
        HashSet<Value> seen = [];
        for (IEnumerator<Value> items = Filters.Iterate(rendering, source); items.MoveNext();)
        {
            Value key = Fold(path.Of(rendering, items.Current), foldsCase);
            if (!key.IsHashable) throw new TemplateError($"unhashable type: '{key.TypeName}'");
            rendering.Charge(key.Weight);
            if (seen.Add(key)) yield return items.Current;
        }
    }

    public static Value GroupBy(Rendering rendering, Value self, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("groupby", 1, "attribute", "default", "case_sensitive");
        AttributePath path = new(bound[0]!);
        bool foldsCase = !bound[2].IsTruthyOr(false);
        (Value Key, Value Item)[] keyed = [.. Filters.Collect(rendering, self)
            .Select(item => (Fold(path.Of(rendering, item, bound[1]), foldsCase), item))];
        keyed = Sorting.Sort(rendering, keyed, static (rendering, left, right) => CompareKeys(rendering, left.Key, right.Key));
        List<Value> groups = [];
        for (int start = 0, end; start < keyed.Length; start = end)
        {
            for (end = start; end < keyed.Length && Ordering.AreEqual(rendering, keyed[start].Key, keyed[end].Key);) end++;
            Value name = foldsCase ? path.Of(rendering, keyed[start].Item, bound[1]) : keyed[start].Key;
            ListValue items = new([.. keyed[start..end].Select(static pair => pair.Item)]);
            groups.Add(new TupleValue([name, items], ["grouper", "list"]));
        }
        return new ListValue([.. groups]);
    }

    private static Value Fold(Value value, bool foldsCase) =>
        foldsCase && value is StringValue text ? Value.From(CaseMapping.ToLower(text.Text)) : value;

    private static int? CompareKeys(Rendering rendering, Value left, Value right)
    {
        rendering.Charge(Math.Min(left.Weight, right.Weight));
        return Ordering.Compare(left, right, Comparison.Less);
    }
}
