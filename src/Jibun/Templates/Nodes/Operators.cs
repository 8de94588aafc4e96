using Jibun.Templates.Runtime;
using Jibun.Templates.Values;

namespace Jibun.Templates.Nodes;

internal sealed class And(int at, Expression left, Expression right) : Expression(at, left, right)
{
    public override void Walk(NodeVisitor visitor) => visitor.Visit([left, right]);

    public override Value Evaluate(Frame frame) =>
        left.Evaluate(frame) is { IsTruthy: false } falsy ? falsy : right.Evaluate(frame);
}

internal sealed class Or(int at, Expression left, Expression right) : Expression(at, left, right)
{
    public override void Walk(NodeVisitor visitor) => visitor.Visit([left, right]);

    public override Value Evaluate(Frame frame) =>
        left.Evaluate(frame) is { IsTruthy: true } truthy ? truthy : right.Evaluate(frame);
}

internal sealed class Not(int at, Expression operand) : Expression(at, operand)
{
    public override void Walk(NodeVisitor visitor) => visitor.Visit(operand);

    public override Value Evaluate(Frame frame) => Value.From(!operand.Evaluate(frame).IsTruthy);
}

internal sealed class Sign(int at, bool negative, Expression operand) : Expression(at, operand)
{
    public override void Walk(NodeVisitor visitor) => visitor.Visit(operand);

    public override Value Evaluate(Frame frame)
    {
        Value value = operand.Evaluate(frame);
        frame.Rendering.At = At;
        return Arithmetic.Sign(value, negative);
    }
}

internal enum BinaryOperator
{
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Modulo,
    Power,
}

internal sealed class Binary(int at, BinaryOperator operation, Expression left, Expression right) : Expression(at, left, right)
{
    public override void Walk(NodeVisitor visitor) => visitor.Visit([left, right]);

    public override Value Evaluate(Frame frame)
    {
        Value a = left.Evaluate(frame), b = right.Evaluate(frame);
        frame.Rendering.At = At;
        return Arithmetic.Apply(frame.Rendering, operation, a, b);
    }
}

/// <summary>`a ~ b ~ c`</summary>
internal sealed class Concatenation(int at, Expression[] parts) : Expression(at, parts)
{
    public override void Walk(NodeVisitor visitor) => visitor.Visit(parts);

    public override Value Evaluate(Frame frame)
    {
        TextBuilder text = new(frame.Rendering);
        foreach (Expression part in parts)
        {
            Value value = part.Evaluate(frame);
            frame.Rendering.At = At;
            text.AppendText(value);
        }
        return Value.From(text.ToString());
    }
}

internal enum Comparison
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    NotIn,
}

/// <summary>`a &lt; b &lt;= c`: each operand is evaluated once, and only as far as the chain holds.</summary>
internal sealed class ComparisonChain(int at, Expression first, (Comparison Operation, Expression Operand)[] rest)
    : Expression(at, [first, .. rest.Select(static link => link.Operand)])
{
    public override void Walk(NodeVisitor visitor)
    {
        visitor.Visit(first);
        foreach ((_, Expression operand) in rest) visitor.Visit(operand);
    }

    public override Value Evaluate(Frame frame)
    {
        Value left = first.Evaluate(frame);
        foreach ((Comparison operation, Expression operand) in rest)
        {
            Value right = operand.Evaluate(frame);
            frame.Rendering.At = At;
            if (!Ordering.Holds(frame.Rendering, operation, left, right)) return BooleanValue.False;
            left = right;
        }
        return BooleanValue.True;
    }
}

/// <summary>`a if test else b`; without else an undefined value.</summary>
internal sealed class Conditional(int at, Expression test, Expression then, Expression? otherwise) : Expression(at, test,
    then, otherwise)
{
    public override void Walk(NodeVisitor visitor)
    {
        visitor.Visit([test, then]);
        visitor.VisitOptional(otherwise);
    }

    public override Value Evaluate(Frame frame)
    {
        if (test.Evaluate(frame).IsTruthy) return then.Evaluate(frame);
        return otherwise?.Evaluate(frame)
            ?? new UndefinedValue("the inline if-expression evaluated to false and no else section was defined");
    }
}
