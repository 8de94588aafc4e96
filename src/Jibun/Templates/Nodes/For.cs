using Jibun.Templates.Runtime;
using Jibun.Templates.Scoping;
using Jibun.Templates.Values;

namespace Jibun.Templates.Nodes;

/// <summary>`{% for target in items if test recursive %}body{% else %}otherwise{% endfor %}`</summary>
internal sealed class For(
    int at, Expression target, Expression items, LoopFilter? filter, bool isRecursive, Statement[] body, Statement[] otherwise)
    : ScopedStatement(at, body)
{
    public Expression Target => target;

    public Expression Items => items;

    public LoopFilter? Filter => filter;

    public Statement[] Otherwise => otherwise;

    public bool IsRecursive => isRecursive;

    /// <summary>The scope of else, set once by the binder.</summary>
    public ScopeEntry OtherwiseScope { get; set; } = ScopeEntry.Empty;

    /// <summary>The variable `loop`; null where the body never names it.</summary>
    public Variable? LoopVariable { get; set; }

    /// <summary>A recursive loop runs with frames of its own.</summary>
    public FunctionScope? Function { get; set; }

    public override void Walk(NodeVisitor visitor)
    {
        visitor.Visit([target, items]);
        visitor.Visit(Body);
        visitor.Visit(otherwise);
        visitor.VisitOptional(filter?.Test);
    }

    public override Flow Execute(Frame frame)
    {
        frame.Rendering.At = At;
        frame.Rendering.Charge(items.Cost);
        Value source = items.Evaluate(frame);
        frame.Rendering.At = At;
        if (!isRecursive) return Run(frame, source, null, 0);
        frame.Output.Append(Recurse(frame, source, 0));
        return Flow.Next;
    }

    /// <summary>One level of a recursive loop, as text.</summary>
    public string Recurse(Frame outer, Value source, int depth)
    {
        TextBuilder output = new(outer.Rendering);
        Frame frame = new(outer.Rendering, outer, Function!.VariableCount, output);
        outer.Rendering.EnterCall();
        Run(frame, source, outer, depth);
        outer.Rendering.LeaveCall();
        return output.ToString();
    }

    private Flow Run(Frame frame, Value source, Frame? recursion, int depth)
    {
        Rendering rendering = frame.Rendering;
        Value iterable = filter is null ? source : filter.Apply(frame, source);
        LoopValue loop = new(rendering, iterable, recursion is null ? null : this, recursion, depth);
        if (LoopVariable is not null) frame.Variables[LoopVariable.Slot] = null;
        bool isEmpty = true;
        while (loop.MoveNext())
        {
            rendering.At = At;
            rendering.Charge(1);
            ((ITarget)target).Assign(frame, loop.Current);
            if (LoopVariable is not null) frame.Variables[LoopVariable.Slot] = loop;
            Scope.Enter(frame);
            Flow flow = ExecuteAll(Body, frame);
            if (flow == Flow.Break) break;
            if (flow == Flow.Next) isEmpty = false; // an iteration cut short does not count, as in Jinja
        }
        Scope.Leave(frame);
        if (!isEmpty || otherwise.Length == 0) return Flow.Next;
        OtherwiseScope.Enter(frame);
        Flow last = ExecuteAll(otherwise, frame);
        OtherwiseScope.Leave(frame);
        return last;
    }
}

/// <summary>The `if` of a for: its test sees the targets in a frame of their own, since it may run ahead of the body.</summary>
internal sealed class LoopFilter(Expression target, Expression test)
{
    public Expression Target => target;

    public Expression Test => test;

    public FunctionScope? Function { get; set; }

    public ScopeEntry Scope { get; set; } = ScopeEntry.Empty;

    public Value Apply(Frame outer, Value source)
    {
        IEnumerator<Value> items = source.Iterate(outer.Rendering)
            ?? throw new TemplateError($"'{source.TypeName}' object is not iterable");
        return new IteratorValue("generator", Passing(outer, items), source);
    }

    private IEnumerator<Value> Passing(Frame outer, IEnumerator<Value> items)
    {
        Frame frame = new(outer.Rendering, outer, Function!.VariableCount, outer.Output);
        Scope.Enter(frame);
        while (items.MoveNext())
        {
            outer.Rendering.Charge(test.Cost);
            ((ITarget)target).Assign(frame, items.Current);
            if (test.Evaluate(frame).IsTruthy) yield return target is TupleTarget ? target.Evaluate(frame) : items.Current;
        }
    }
}
