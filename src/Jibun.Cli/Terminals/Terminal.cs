using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Jibun.Cli.Terminals;

/// <summary>
/// Where a verb reads and writes: data on <see cref="Out"/>, progress and notes on <see cref="Error"/>. Lines end with a line feed on every
/// system, so that a program reads the same bytes everywhere.
/// </summary>
internal class Terminal(TextReader input, TextWriter output, TextWriter error)
{
    private static readonly SearchValues<char> s_commands =
        SearchValues.Create([.. Enumerable.Range(0, 0xA0).Select(code => (char)code).Where(c => char.IsControl(c) && c is not ('\n' or '\t'))]);

    private static readonly JsonWriterOptions s_jsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public virtual TextReader In { get; } = input;

    public TextWriter Out { get; } = EndingLinesAlike(output);

    public TextWriter Error { get; } = EndingLinesAlike(error);

    public bool InputIsTerminal { get; init; }

    public bool OutputIsTerminal { get; init; }

    /// <summary>Escape sequences are welcome: a terminal that is not dumb, and nobody asked for NO_COLOR.</summary>
    public bool Colours { get; init; }

    /// <summary>Lines can be edited in place: both ends are a terminal that understands cursor movements.</summary>
    public bool CanEdit { get; init; }

    /// <summary>Cells in a line.</summary>
    public virtual int Width => 80;

    public virtual int Height => 25;

    /// <summary>Cancelled by Ctrl-C and by a request to terminate.</summary>
    public virtual CancellationToken Interrupted => CancellationToken.None;

    public virtual InterruptScope CatchInterrupt() => new(CancellationTokenSource.CreateLinkedTokenSource(Interrupted), () => { });

    public string Dim(string text) => Styled(text, "2");

    public string Bold(string text) => Styled(text, "1");

    public string Accent(string text) => Styled(text, "36");

    /// <summary>Without what a terminal could take for a command: no model, and no model's file, may move the cursor or set the title.</summary>
    public static string Plain(string text) => text.AsSpan().ContainsAny(s_commands) ? string.Concat(text.Where(c => !s_commands.Contains(c))) : text;

    /// <summary>Text that is not the program's own, as stdout takes it: byte for byte unless that is a terminal.</summary>
    public string Foreign(string text) => OutputIsTerminal ? Plain(text) : text;

    /// <summary>Everything on stdin; an interrupt ends the waiting although the read goes on.</summary>
    public Task<string> ReadAllAsync(CancellationToken cancel) => Task.Run(In.ReadToEnd, cancel).WaitAsync(cancel);

    /// <summary>A text file, or stdin when there is no path.</summary>
    public TextReader OpenText(string? path) => path is null or "-" ? In : new StreamReader(path);

    /// <summary>Writes a line that nobody asked for, and rings the bell where lines are edited.</summary>
    public void WriteNotice(string line)
    {
        string shown = string.Concat(line.Select(c => char.IsControl(c) ? ' ' : c));
        Out.Write($"{(CanEdit ? "\a" : "")}{Accent(shown)}{(CanEdit ? "\r\n" : "\n")}");
        Out.Flush();
    }

    /// <summary>Writes one line of JSON to stdout.</summary>
    public void WriteJson(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer, s_jsonOptions))
            write(writer);
        Out.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
        Out.Flush();
    }

    private static TextWriter EndingLinesAlike(TextWriter writer)
    {
        writer.NewLine = "\n";
        return writer;
    }

    private string Styled(string text, string code) => Colours ? $"\e[{code}m{text}\e[0m" : text;
}
