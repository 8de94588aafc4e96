using Jibun.Templates.Runtime;
using Jibun.Templates.Values;

namespace Jibun.Templates.Builtins;

/// <summary>The methods of list and tuple.</summary>
internal static class SequenceMethods
{
    public static Builtin? FindForTuple(string name) => name switch { "count" => Count, "index" => Index, _ => null };

    public static Builtin? FindForList(string name)
    {
        return name switch
        {
            "copy" => Copy,
            "pop" => Pop,
            "clear" => Clear,
            _ => FindForTuple(name),
        };
    }

    private static Value Count(Rendering rendering, Value self, Arguments arguments)
    {
        Value wanted = arguments.BindOne("count", "value");
        SequenceValue items = (SequenceValue)self;
        int count = 0;
        for (int i = 0; i < items.Count; i++)
            if (Ordering.AreEqual(rendering, items[i], wanted)) count++;
        return Value.From(count);
    }

    private static Value Index(Rendering rendering, Value self, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("index", 1, "value", "start", "stop");
        SequenceValue items = (SequenceValue)self;
        int from = bound[1].ToIndex("start", 0), to = bound[2].ToIndex("stop", items.Count);
        if (from < 0) from = Math.Max(0, from + items.Count);
        if (to < 0) to += items.Count;
        for (int i = from; i < Math.Min(to, items.Count); i++)
            if (Ordering.AreEqual(rendering, items[i], bound[0]!)) return Value.From(i);
        throw new TemplateError($"the value is not in {self.TypeName}");
    }

    private static Value Copy(Rendering rendering, Value self, Arguments arguments)
    {
        arguments.BindNone("copy");
        ListValue list = (ListValue)self;
        rendering.ChargeElements(list.Count);
        return new ListValue(list.Items.ToArray());
    }

    private static Value Pop(Rendering rendering, Value self, Arguments arguments)
    {
        ListValue list = (ListValue)self;
        int index = arguments.Bind("pop", 0, "index")[0].ToIndex("index", -1);
        if (index < 0) index += list.Count;
        if (index < 0 || index >= list.Count)
            throw new TemplateError(list.Count == 0 ? "pop from empty list" : "pop index out of range");
        rendering.ChargeElements(list.Count);
        return list.RemoveAt(index);
    }

    private static Value Clear(Rendering rendering, Value self, Arguments arguments)
    {
        arguments.BindNone("clear");
        ((ListValue)self).Clear();
        return Value.None;
    }
}
