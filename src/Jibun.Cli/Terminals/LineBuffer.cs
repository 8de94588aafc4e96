using System.Globalization;

namespace Jibun.Cli.Terminals;

/// <summary>The text that is being edited and the cursor in it. The cursor never stands inside a user-perceived character.</summary>
internal sealed class LineBuffer
{
    private string _killed = "";

    public string Text { get; private set; } = "";

    /// <summary>UTF-16 units before the cursor.</summary>
    public int Cursor { get; private set; }

    public bool IsEmpty => Text.Length == 0;

    private int LineStart => Text.LastIndexOf('\n', Math.Max(0, Cursor - 1), Cursor) + 1;

    private int LineEnd => Text.IndexOf('\n', Cursor) is >= 0 and int end ? end : Text.Length;

    public void Set(string text)
    {
        Text = text;
        Cursor = text.Length;
    }

    public void Insert(string text)
    {
        Text = Text.Insert(Cursor, text);
        Cursor += text.Length;
    }

    public void Left() => Cursor = Previous();

    public void Right() => Cursor = Next();

    public void Home() => Cursor = LineStart;

    public void End() => Cursor = LineEnd;

    public void WordLeft() => Cursor = PreviousWord();

    public void WordRight()
    {
        while (Cursor < Text.Length && char.IsWhiteSpace(Text[Cursor])) Cursor++;
        while (Cursor < Text.Length && !char.IsWhiteSpace(Text[Cursor])) Cursor++;
    }

    /// <summary>To the line above, at the same distance from its start; false on the first line.</summary>
    public bool Up()
    {
        int start = LineStart;
        if (start == 0) return false;
        int column = Cursor - start;
        int above = start < 2 ? 0 : Text.LastIndexOf('\n', start - 2) + 1;
        Cursor = AlignToCharacter(Math.Min(above + column, start - 1));
        return true;
    }

    /// <summary>To the line below; false on the last line.</summary>
    public bool Down()
    {
        int end = LineEnd;
        if (end == Text.Length) return false;
        int column = Cursor - LineStart;
        int belowEnd = Text.IndexOf('\n', end + 1) is >= 0 and int next ? next : Text.Length;
        Cursor = AlignToCharacter(Math.Min(end + 1 + column, belowEnd));
        return true;
    }

    public void Backspace() => Remove(Previous(), Cursor);

    public void Delete() => Remove(Cursor, Next());

    public void KillToEnd() => Kill(Cursor, LineEnd == Cursor ? Next() : LineEnd);

    public void KillToStart() => Kill(LineStart, Cursor);

    public void KillWord() => Kill(PreviousWord(), Cursor);

    public void Yank() => Insert(_killed);

    private void Kill(int start, int end)
    {
        if (start == end) return;
        _killed = Text[start..end];
        Remove(start, end);
    }

    private void Remove(int start, int end)
    {
        Text = Text.Remove(start, end - start);
        Cursor = start;
    }

    private int Next() => Cursor == Text.Length ? Cursor : Cursor + StringInfo.GetNextTextElementLength(Text, Cursor);

    private int Previous() => Cursor == 0 ? 0 : AlignToCharacter(Cursor - 1);

    private int PreviousWord()
    {
        int at = Cursor;
        while (at > 0 && char.IsWhiteSpace(Text[at - 1])) at--;
        while (at > 0 && !char.IsWhiteSpace(Text[at - 1])) at--;
        return at;
    }

    /// <summary>The start of the user-perceived character that the position lies in.</summary>
    private int AlignToCharacter(int position)
    {
        int start = Text.LastIndexOf('\n', Math.Max(0, position - 1), position) + 1;
        while (start < position)
        {
            int length = StringInfo.GetNextTextElementLength(Text, start);
            if (start + length > position) break;
            start += length;
        }
        return start;
    }
}
