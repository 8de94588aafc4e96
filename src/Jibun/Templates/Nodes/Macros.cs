using Jibun.Templates.Runtime;
using Jibun.Templates.Scoping;
using Jibun.Templates.Values;

namespace Jibun.Templates.Nodes;

/// <summary>Parameters and body, of a macro or of what a call block passes as `caller`.</summary>
internal sealed class MacroBody(string? name, Name[] parameters, Expression[] defaults, Statement[] body)
{
    public string? Name => name;

    public Name[] Parameters => parameters;

    /// <summary>Of the last parameters.</summary>
    public Expression[] Defaults => defaults;

    public Statement[] Body => body;

    /// <summary>Set once by the binder, as what follows.</summary>
    public FunctionScope? Function { get; set; }

    public ScopeEntry Scope { get; set; } = ScopeEntry.Empty;

    /// <summary>Slots for the special names; null where the body does not use them.</summary>
    public Variable? Caller { get; set; }

    public Variable? NamedRest { get; set; }

    public Variable? PositionalRest { get; set; }

    public void Walk(NodeVisitor visitor)
    {
        foreach (Name parameter in parameters) visitor.Visit(parameter);
        visitor.Visit(defaults);
        visitor.Visit(body);
    }
}

/// <summary>`{% macro name(parameters) %}`</summary>
internal sealed class MacroDefinition(int at, Name name, MacroBody macro) : Statement(at)
{
    public Name Name => name;

    public MacroBody Macro => macro;

    public override void Walk(NodeVisitor visitor)
    {
        visitor.Visit(name);
        macro.Walk(visitor);
    }

    public override Flow Execute(Frame frame)
    {
        frame.Rendering.Charge(1);
        name.Assign(frame, new MacroValue(macro, frame));
        return Flow.Next;
    }
}

/// <summary>`{% call(parameters) macro(arguments) %}body{% endcall %}`</summary>
internal sealed class CallBlock(int at, Call call, MacroBody caller) : Statement(at)
{
    public Call Call => call;

    public MacroBody Caller => caller;

    public override void Walk(NodeVisitor visitor)
    {
        visitor.Visit(call);
        caller.Walk(visitor);
    }

    public override Flow Execute(Frame frame)
    {
        frame.Rendering.Charge(call.Cost);
        frame.Output.AppendText(call.Evaluate(frame, new MacroValue(caller, frame)));
        return Flow.Next;
    }
}
