using Jibun.Templates.Runtime;
using Jibun.Templates.Scoping;

namespace Jibun.Templates.Nodes;

/// <summary>A statement whose body has names of its own.</summary>
internal abstract class ScopedStatement(int at, Statement[] body) : Statement(at)
{
    public Statement[] Body => body;

    /// <summary>Set once by the binder.</summary>
    public ScopeEntry Scope { get; set; } = ScopeEntry.Empty;

    /// <summary>Runs the body and returns what it printed; null where it was left by break or continue.</summary>
    protected Value? Capture(Frame frame, out Flow flow)
    {
        TextBuilder outer = frame.Output;
        frame.Output = new TextBuilder(frame.Rendering);
        flow = ExecuteAll(body, frame);
        Value? text = flow == Flow.Next ? Value.From(frame.Output.ToString()) : null;
        frame.Output = outer;
        return text;
    }
}

/// <summary>`{% set target %}text{% endset %}`</summary>
internal sealed class SetBlock(int at, Expression target, FilterCall? filter, Statement[] body) : ScopedStatement(at, body)
{
    public Expression Target => target;

    public FilterCall? Filter => filter;

    public override void Walk(NodeVisitor visitor)
    {
        visitor.Visit(target);
        visitor.VisitOptional(filter);
        visitor.Visit(Body);
    }

    public override Flow Execute(Frame frame)
    {
        frame.Rendering.At = At;
        frame.Rendering.Charge(1 + (filter?.Cost ?? 0));
        Scope.Enter(frame);
        if (Capture(frame, out Flow flow) is { } text)
        {
            Value value = filter?.EvaluateOn(frame, text) ?? text;
            frame.Rendering.At = At;
            ((ITarget)target).Assign(frame, value);
        }
        Scope.Leave(frame);
        return flow;
    }
}

/// <summary>`{% filter name %}text{% endfilter %}`</summary>
internal sealed class FilterBlock(int at, FilterCall filter, Statement[] body) : ScopedStatement(at, body)
{
    public FilterCall Filter => filter;

    public override void Walk(NodeVisitor visitor)
    {
        visitor.Visit(Body);
        visitor.Visit(filter);
    }

    public override Flow Execute(Frame frame)
    {
        frame.Rendering.At = At;
        frame.Rendering.Charge(filter.Cost);
        Scope.Enter(frame);
        if (Capture(frame, out Flow flow) is { } text) frame.Output.AppendText(filter.EvaluateOn(frame, text));
        Scope.Leave(frame);
        return flow;
    }
}

/// <summary>`{% with a = 1 %}`, and `{% generation %}`, which declares nothing.</summary>
internal sealed class With(int at, Expression[] targets, Expression[] values, Statement[] body) : ScopedStatement(at, body)
{
    public Expression[] Targets => targets;

    public Expression[] Values => values;

    public override void Walk(NodeVisitor visitor)
    {
        visitor.Visit(targets);
        visitor.Visit(values);
        visitor.Visit(Body);
    }

    public override Flow Execute(Frame frame)
    {
        frame.Rendering.At = At;
        Scope.Enter(frame);
        for (int i = 0; i < targets.Length; i++)
        {
            frame.Rendering.Charge(values[i].Cost);
            ((ITarget)targets[i]).Assign(frame, values[i].Evaluate(frame));
        }
        Flow flow = ExecuteAll(Body, frame);
        Scope.Leave(frame);
        return flow;
    }
}
