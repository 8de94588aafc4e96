using Jibun.Templates.Runtime;
using Jibun.Templates.Values;

namespace Jibun.Templates.Nodes;

/// <summary>`value[start:stop:step]`</summary>
internal sealed class Slice(int at, Expression target, Expression? start, Expression? stop, Expression? step)
    : Expression(at, target, start, stop, step)
{
    public override void Walk(NodeVisitor visitor)
    {
        visitor.Visit(target);
        visitor.VisitOptional(start);
        visitor.VisitOptional(stop);
        visitor.VisitOptional(step);
    }

    public override Value Evaluate(Frame frame)
    {
        Value value = target.Evaluate(frame);
        int? first = Bound(start, frame), last = Bound(stop, frame), stride = Bound(step, frame);
        frame.Rendering.At = At;
        return Of(frame.Rendering, value, first, last, stride ?? 1);
    }

    private int? Bound(Expression? bound, Frame frame)
    {
        Value? value = bound?.Evaluate(frame);
        if (value.IsAbsentOrNone()) return null;
        frame.Rendering.At = At;
        return value!.ToIndex("slice index");
    }

    public static Value Of(Rendering rendering, Value value, int? start, int? stop, int step)
    {
        if (value is UndefinedValue undefined) throw undefined.Error();
        if (value is not (StringValue or SequenceValue)) throw new TemplateError($"'{value.TypeName}' object cannot be sliced");
        if (step == 0) throw new TemplateError("slice step cannot be zero");
        rendering.Charge(value is StringValue ? value.Weight : 1);
        int length = value.Length!.Value;
        int first = Clamp(start, length, step, step > 0 ? 0 : length - 1);
        int last = Clamp(stop, length, step, step > 0 ? length : -1);
        long span = step > 0 ? (long)last - first : (long)first - last;
        int count = span <= 0 ? 0 : (int)(((span - 1) / Math.Abs((long)step)) + 1);
        if (value is StringValue text) return Value.From(OfText(rendering, text.Text, first, step, count));
        SequenceValue sequence = (SequenceValue)value;
        rendering.ChargeElements(count);
        Value[] items = new Value[count];
        for (int i = 0; i < count; i++) items[i] = sequence[first + (i * step)];
        return sequence.Slice(items);
    }

    private static string OfText(Rendering rendering, string text, int first, int step, int count)
    {
        rendering.ChargeText(count);
        if (step == 1) return CodePoints.Substring(text, first, count);
        if (!CodePoints.HasPairs(text)) return string.Create(count, (text, first, step), static (span, source) =>
        {
            for (int i = 0; i < span.Length; i++) span[i] = source.text[source.first + (i * source.step)];
        });
        string[] points = CodePoints.Split(text);
        rendering.Charge(points.Length);
        return string.Concat(Enumerable.Range(0, count).Select(i => points[first + (i * step)]));
    }

    private static int Clamp(int? bound, int length, int step, int absent)
    {
        if (bound is not { } index) return absent;
        if (index < 0) index = (int)Math.Max((long)index + length, step > 0 ? 0 : -1);
        return Math.Min(index, step > 0 ? length : length - 1);
    }
}
