using Jibun.Templates.Runtime;

namespace Jibun.Templates.Values;

/// <summary>What list, tuple and range share: a length, elements by index, slices.</summary>
internal abstract class SequenceValue : Value
{
    public abstract int Count { get; }

    public abstract Value this[int index] { get; }

    public abstract Value Slice(Value[] items);

    internal sealed override bool IsTruthy => Count > 0;

    internal sealed override int? Length => Count;

    internal sealed override Value? GetItem(Value key)
    {
        if (!Number.TryGetLong(key, out long index)) return null;
        if (index < 0) index += Count;
        return index >= 0 && index < Count ? this[(int)index] : null;
    }

    internal sealed override IEnumerator<Value> Iterate(Rendering rendering)
    {
        for (int i = 0; i < Count; i++)
        {
            rendering.Charge(1);
            yield return this[i];
        }
    }

    protected static int DepthOf(ReadOnlySpan<Value> items)
    {
        int depth = 0;
        foreach (Value item in items) depth = Math.Max(depth, item.Depth);
        return CheckedDepth(depth + 1);
    }

    public static int CheckedDepth(int depth) => depth <= MaxDepth ? depth : throw TemplateError.Limit("nesting depth", MaxDepth);

    protected static long WeightOf(ReadOnlySpan<Value> items)
    {
        long weight = 1;
        foreach (Value item in items) weight = Saturate(weight + item.Weight);
        return weight;
    }

    public static long Saturate(long weight) => Math.Min(weight, long.MaxValue / 4);

    protected static void Write(ReadOnlySpan<Value> items, TextBuilder text)
    {
        for (int i = 0; i < items.Length; i++)
        {
            if (i > 0) text.Append(", ");
            text.AppendRepresentation(items[i]);
        }
    }
}
