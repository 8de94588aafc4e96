using Jibun.Templates.Builtins;
using Jibun.Templates.Runtime;

namespace Jibun.Templates.Values;

internal sealed class RangeValue(long start, long stop, long step, int count) : SequenceValue
{
    public override int Count => count;

    public override Value this[int index] => From(start + (step * index));

    internal override string TypeName => "range";

    internal override Builtin? FindMethod(string name) => SequenceMethods.FindForTuple(name);

    public override Value Slice(Value[] items)
    {
        if (items.Length == 0) return new RangeValue(start, start, step, 0);
        long first = ((IntegerValue)items[0]).Number;
        long stride = items.Length > 1 ? ((IntegerValue)items[1]).Number - first : step;
        return new RangeValue(first, first + (stride * items.Length), stride, items.Length);
    }

    internal override void WriteRepresentation(TextBuilder text)
    {
        text.Append($"range({start}, {stop}").Append(step == 1 ? ")" : $", {step})");
    }

    public override bool Equals(Value? other)
    {
        return other is RangeValue range && range.Count == count
            && (count == 0 || (this[0].Equals(range[0]) && this[count - 1].Equals(range[count - 1])));
    }

    public override int GetHashCode() => HashCode.Combine(count, start);

    /// <summary>range(start, stop, step)</summary>
    public static RangeValue Create(long start, long stop, long step, int limit)
    {
        if (step == 0) throw new TemplateError("range() arg 3 must not be zero");
        Int128 span = step > 0 ? (Int128)stop - start : (Int128)start - stop;
        Int128 length = span <= 0 ? 0 : ((span - 1) / Int128.Abs(step)) + 1;
        if (length > limit) throw TemplateError.Limit("range length", limit);
        return new RangeValue(start, stop, step, (int)length);
    }
}
