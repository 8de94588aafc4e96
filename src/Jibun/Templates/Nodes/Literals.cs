using Jibun.Templates.Runtime;
using Jibun.Templates.Values;

namespace Jibun.Templates.Nodes;

internal sealed class Constant(int at, Value value) : Expression(at)
{
    public override Value Evaluate(Frame frame) => value;
}

internal sealed class ListLiteral(int at, Expression[] items) : Expression(at, items)
{
    public override void Walk(NodeVisitor visitor) => visitor.Visit(items);

    public override Value Evaluate(Frame frame)
    {
        Value[] values = new Value[items.Length];
        for (int i = 0; i < values.Length; i++) values[i] = items[i].Evaluate(frame);
        return new ListValue(values);
    }
}

internal sealed class TupleLiteral(int at, Expression[] items) : Expression(at, items)
{
    public Expression[] Items => items;

    public override void Walk(NodeVisitor visitor) => visitor.Visit(items);

    public override Value Evaluate(Frame frame)
    {
        Value[] values = new Value[items.Length];
        for (int i = 0; i < values.Length; i++) values[i] = items[i].Evaluate(frame);
        return new TupleValue(values);
    }
}

/// <summary>Keys and values alternate.</summary>
internal sealed class DictionaryLiteral(int at, Expression[] keysAndValues) : Expression(at, keysAndValues)
{
    public override void Walk(NodeVisitor visitor) => visitor.Visit(keysAndValues);

    public override Value Evaluate(Frame frame)
    {
        DictionaryBuilder builder = new();
        for (int i = 0; i < keysAndValues.Length; i += 2)
        {
            Value key = keysAndValues[i].Evaluate(frame), value = keysAndValues[i + 1].Evaluate(frame);
            frame.Rendering.At = At;
            builder.Set(key, value);
        }
        return builder.Build();
    }
}
