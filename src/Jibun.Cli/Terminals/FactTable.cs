namespace Jibun.Cli.Terminals;

/// <summary>Two columns: names, dim, and what is known about them.</summary>
internal sealed class FactTable
{
    private readonly List<(string Name, string Fact)> _rows = [];

    public FactTable Add(string name, string fact)
    {
        _rows.Add((name, fact));
        return this;
    }

    public FactTable AddKnown(string name, string? fact) => fact is null ? this : Add(name, fact);

    public void Write(Terminal terminal)
    {
        int width = _rows.Count == 0 ? 0 : _rows.Max(row => row.Name.Length);
        foreach ((string name, string fact) in _rows)
            terminal.Out.WriteLine($"{terminal.Dim(name.PadRight(width))}  {Terminal.Plain(fact)}");
    }
}
