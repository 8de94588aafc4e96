using Jibun.Templates.Builtins;
using Jibun.Templates.Runtime;

namespace Jibun.Templates.Values;

/// <summary>A tuple; what groupby gives has names for its items as well.</summary>
internal sealed class TupleValue(Value[] items, string[]? names = null) : SequenceValue
{
    public ReadOnlySpan<Value> Items => items;

    public override int Count => items.Length;

    public override Value this[int index] => items[index];

    internal override string TypeName => "tuple";

    internal override bool IsHashable { get; } = Array.TrueForAll(items, static item => item.IsHashable);

    internal override int Depth { get; } = DepthOf(items);

    internal override long Weight { get; } = WeightOf(items);

    public override Value Slice(Value[] items) => new TupleValue(items);

    internal override Builtin? FindMethod(string name) => SequenceMethods.FindForTuple(name);

    internal override Value? GetAttribute(string name)
    {
        int index = names is null ? -1 : Array.IndexOf(names, name);
        return index >= 0 ? items[index] : base.GetAttribute(name);
    }

    internal override void WriteRepresentation(TextBuilder text)
    {
        text.Append('(');
        Write(Items, text);
        text.Append(Count == 1 ? ",)" : ")");
    }

    public override bool Equals(Value? other) =>
        ReferenceEquals(this, other) || (other is TupleValue tuple && Items.SequenceEqual(tuple.Items));

    public override int GetHashCode()
    {
        HashCode hash = new();
        foreach (Value item in items) hash.Add(item);
        return hash.ToHashCode();
    }
}
