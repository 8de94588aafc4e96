using Jibun.Templates.Nodes;

namespace Jibun.Templates.Scoping;

/// <summary>Finds the names of one scope; inner scopes are left to themselves.</summary>
internal sealed class SymbolCollector(Symbols symbols) : NodeVisitor
{
    private bool isConditional;

    public override void Visit(Node node)
    {
        switch (node)
        {
            case Name { Use: NameUse.Load } name:
                symbols.Load(name.Text);
                break;
            case Name { Use: NameUse.Store } name:
                symbols.Store(name.Text, isConditional);
                break;
            case Name name:
                symbols.DeclareParameter(name.Text);
                break;
            case If:
                bool outer = isConditional;
                isConditional = true;
                node.Walk(this);
                isConditional = outer;
                break;
            case For loop:
                Visit(loop.Items);
                break;
            case MacroDefinition macro:
                Visit(macro.Name);
                break;
            case CallBlock block:
                Visit(block.Call);
                break;
            case FilterBlock block:
                Visit(block.Filter);
                break;
            case SetBlock block:
                Visit(block.Target);
                break;
            case With with:
                Visit(with.Values);
                break;
            default:
                node.Walk(this);
                break;
        }
    }
}

/// <summary>Finds names that are read, at any depth, before anything there gives them a value.</summary>
internal sealed class UndeclaredNames(params ReadOnlySpan<string> names) : NodeVisitor
{
    private readonly List<string> sought = [.. names];
    private readonly HashSet<string> found = [];

    public bool Contains(string name) => found.Contains(name);

    public override void Visit(Node node)
    {
        if (node is Name name)
        {
            if (name.Use != NameUse.Load) sought.Remove(name.Text);
            else if (sought.Contains(name.Text)) found.Add(name.Text);
        }
        else if (node is MacroDefinition definition) definition.Macro.Walk(this);
        else node.Walk(this);
    }
}
