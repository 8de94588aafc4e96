using Jibun.Templates.Runtime;

namespace Jibun.Templates.Values;

/// <summary>cycler(a, b): gives its items in turn.</summary>
internal sealed class CyclerValue : Value
{
    private readonly Value[] items;
    private int position;

    public CyclerValue(Value[] items)
    {
        this.items = items.Length > 0 ? items : throw new TemplateError("at least one item has to be provided");
        Depth = SequenceValue.CheckedDepth(new TupleValue(items).Depth + 1);
    }

    internal override string TypeName => "Cycler";

    internal override int Depth { get; }

    internal override Value? GetAttribute(string name) => name == "current" ? items[position] : base.GetAttribute(name);

    internal override Builtin? FindMethod(string name)
    {
        return name switch
        {
            "next" => static (_, self, _) => ((CyclerValue)self).Next(),
            "reset" => static (_, self, _) => ((CyclerValue)self).Reset(),
            _ => null,
        };
    }

    internal override void WriteRepresentation(TextBuilder text) => text.Append("<Cycler>");

    public override bool Equals(Value? other) => ReferenceEquals(this, other);

    private Value Next()
    {
        Value item = items[position];
        position = (position + 1) % items.Length;
        return item;
    }

    private Value Reset()
    {
        position = 0;
        return None;
    }
}
