using System.Text;

namespace Jibun.Cli.Terminals;

/// <summary>The keys that are pressed, one by one.</summary>
internal interface IKeyboard
{
    ConsoleKeyInfo Read();

    /// <summary>Whether a key waits already, as the rest of an escape sequence does.</summary>
    bool HasKey { get; }
}

/// <summary>How the user left the line.</summary>
internal enum LineEnd
{
    Entered,

    /// <summary>Ctrl-D on an empty line.</summary>
    Closed,

    /// <summary>Ctrl-C on an empty line.</summary>
    Interrupted,
}

/// <summary>
/// Reads a line with the keys that shells have taught: arrows, Home, End, Ctrl-A E B F K U W Y L, Alt-B F, history with up and down.
/// Pasted text keeps its line breaks; Alt-Enter and Ctrl-J start a new line. Notices appear above what is being typed.
/// </summary>
internal sealed class LineEditor(Terminal terminal, IKeyboard keyboard, LineHistory history, Notices notices)
{
    private const string PasteOn = "\e[?2004h", PasteOff = "\e[?2004l", PasteStart = "[200~", PasteEnd = "[201~";

    private readonly LineBuffer _buffer = new();
    private int _recalled; // index in the history; its count stands for the line that is being written
    private string _unfinished = "";

    public async Task<(LineEnd End, string Text)> ReadAsync(string prompt)
    {
        LineView view = new(terminal.Out, prompt, terminal.Width, terminal.Height);
        string styledPrompt = terminal.Accent(prompt);
        _buffer.Set("");
        _recalled = history.Count;
        terminal.Out.Write(PasteOn);
        try
        {
            while (true)
            {
                if (!keyboard.HasKey) view.Draw(_buffer, styledPrompt);
                LineEnd? end = Press(await NextKeyAsync(view, styledPrompt));
                if (end is null) continue;
                view.Finish(_buffer, styledPrompt);
                if (end == LineEnd.Entered && !string.IsNullOrWhiteSpace(_buffer.Text)) history.Add(_buffer.Text);
                return (end.Value, _buffer.Text);
            }
        }
        finally
        {
            terminal.Out.Write(PasteOff);
            terminal.Out.Flush();
        }
    }

    private async Task<ConsoleKeyInfo> NextKeyAsync(LineView view, string styledPrompt)
    {
        if (keyboard.HasKey) return keyboard.Read();
        Task<ConsoleKeyInfo> key = Task.Run(keyboard.Read);
        while (await notices.ComeBefore(key))
        {
            view.Erase();
            foreach (string line in notices.TakeAll()) terminal.WriteNotice(line);
            view.Draw(_buffer, styledPrompt);
        }
        return await key;
    }

    private LineEnd? Press(ConsoleKeyInfo key)
    {
        bool control = key.Modifiers.HasFlag(ConsoleModifiers.Control), alt = key.Modifiers.HasFlag(ConsoleModifiers.Alt);
        switch (key.Key)
        {
            case ConsoleKey.Enter when alt: _buffer.Insert("\n"); break;
            case ConsoleKey.Enter when control: _buffer.Insert("\n"); break; // Ctrl-J
            case ConsoleKey.Enter: return LineEnd.Entered;
            case ConsoleKey.C when control:
                if (_buffer.IsEmpty) return LineEnd.Interrupted;
                _buffer.Set("");
                break;
            case ConsoleKey.D when control:
                if (_buffer.IsEmpty) return LineEnd.Closed;
                _buffer.Delete();
                break;
            case ConsoleKey.LeftArrow when control || alt: case ConsoleKey.B when alt: _buffer.WordLeft(); break;
            case ConsoleKey.RightArrow when control || alt: case ConsoleKey.F when alt: _buffer.WordRight(); break;
            case ConsoleKey.LeftArrow: case ConsoleKey.B when control: _buffer.Left(); break;
            case ConsoleKey.RightArrow: case ConsoleKey.F when control: _buffer.Right(); break;
            case ConsoleKey.Home: case ConsoleKey.A when control: _buffer.Home(); break;
            case ConsoleKey.End: case ConsoleKey.E when control: _buffer.End(); break;
            case ConsoleKey.UpArrow: case ConsoleKey.P when control: if (!_buffer.Up()) Recall(_recalled - 1); break;
            case ConsoleKey.DownArrow: case ConsoleKey.N when control: if (!_buffer.Down()) Recall(_recalled + 1); break;
            case ConsoleKey.Backspace when control || alt: case ConsoleKey.W when control: _buffer.KillWord(); break;
            case ConsoleKey.Backspace: case ConsoleKey.H when control: _buffer.Backspace(); break;
            case ConsoleKey.Delete: _buffer.Delete(); break;
            case ConsoleKey.K when control: _buffer.KillToEnd(); break;
            case ConsoleKey.U when control: _buffer.KillToStart(); break;
            case ConsoleKey.Y when control: _buffer.Yank(); break;
            case ConsoleKey.L when control: terminal.Out.Write("\e[H\e[2J"); break;
            default: Type(key, alt); break;
        }
        return null;
    }

    private void Type(ConsoleKeyInfo key, bool alt)
    {
        // A sequence that the console does not know arrives as Escape and its characters, or as Alt and a bracket.
        if (key.KeyChar == '\e' && keyboard.HasKey) TakeSequence("");
        else if (key.KeyChar == '[' && alt) TakeSequence("[");
        else if (key.KeyChar >= ' ' && key.KeyChar != '\x7f') _buffer.Insert(key.KeyChar.ToString());
        else if (key.KeyChar == '\n') _buffer.Insert("\n");
    }

    private void TakeSequence(string begun)
    {
        StringBuilder sequence = new(begun);
        while (keyboard.HasKey && sequence.Length < 16)
        {
            char next = keyboard.Read().KeyChar;
            sequence.Append(next);
            if (sequence.Length > 1 && (char.IsAsciiLetter(next) || next == '~')) break;
        }
        if (sequence.ToString() == PasteStart) TakePaste();
    }

    private void TakePaste()
    {
        const string end = "\e" + PasteEnd;
        StringBuilder pasted = new();
        while (pasted.Length < end.Length || !EndsPaste(pasted))
        {
            ConsoleKeyInfo key = keyboard.Read();
            if (key.KeyChar == '[' && key.Modifiers.HasFlag(ConsoleModifiers.Alt)) pasted.Append('\e');
            pasted.Append(key.KeyChar);
        }
        pasted.Length -= end.Length;
        _buffer.Insert(pasted.ToString().ReplaceLineEndings("\n").TrimEnd('\n'));

        static bool EndsPaste(StringBuilder text) => text.ToString(text.Length - end.Length, end.Length) == end;
    }

    private void Recall(int index)
    {
        if (index < 0 || index > history.Count) return;
        if (_recalled == history.Count) _unfinished = _buffer.Text;
        _recalled = index;
        _buffer.Set(index == history.Count ? _unfinished : history[index]);
    }
}
