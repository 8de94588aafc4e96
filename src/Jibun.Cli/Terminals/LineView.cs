using System.Globalization;
using System.Text;

namespace Jibun.Cli.Terminals;

/// <summary>Draws a line buffer below the text that is already there, wrapped by cells, and redraws it in place.</summary>
internal sealed class LineView(TextWriter output, string prompt, int width, int height)
{
    private readonly int _indent = CellWidth.Of(prompt);
    private int _cursorRow;

    private string Erasure => _cursorRow > 0 ? $"\r\e[{_cursorRow}A\e[J" : "\r\e[J";

    /// <param name="styledPrompt">The prompt with its colours; it takes as many cells as the plain one.</param>
    public void Draw(LineBuffer buffer, string styledPrompt)
    {
        (List<string> rows, int row, int column) = Layout(buffer);
        int first = Math.Max(0, Math.Min(row, rows.Count - Math.Max(1, height - 1)));
        int shown = Math.Min(rows.Count - first, Math.Max(1, height - 1));

        StringBuilder screen = new(Erasure);
        for (int i = first; i < first + shown; i++)
        {
            if (i > first) screen.Append("\r\n");
            screen.Append(i == 0 ? styledPrompt : new string(' ', _indent)).Append(rows[i]);
        }
        int below = first + shown - 1 - row;
        if (below > 0) screen.Append($"\e[{below}A");
        screen.Append('\r');
        if (_indent + column > 0) screen.Append($"\e[{_indent + column}C");
        _cursorRow = row - first;
        output.Write(screen.ToString());
        output.Flush();
    }

    /// <summary>Takes it off the screen; whoever writes now leaves the cursor at the start of a line.</summary>
    public void Erase()
    {
        output.Write(Erasure);
        _cursorRow = 0;
    }

    /// <summary>Leaves the text on the screen and goes below it.</summary>
    public void Finish(LineBuffer buffer, string styledPrompt)
    {
        buffer.Set(buffer.Text);
        Draw(buffer, styledPrompt);
        _cursorRow = 0;
        output.Write("\r\n");
        output.Flush();
    }

    // A row ends at a line break or where the next character would not fit; the last cell stays free for the cursor.
    private (List<string> Rows, int CursorRow, int CursorColumn) Layout(LineBuffer buffer)
    {
        int room = Math.Max(2, width - _indent - 1);
        List<string> rows = [];
        StringBuilder row = new();
        int at = 0, cells = 0, cursorRow = 0, cursorColumn = 0;
        while (true)
        {
            if (at == buffer.Cursor) (cursorRow, cursorColumn) = (rows.Count, cells);
            if (at == buffer.Text.Length) break;
            int length = StringInfo.GetNextTextElementLength(buffer.Text, at);
            string element = buffer.Text.Substring(at, length);
            int elementCells = CellWidth.OfTextElement(element);
            if (element is "\n" || cells + elementCells > room)
            {
                rows.Add(row.ToString());
                row.Clear();
                cells = 0;
                if (at == buffer.Cursor && element is not "\n") (cursorRow, cursorColumn) = (rows.Count, 0);
            }
            if (element is not "\n")
            {
                row.Append(element is "\t" ? " " : element);
                cells += element is "\t" ? 1 : elementCells;
            }
            at += length;
        }
        rows.Add(row.ToString());
        return (rows, cursorRow, cursorColumn);
    }
}
