using Jibun.Templates.Nodes;
using Jibun.Templates.Runtime;
using Jibun.Templates.Values;

namespace Jibun.Templates.Builtins;

internal static class SequenceFilters
{
    public static Value Length(Rendering rendering, Value self, Arguments arguments)
    {
        arguments.BindNone("length");
        // Python refuses, other engines count.
        if (self is IteratorValue) return Value.From(Filters.Collect(rendering, self).Count);
        return Value.From(self.Length ?? throw new TemplateError($"object of type '{self.TypeName}' has no len()"));
    }

    public static Value ToList(Rendering rendering, Value self, Arguments arguments)
    {
        arguments.BindNone("list");
        return new ListValue([.. Filters.Collect(rendering, self)]);
    }

    public static Value First(Rendering rendering, Value self, Arguments arguments)
    {
        arguments.BindNone("first");
        IEnumerator<Value> items = Filters.Iterate(rendering, self);
        return items.MoveNext() ? items.Current : new UndefinedValue("no first item, sequence was empty");
    }

    public static Value Last(Rendering rendering, Value self, Arguments arguments)
    {
        arguments.BindNone("last");
        IEnumerator<Value> items = Reversed(rendering, self)
            ?? throw new TemplateError($"'{self.TypeName}' object is not reversible");
        return items.MoveNext() ? items.Current : new UndefinedValue("no last item, sequence was empty");
    }

    public static Value Reverse(Rendering rendering, Value self, Arguments arguments)
    {
        arguments.BindNone("reverse");
        if (self is StringValue { Text: var text })
        {
            string[] points = CodePoints.Split(text);
            rendering.Charge(points.Length);
            Array.Reverse(points);
            return Value.From(string.Concat(points));
        }
        if (Reversed(rendering, self) is { } items) return new IteratorValue($"{self.TypeName}_reverseiterator", items, self);
        List<Value> collected = Filters.Collect(rendering, self);
        collected.Reverse();
        return new ListValue([.. collected]);
    }

    /// <summary>reversed(value); null where Python refuses.</summary>
    private static IEnumerator<Value>? Reversed(Rendering rendering, Value value)
    {
        Func<int, Value>? at = value switch
        {
            StringValue { Text: var text } when !CodePoints.HasPairs(text) => index => Value.From(text[index].ToString()),
            StringValue { Text: var text } when CodePoints.Split(text) is var points => index => Value.From(points[index]),
            SequenceValue sequence => index => sequence[index],
            DictionaryValue dictionary => index => dictionary.Entries[index].Key,
            DictionaryView view => index => view[index],
            UndefinedValue => static _ => Value.None,
            _ => null,
        };
        return at is null ? null : Backwards(rendering, at, value.Length!.Value);
    }

    private static IEnumerator<Value> Backwards(Rendering rendering, Func<int, Value> at, int count)
    {
        for (int i = count - 1; i >= 0; i--)
        {
            rendering.Charge(1);
            yield return at(i);
        }
    }

    public static Value Items(Rendering rendering, Value self, Arguments arguments)
    {
        arguments.BindNone("items");
        return self switch
        {
            DictionaryValue dictionary =>
                new IteratorValue("generator", new DictionaryView(dictionary, "dict_items").Iterate(rendering), self),
            UndefinedValue => new IteratorValue("generator", Filters.Iterate(rendering, self), self),
            _ => throw new TemplateError("can only get item pairs from a mapping"),
        };
    }

    public static Value Join(Rendering rendering, Value self, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("join", 0, "d", "attribute");
        string separator = bound[0] is null ? "" : Filters.TextOf(rendering, bound[0]!);
        AttributePath? path = bound[1].IsAbsentOrNone() ? null : new AttributePath(bound[1]!);
        TextBuilder text = new(rendering);
        bool isFirst = true;
        for (IEnumerator<Value> items = Filters.Iterate(rendering, self); items.MoveNext(); isFirst = false)
        {
            if (!isFirst) text.Append(separator);
            text.AppendText(path is null ? items.Current : path.Of(rendering, items.Current));
        }
        return Value.From(text.ToString());
    }

    public static Value Sum(Rendering rendering, Value self, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("sum", 0, "attribute", "start");
        AttributePath? path = bound[0].IsAbsentOrNone() ? null : new AttributePath(bound[0]!);
        Value total = bound[1] ?? Value.From(0);
        if (total is StringValue) throw new TemplateError("sum() can't sum strings");
        for (IEnumerator<Value> items = Filters.Iterate(rendering, self); items.MoveNext();)
            total = Arithmetic.Apply(rendering, BinaryOperator.Add, total,
                path is null ? items.Current : path.Of(rendering, items.Current));
        return total;
    }

    public static Value Batch(Rendering rendering, Value self, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("batch", 1, "linecount", "fill_with");
        int size = bound[0]!.ToIndex("linecount");
        return new IteratorValue("generator", Batches(rendering, self, size, bound[1]), self);
    }

    private static IEnumerator<Value> Batches(Rendering rendering, Value source, int size, Value? fill)
    {
        List<Value> batch = [];
        for (IEnumerator<Value> items = Filters.Iterate(rendering, source); items.MoveNext();)
        {
            if (batch.Count == size)
            {
                rendering.Charge(16);
                yield return new ListValue([.. batch]);
                batch.Clear();
            }
            batch.Add(items.Current);
        }
        if (batch.Count == 0) yield break;
        while (!fill.IsAbsentOrNone() && batch.Count < size)
        {
            rendering.Charge(1);
            batch.Add(fill!);
        }
        yield return new ListValue([.. batch]);
    }

    public static Value Slice(Rendering rendering, Value self, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("slice", 1, "slices", "fill_with");
        int slices = bound[0]!.ToIndex("slices");
        return new IteratorValue("generator", Slices(rendering, self, slices, bound[1]), self);
    }

    private static IEnumerator<Value> Slices(Rendering rendering, Value source, int slices, Value? fill)
    {
        List<Value> items = Filters.Collect(rendering, source);
        if (slices == 0) throw new TemplateError("integer division or modulo by zero");
        int size = items.Count / slices, longer = items.Count % slices, at = 0;
        for (int i = 0; i < slices; i++)
        {
            rendering.Charge(16);
            int count = i < longer ? size + 1 : size;
            List<Value> slice = items.GetRange(at, count);
            at += count;
            if (!fill.IsAbsentOrNone() && i >= longer) slice.Add(fill!);
            yield return new ListValue([.. slice]);
        }
    }
}
