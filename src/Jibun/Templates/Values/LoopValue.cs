using Jibun.Templates.Nodes;
using Jibun.Templates.Runtime;

namespace Jibun.Templates.Values;

/// <summary>The variable `loop`. Where the length is not known it reads ahead.</summary>
internal sealed class LoopValue : CallableValue
{
    private readonly Rendering rendering;
    private readonly Value iterable;
    private readonly For? recursive;
    private readonly Frame? recursionFrame;
    private readonly int depth;
    private IEnumerator<Value> items;
    private int? length;
    private int index = -1;
    private Value? previous, next;
    private Value[]? lastChecked;

    public LoopValue(Rendering rendering, Value iterable, For? recursive, Frame? recursionFrame, int depth)
    {
        this.rendering = rendering;
        this.iterable = iterable;
        this.recursive = recursive;
        this.recursionFrame = recursionFrame;
        this.depth = depth;
        items = iterable.Iterate(rendering) ?? throw new TemplateError($"'{iterable.TypeName}' object is not iterable");
    }

    public Value Current { get; private set; } = None;

    internal override string TypeName => "LoopContext";

    internal override int? Length => CountItems();

    public bool MoveNext()
    {
        Value? item = next;
        next = null;
        if (item is null)
        {
            if (!items.MoveNext()) return false;
            item = items.Current;
        }
        previous = index < 0 ? null : Current;
        Current = item;
        index++;
        return true;
    }

    internal override Value? GetAttribute(string name)
    {
        return name switch
        {
            "index" => From(index + 1),
            "index0" => From(index),
            "first" => From(index == 0),
            "last" => From(Peek() is null),
            "length" => From(CountItems()),
            "revindex" => From(CountItems() - index),
            "revindex0" => From(CountItems() - index - 1),
            "previtem" => previous ?? new UndefinedValue("there is no previous item"),
            "nextitem" => Peek() ?? new UndefinedValue("there is no next item"),
            "depth" => From(depth + 1),
            "depth0" => From(depth),
            _ => base.GetAttribute(name),
        };
    }

    internal override Builtin? FindMethod(string name)
    {
        return name switch
        {
            "cycle" => static (_, self, arguments) => ((LoopValue)self).Cycle(arguments.Positional),
            "changed" => static (_, self, arguments) => From(((LoopValue)self).Changed(arguments.Positional)),
            _ => null,
        };
    }

    public override Value Call(Rendering rendering, Arguments arguments)
    {
        if (recursive is null) throw new TemplateError("the loop must have the 'recursive' marker to be called recursively");
        return From(recursive.Recurse(recursionFrame!, arguments.BindOne("loop", "iterable"), depth + 1));
    }

    internal override void WriteRepresentation(TextBuilder text) => text.Append($"<LoopContext {index + 1}/{CountItems()}>");

    private Value? Peek()
    {
        if (next is null && items.MoveNext()) next = items.Current;
        return next;
    }

    private int CountItems()
    {
        length ??= iterable.Length;
        if (length is { } known) return known;
        List<Value> rest = [];
        while (items.MoveNext()) rest.Add(items.Current);
        items = rest.GetEnumerator();
        length = rest.Count + index + 1 + (next is null ? 0 : 1);
        return length.Value;
    }

    private Value Cycle(Value[] values)
    {
        return values.Length > 0 ? values[index % values.Length] : throw new TemplateError("no items for cycling given");
    }

    private bool Changed(Value[] values)
    {
        foreach (Value value in values) rendering.Charge(value.Weight);
        if (lastChecked is not null && values.AsSpan().SequenceEqual(lastChecked)) return false;
        lastChecked = values;
        return true;
    }
}
