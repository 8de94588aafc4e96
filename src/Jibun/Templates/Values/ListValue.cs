using Jibun.Templates.Builtins;
using Jibun.Templates.Runtime;

namespace Jibun.Templates.Values;

internal sealed class ListValue(Value[] items) : SequenceValue
{
    private Value[] items = items;
    private int count = items.Length;

    public ReadOnlySpan<Value> Items => items.AsSpan(0, count);

    public override int Count => count;

    public override Value this[int index] => items[index];

    internal override string TypeName => "list";

    internal override bool IsHashable => false;

    internal override int Depth { get; } = DepthOf(items);

    internal override long Weight { get; } = WeightOf(items);

    public override Value Slice(Value[] items) => new ListValue(items);

    /// <summary>The one change that templates can make to a list.</summary>
    public Value RemoveAt(int index)
    {
        Value removed = items[index];
        items = [.. items.AsSpan(0, index), .. items.AsSpan(index + 1, count - index - 1)];
        count--;
        return removed;
    }

    public void Clear() => count = 0;

    internal override Builtin? FindMethod(string name) => SequenceMethods.FindForList(name);

    internal override void WriteRepresentation(TextBuilder text)
    {
        text.Append('[');
        Write(Items, text);
        text.Append(']');
    }

    public override bool Equals(Value? other) =>
        ReferenceEquals(this, other) || (other is ListValue list && Items.SequenceEqual(list.Items));

    public override int GetHashCode() => count;
}
