using Jibun.Templates.Runtime;
using Jibun.Templates.Scoping;
using Jibun.Templates.Values;

namespace Jibun.Templates.Nodes;

/// <summary>Something that can stand left of an assignment.</summary>
internal interface ITarget
{
    void Assign(Frame frame, Value value);
}

/// <summary>How a name is used where it stands.</summary>
internal enum NameUse
{
    Load,
    Store,
    Parameter,
}

internal sealed class Name(int at, string text) : Expression(at), ITarget
{
    private VariableReference variable;

    public string Text => text;

    public NameUse Use { get; set; }

    /// <summary>Set once by the binder.</summary>
    public void Bind(VariableReference to) => variable = to;

    public override Value Evaluate(Frame frame) => variable.Get(frame) ?? UndefinedValue.Name(text);

    public Value? EvaluateOrMissing(Frame frame) => variable.Get(frame);

    public void Assign(Frame frame, Value value) => variable.Set(frame, value);
}

/// <summary>`ns.attribute` left of an assignment.</summary>
internal sealed class NamespaceTarget(int at, Name target, string attribute) : Expression(at, target), ITarget
{
    public override void Walk(NodeVisitor visitor) => visitor.Visit(target);

    public override Value Evaluate(Frame frame) => throw new InvalidOperationException("a target has no value");

    public void Assign(Frame frame, Value value) => Check(frame).Set(attribute, value);

    public NamespaceValue Check(Frame frame)
    {
        return target.Evaluate(frame) as NamespaceValue
            ?? throw new TemplateError("cannot assign attribute on non-namespace object", At);
    }
}

internal sealed class TupleTarget(int at, Expression[] items) : Expression(at, items), ITarget
{
    public Expression[] Items => items;

    public override void Walk(NodeVisitor visitor) => visitor.Visit(items);

    public override Value Evaluate(Frame frame)
    {
        Value[] values = new Value[items.Length];
        for (int i = 0; i < values.Length; i++) values[i] = items[i].Evaluate(frame);
        return new TupleValue(values);
    }

    public void Assign(Frame frame, Value value)
    {
        frame.Rendering.At = At;
        IEnumerator<Value> values = value.Iterate(frame.Rendering)
            ?? throw new TemplateError($"cannot unpack non-iterable {value.TypeName} object", At);
        Value[] unpacked = new Value[items.Length];
        for (int i = 0; i < unpacked.Length; i++)
        {
            if (!values.MoveNext())
                throw new TemplateError($"not enough values to unpack (expected {items.Length}, got {i})", At);
            unpacked[i] = values.Current;
        }
        if (values.MoveNext()) throw new TemplateError($"too many values to unpack (expected {items.Length})", At);
        for (int i = 0; i < unpacked.Length; i++) ((ITarget)items[i]).Assign(frame, unpacked[i]);
    }
}
