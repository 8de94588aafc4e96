using Jibun.Templates.Runtime;
using Jibun.Templates.Values;

namespace Jibun.Templates.Nodes;

/// <summary>`value.name`: a method or attribute first, then an element.</summary>
internal sealed class AttributeAccess(int at, Expression target, string name) : Expression(at, target)
{
    private readonly StringValue key = new(name);

    public Expression Target => target;

    public string Name => name;

    public override void Walk(NodeVisitor visitor) => visitor.Visit(target);

    public override Value Evaluate(Frame frame)
    {
        Value value = target.Evaluate(frame);
        frame.Rendering.At = At;
        return Of(frame.Rendering, value);
    }

    public Value Of(Rendering rendering, Value value) => Lookup.Attribute(rendering, value, key);
}

/// <summary>`value[key]`: an element first, then a method or attribute.</summary>
internal sealed class ElementAccess(int at, Expression target, Expression key) : Expression(at, target, key)
{
    public override void Walk(NodeVisitor visitor) => visitor.Visit([target, key]);

    public override Value Evaluate(Frame frame)
    {
        Value value = target.Evaluate(frame), wanted = key.Evaluate(frame);
        frame.Rendering.At = At;
        return Lookup.Element(frame.Rendering, value, wanted);
    }
}

internal static class Lookup
{
    public static Value Attribute(Rendering rendering, Value value, StringValue key)
    {
        string name = key.Text;
        if (value is not UndefinedValue && IsForbidden(rendering, value, name)) return Unsafe(value, name);
        if (value.GetAttribute(name) is { } found) return name.StartsWith('_') ? Unsafe(value, name) : found;
        return value.GetItem(key) ?? UndefinedValue.Attribute(value, name);
    }

    public static Value Element(Rendering rendering, Value value, Value key)
    {
        rendering.Charge(value is StringValue ? value.Weight : key.Weight);
        if (value.GetItem(key) is { } item) return item;
        if (key is not StringValue { Text: var name }) return UndefinedValue.Element(value, key);
        if (IsForbidden(rendering, value, name)) return Unsafe(value, name);
        return value.GetAttribute(name) is { } found && !name.StartsWith('_') ? found : UndefinedValue.Attribute(value, name);
    }

    /// <summary>
    /// Python's inner attributes, and methods that change a list or dict; only pop and clear of a list are let through, and
    /// only by name.
    /// </summary>
    private static bool IsForbidden(Rendering rendering, Value value, string name)
    {
        return (value, name) switch
        {
            (ListValue, "append" or "extend" or "insert" or "remove" or "reverse" or "sort") => true,
            (ListValue, "pop" or "clear") => !rendering.ChangesLists,
            (DictionaryValue, "clear" or "pop" or "popitem" or "setdefault" or "update") => true,
            _ => name.StartsWith("__", StringComparison.Ordinal) && name.EndsWith("__", StringComparison.Ordinal),
        };
    }

    private static UndefinedValue Unsafe(Value value, string name) =>
        new($"access to attribute '{name}' of '{value.TypeName}' object is unsafe");
}
