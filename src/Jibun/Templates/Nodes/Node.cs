using Jibun.Templates.Runtime;

namespace Jibun.Templates.Nodes;

/// <summary>A part of a parsed template.</summary>
internal abstract class Node(int at)
{
    /// <summary>Offset in the source.</summary>
    public int At => at;

    /// <summary>Shows the parts of this node to a visitor, in source order.</summary>
    public abstract void Walk(NodeVisitor visitor);
}

internal abstract class NodeVisitor
{
    public abstract void Visit(Node node);

    public void Visit(ReadOnlySpan<Expression> nodes)
    {
        foreach (Expression node in nodes) Visit(node);
    }

    public void Visit(ReadOnlySpan<Statement> nodes)
    {
        foreach (Statement node in nodes) Visit(node);
    }

    public void VisitOptional(Node? node)
    {
        if (node is not null) Visit(node);
    }
}

internal abstract class Expression : Node
{
    /// <summary>Levels of expressions inside each other: evaluation recurses as deep.</summary>
    private const int MaxHeight = 200;

    protected Expression(int at, params ReadOnlySpan<Expression?> parts) : base(at)
    {
        foreach (Expression? part in parts)
        {
            if (part is null) continue;
            Height = Math.Max(Height, part.Height + 1);
            Cost += part.Cost;
        }
        if (Height > MaxHeight) throw new TemplateError($"expression is nested deeper than {MaxHeight} levels", at);
    }

    public int Height { get; }

    /// <summary>Steps of one evaluation, calls not counted.</summary>
    public int Cost { get; } = 1;

    public abstract Value Evaluate(Frame frame);

    public override void Walk(NodeVisitor visitor)
    {
    }
}

/// <summary>What becomes of the statements after this one.</summary>
internal enum Flow
{
    Next,
    Break,
    Continue,
}

internal abstract class Statement(int at) : Node(at)
{
    public abstract Flow Execute(Frame frame);

    public static Flow ExecuteAll(ReadOnlySpan<Statement> body, Frame frame)
    {
        foreach (Statement statement in body)
        {
            Flow flow = statement.Execute(frame);
            if (flow != Flow.Next) return flow;
        }
        return Flow.Next;
    }
}
