using Jibun.Templates.Builtins;
using Jibun.Templates.Nodes;
using Jibun.Templates.Runtime;

namespace Jibun.Templates.Scoping;

/// <summary>Gives every name its slot and every filter and test its function.</summary>
internal sealed class Binder : NodeVisitor
{
    private FunctionScope function;
    private Symbols symbols;
    private bool mayNeverRun; // inside if: an unknown filter is an error only when it runs

    private Binder(FunctionScope function)
    {
        this.function = function;
        symbols = new Symbols(function, null);
    }

    public static (FunctionScope Function, ScopeEntry Scope) Bind(ReadOnlySpan<Statement> template)
    {
        ExecutionStack.Check();
        Binder binder = new(new FunctionScope(null));
        new SymbolCollector(binder.symbols).Visit(template);
        binder.Visit(template);
        return (binder.function, binder.symbols.ToEntry());
    }

    public override void Visit(Node node)
    {
        switch (node)
        {
            case Name name:
                name.Bind(symbols.Find(name.Text)!.SeenFrom(function));
                break;
            case If or Conditional:
                bool outer = mayNeverRun;
                mayNeverRun = true;
                node.Walk(this);
                mayNeverRun = outer;
                break;
            case FilterCall call:
                call.Filter = Filters.Find(call.Name);
                if (call.Filter is null && !mayNeverRun) throw new TemplateError($"no filter named '{call.Name}'", call.At);
                node.Walk(this);
                break;
            case TestCall call:
                call.Test = Tests.Find(call.Name);
                if (call.Test is null && !mayNeverRun) throw new TemplateError($"no test named '{call.Name}'", call.At);
                node.Walk(this);
                break;
            case For loop:
                BindLoop(loop);
                break;
            case MacroDefinition macro:
                Visit(macro.Name);
                BindMacro(macro.Macro, macro.At);
                break;
            case CallBlock block:
                Visit(block.Call);
                BindMacro(block.Caller, block.At);
                break;
            case SetBlock block:
                Visit(block.Target);
                BindScope(block, [.. block.Body], block.Filter);
                break;
            case FilterBlock block:
                BindScope(block, [.. block.Body], block.Filter);
                break;
            case With with:
                Visit(with.Values);
                BindScope(with, [.. with.Targets, .. with.Body], null);
                break;
            default:
                node.Walk(this);
                break;
        }
    }

    private void BindScope(ScopedStatement statement, ReadOnlySpan<Node> body, Node? filter)
    {
        Symbols inner = new(function, symbols);
        SymbolCollector collector = new(inner);
        foreach (Node node in body) collector.Visit(node);
        collector.VisitOptional(filter);
        Within(function, inner, body);
        if (filter is not null) Within(function, inner, [filter]);
        statement.Scope = inner.ToEntry();
    }

    private void BindLoop(For loop)
    {
        Visit(loop.Items);
        new LoopNameGuard().Visit(loop);
        FunctionScope inside = loop.IsRecursive ? new FunctionScope(function) : function;
        loop.Function = inside;
        Symbols body = new(inside, symbols);
        UndeclaredNames special = new("loop");
        special.Visit(loop.Body);
        if (loop.IsRecursive || special.Contains("loop")) loop.LoopVariable = body.DeclareParameter("loop");
        DeclareTargets(body, loop.Target);
        new SymbolCollector(body).Visit(loop.Body);
        BindFilter(loop, inside);
        Within(inside, body, [loop.Target, .. loop.Body]);
        loop.Scope = body.ToEntry();

        Symbols otherwise = new(inside, symbols);
        new SymbolCollector(otherwise).Visit(loop.Otherwise);
        Within(inside, otherwise, [.. loop.Otherwise]);
        loop.OtherwiseScope = otherwise.ToEntry();
    }

    private void BindFilter(For loop, FunctionScope inside)
    {
        if (loop.Filter is not { } filter) return;
        filter.Function = new FunctionScope(inside);
        Symbols test = new(filter.Function, symbols);
        DeclareTargets(test, filter.Target);
        new SymbolCollector(test).Visit(filter.Test);
        Within(filter.Function, test, [filter.Target, filter.Test]);
        filter.Scope = test.ToEntry();
    }

    private void BindMacro(MacroBody macro, int at)
    {
        macro.Function = new FunctionScope(function);
        Symbols inner = new(macro.Function, symbols);
        macro.Walk(new SymbolCollector(inner));
        UndeclaredNames special = new("caller", "kwargs", "varargs");
        special.Visit(macro.Body);
        int explicitCaller = Array.FindIndex(macro.Parameters, static parameter => parameter.Text == "caller");
        if (special.Contains("caller"))
        {
            if (explicitCaller < 0) macro.Caller = inner.DeclareParameter("caller");
            else if (explicitCaller < macro.Parameters.Length - macro.Defaults.Length)
                throw new TemplateError("the special argument 'caller' must be omitted or be given a default", at);
        }
        if (special.Contains("kwargs") && !Takes(macro, "kwargs")) macro.NamedRest = inner.DeclareParameter("kwargs");
        if (special.Contains("varargs") && !Takes(macro, "varargs")) macro.PositionalRest = inner.DeclareParameter("varargs");
        Within(macro.Function, inner, [.. macro.Parameters, .. macro.Defaults, .. macro.Body]);
        macro.Scope = inner.ToEntry();
    }

    private static bool Takes(MacroBody macro, string name) =>
        Array.Exists(macro.Parameters, parameter => parameter.Text == name);

    private static void DeclareTargets(Symbols symbols, Expression target)
    {
        if (target is Name name) symbols.DeclareParameter(name.Text);
        else if (target is TupleTarget tuple) foreach (Expression item in tuple.Items) DeclareTargets(symbols, item);
    }

    private void Within(FunctionScope inside, Symbols scope, ReadOnlySpan<Node> nodes)
    {
        (FunctionScope outerFunction, Symbols outerSymbols, bool outerMayNeverRun) = (function, symbols, mayNeverRun);
        (function, symbols, mayNeverRun) = (inside, scope, false);
        foreach (Node node in nodes) Visit(node);
        (function, symbols, mayNeverRun) = (outerFunction, outerSymbols, outerMayNeverRun);
    }

    /// <summary>Nothing inside a loop may assign `loop`.</summary>
    private sealed class LoopNameGuard : NodeVisitor
    {
        public override void Visit(Node node)
        {
            if (node is Name { Use: NameUse.Store, Text: "loop" })
                throw new TemplateError("cannot assign to the special variable loop", node.At);
            node.Walk(this);
        }
    }
}
