using Jibun.Templates.Runtime;

namespace Jibun.Templates.Values;

internal sealed class NoneValue : Value
{
    public static readonly NoneValue Instance = new();

    private NoneValue()
    {
    }

    internal override string TypeName => "NoneType";

    internal override bool IsTruthy => false;

    internal override void WriteRepresentation(TextBuilder text) => text.Append("None");

    public override bool Equals(Value? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => 1;
}

/// <summary>
/// A name, attribute or element that does not exist: prints nothing, iterates over nothing, and refuses everything else.
/// </summary>
internal sealed class UndefinedValue(string message) : Value
{
    internal override string TypeName => "Undefined";

    internal override bool IsTruthy => false;

    internal override int? Length => 0;

    public TemplateError Error() => new(message);

    internal override void WriteText(TextBuilder text)
    {
    }

    internal override void WriteRepresentation(TextBuilder text) => text.Append("Undefined");

    internal override IEnumerator<Value> Iterate(Rendering rendering) => Enumerable.Empty<Value>().GetEnumerator();

    internal override Value GetAttribute(string name) => throw Error();

    internal override Value GetItem(Value key) => throw Error();

    public override bool Equals(Value? other) => other is UndefinedValue;

    public override int GetHashCode() => 2;

    public static UndefinedValue Name(string name) => new($"'{name}' is undefined");

    public static UndefinedValue Attribute(Value of, string name)
    {
        string type = of is NoneValue ? "None" : $"'{of.TypeName} object'";
        return new($"{type} has no attribute '{name}'");
    }

    public static UndefinedValue Element(Value of, Value key)
    {
        return key is StringValue name
            ? Attribute(of, name.Text)
            : new($"{of.TypeName} object has no element {(key.Weight < 64 ? key : key.TypeName)}");
    }
}
