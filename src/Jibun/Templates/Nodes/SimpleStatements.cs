using Jibun.Templates.Runtime;

namespace Jibun.Templates.Nodes;

/// <summary>Template text between tags.</summary>
internal sealed class Text(int at, string text) : Statement(at)
{
    public override void Walk(NodeVisitor visitor)
    {
    }

    public override Flow Execute(Frame frame)
    {
        frame.Rendering.At = At;
        frame.Output.Append(text);
        return Flow.Next;
    }
}

/// <summary>`{{ value }}`</summary>
internal sealed class Print(int at, Expression value) : Statement(at)
{
    public override void Walk(NodeVisitor visitor) => visitor.Visit(value);

    public override Flow Execute(Frame frame)
    {
        frame.Rendering.At = At;
        frame.Rendering.Charge(value.Cost);
        frame.Output.AppendText(value.Evaluate(frame));
        return Flow.Next;
    }
}

/// <summary>The arms in their order; the one without a test is else.</summary>
internal sealed class If(int at, (Expression? Test, Statement[] Body)[] arms) : Statement(at)
{
    public override void Walk(NodeVisitor visitor)
    {
        foreach ((Expression? test, Statement[] body) in arms)
        {
            visitor.VisitOptional(test);
            visitor.Visit(body);
        }
    }

    public override Flow Execute(Frame frame)
    {
        foreach ((Expression? test, Statement[] body) in arms)
        {
            frame.Rendering.At = At;
            frame.Rendering.Charge(test?.Cost ?? 1);
            if (test is null || test.Evaluate(frame).IsTruthy) return ExecuteAll(body, frame);
        }
        return Flow.Next;
    }
}

/// <summary>`{% set target = value %}`</summary>
internal sealed class Set(int at, Expression target, Expression value) : Statement(at)
{
    public override void Walk(NodeVisitor visitor) => visitor.Visit([value, target]);

    public override Flow Execute(Frame frame)
    {
        frame.Rendering.At = At;
        frame.Rendering.Charge(value.Cost);
        CheckNamespaces(frame, target);
        Value result = value.Evaluate(frame);
        frame.Rendering.At = At;
        ((ITarget)target).Assign(frame, result);
        return Flow.Next;
    }

    /// <summary>Jinja refuses a target that is no namespace before it evaluates the value.</summary>
    private static void CheckNamespaces(Frame frame, Expression target)
    {
        if (target is NamespaceTarget attribute) attribute.Check(frame);
        else if (target is TupleTarget tuple) foreach (Expression item in tuple.Items) CheckNamespaces(frame, item);
    }
}

/// <summary>`{% break %}` and `{% continue %}`</summary>
internal sealed class LoopControl(int at, Flow flow) : Statement(at)
{
    public override void Walk(NodeVisitor visitor)
    {
    }

    public override Flow Execute(Frame frame)
    {
        frame.Rendering.Charge(1);
        return flow;
    }
}
