using System.Text.Json;
using Jibun.Templates.Runtime;
using Jibun.Templates.Values;

namespace Jibun.Templates;

/// <summary>
/// A value inside a template, with Python's rules for truth, equality, text and attributes. Equal values are equal keys.
/// </summary>
public abstract class Value : IEquatable<Value>
{
    internal const int MaxDepth = 128;

    private protected Value()
    {
    }

    public static Value None => NoneValue.Instance;

    public static Value From(bool value) => value ? BooleanValue.True : BooleanValue.False;

    public static Value From(long value) => new IntegerValue(value);

    public static Value From(double value) => new FloatValue(value);

    public static Value From(string value) => new StringValue(value);

    public static Value List(IEnumerable<Value> items) => new ListValue([.. items]);

    public static Value Dictionary(IEnumerable<KeyValuePair<string, Value>> entries)
    {
        DictionaryBuilder builder = new();
        foreach ((string key, Value value) in entries) builder.Set(new StringValue(key), value);
        return builder.Build();
    }

    /// <summary>The same data with the key order kept; integers stay integers of any size.</summary>
    /// <exception cref="TemplateException">
    /// Nested deeper than 128 levels, a number of more than 4300 digits, or half a surrogate pair.
    /// </exception>
    public static Value FromJson(JsonElement element) => JsonReading.Read(element);

    /// <summary>Python's name of the type, for messages.</summary>
    internal abstract string TypeName { get; }

    internal virtual bool IsTruthy => true;

    /// <summary>Levels of containers inside: bounds every recursion over values.</summary>
    internal virtual int Depth => 0;

    /// <summary>What comparing or copying this costs, in steps; saturates.</summary>
    internal virtual long Weight => 1;

    internal virtual bool IsHashable => true;

    /// <summary>Null where Python's len() refuses.</summary>
    internal virtual int? Length => null;

    /// <summary>str(value)</summary>
    internal virtual void WriteText(TextBuilder text) => WriteRepresentation(text);

    /// <summary>repr(value)</summary>
    internal abstract void WriteRepresentation(TextBuilder text);

    /// <summary>iter(value); null where Python refuses.</summary>
    internal virtual IEnumerator<Value>? Iterate(Rendering rendering) => null;

    /// <summary>A method of the type, without binding it.</summary>
    internal virtual Builtin? FindMethod(string name) => null;

    /// <summary>getattr(value, name); null where there is none.</summary>
    internal virtual Value? GetAttribute(string name) =>
        FindMethod(name) is { } method ? new MethodValue(this, name, method) : null;

    /// <summary>value[key]; null where Python finds none or refuses.</summary>
    internal virtual Value? GetItem(Value key) => null;

    public abstract bool Equals(Value? other);

    public sealed override bool Equals(object? obj) => Equals(obj as Value);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

    /// <summary>The text a template prints for this value.</summary>
    public sealed override string ToString()
    {
        TextBuilder text = new(Rendering.Detached());
        WriteText(text);
        return text.ToString();
    }
}
