namespace Jibun.Templates.Scoping;

internal enum LoadKind
{
    Parameter,
    FromContext,
    FromOuterScope,
    Missing,
}

/// <summary>
/// The names of one scope and what each holds when the scope is entered. The rules are those of Jinja's name analysis.
/// </summary>
internal sealed class Symbols(FunctionScope function, Symbols? parent)
{
    private readonly Dictionary<string, Variable> references = [];
    private readonly List<(Variable Variable, string Name)> declared = [];
    private readonly Dictionary<Variable, (LoadKind Kind, Variable? From)> loads = [];
    private readonly HashSet<string> stores = [];
    private readonly int level = parent is null ? 0 : parent.level + 1;

    public FunctionScope Function => function;

    public Variable? Find(string name)
    {
        for (Symbols? scope = this; scope is not null; scope = scope.Parent)
            if (scope.references.TryGetValue(name, out Variable? variable)) return variable;
        return null;
    }

    private Symbols? Parent => parent;

    public void Load(string name)
    {
        if (Find(name) is null) Declare(name, LoadKind.FromContext, null);
    }

    /// <summary>A conditional assignment may not happen: the name then still has its outer meaning.</summary>
    public void Store(string name, bool isConditional)
    {
        if (!stores.Add(name) || references.ContainsKey(name)) return;
        Variable? outer = parent?.Find(name);
        Declare(name, outer is not null ? LoadKind.FromOuterScope : isConditional ? LoadKind.FromContext : LoadKind.Missing,
            outer);
    }

    public Variable DeclareParameter(string name)
    {
        stores.Add(name);
        return Declare(name, LoadKind.Parameter, null);
    }

    /// <summary>What to do when the scope is entered and left.</summary>
    public ScopeEntry ToEntry()
    {
        List<ScopeEntry.Step> steps = [];
        foreach ((Variable variable, string name) in declared)
        {
            (LoadKind kind, Variable? from) = loads[variable];
            steps.Add(new ScopeEntry.Step(kind, variable.Slot, name, from?.SeenFrom(function) ?? default));
        }
        return new ScopeEntry([.. steps]);
    }

    private Variable Declare(string name, LoadKind kind, Variable? from)
    {
        Variable variable = function.Declare(level, name);
        references[name] = variable;
        if (!loads.ContainsKey(variable)) declared.Add((variable, name));
        loads[variable] = (kind, from);
        return variable;
    }
}
