namespace Jibun.Cli.Terminals;

/// <summary>Columns under dim heads; numbers stand to the right.</summary>
/// <param name="heads">A head that begins with '&gt;' aligns its column to the right.</param>
internal sealed class ColumnTable(params string[] heads)
{
    private readonly List<string[]> _rows = [[.. heads.Select(head => head.TrimStart('>'))]];

    public void Add(params string[] cells) => _rows.Add([.. cells.Select(Terminal.Plain)]);

    public void Write(Terminal terminal)
    {
        int[] widths = [.. heads.Select((_, column) => _rows.Max(row => CellWidth.Of(row[column])))];
        for (int row = 0; row < _rows.Count; row++)
        {
            string line = string.Join("  ", _rows[row].Select((cell, column) => Pad(cell, widths[column], heads[column].StartsWith('>')))).TrimEnd();
            terminal.Out.WriteLine(row == 0 ? terminal.Dim(line) : line);
        }
    }

    private static string Pad(string cell, int width, bool toTheRight)
    {
        string room = new(' ', width - CellWidth.Of(cell));
        return toTheRight ? room + cell : cell + room;
    }
}
