using System.Collections.Concurrent;
using Jibun.Cli.Terminals;

namespace Jibun.Tests.Cli;

public class LineEditorTests
{
    [Theory]
    [InlineData("hello", "hello")]
    [InlineData("helo←l", "hello")]
    [InlineData("world⇤hello ⇥!", "hello world!")]
    [InlineData("one two^W^Wthree", "three")]
    [InlineData("one two^Wthree", "one three")]
    [InlineData("abc^Ax^Ey", "xabcy")]
    [InlineData("abcdef←←←^K!", "abc!")]
    [InlineData("abcdef←←^U!", "!ef")]
    [InlineData("abc def^W^Y^Y", "abc defdef")]
    [InlineData("日本語⌫←本", "日本本")]
    [InlineData("👨‍👩‍👧x←⌫", "x")]
    [InlineData("が⌫か", "か")]
    [InlineData("é←⌦", "")]
    [InlineData("abc^Cdef", "def")]
    [InlineData("ab^D", "ab")]
    [InlineData("one⤶two", "one\ntwo")]
    [InlineData("one⤶two↑!", "one!\ntwo")]
    [InlineData("one⤶two↑↓!", "one\ntwo!")]
    public void Keys_do_what_shells_have_taught(string keys, string text)
    {
        var (end, read, _) = Edit(keys + "⏎");
        Assert.Equal((LineEnd.Entered, text), (end, read));
    }

    [Fact]
    public void Up_and_down_walk_through_what_was_entered_and_keep_what_was_begun()
    {
        LineHistory history = new(null);
        foreach (string entry in (string[])["first", "second", "second"]) history.Add(entry);
        Assert.Equal(2, history.Count);
        Assert.Equal("first", Edit("new↑↑⏎", history).Text);
        Assert.Equal("newer", Edit("new↑↑↓↓er⏎", history).Text);
        Assert.Equal("second!", Edit("↑↑↑↑↓!⏎", history).Text);
    }

    [Theory]
    [InlineData("^C", LineEnd.Interrupted)]
    [InlineData("^D", LineEnd.Closed)]
    public void An_empty_line_can_be_left(string keys, object end) => Assert.Equal((LineEnd)end, Edit(keys).End);

    [Theory]
    [InlineData("\e[200~first\rsecond\n\e[201~ end⏎", "first\nsecond end")]
    [InlineData("⌥[200~日本\n語⌥[201~⏎", "日本\n語")]
    [InlineData("a\e[15~b⏎", "ab")]
    public void Pasted_lines_stay_together_and_unknown_keys_do_nothing(string keys, string text) => Assert.Equal(text, Edit(keys).Text);

    [Fact]
    public void The_cursor_stands_behind_wide_characters()
    {
        string screen = Edit("日本⏎").Screen;
        Assert.Contains("› 日本\r\e[6C", screen); // two cells of prompt, two for each character
    }

    [Fact]
    public async Task A_notice_appears_above_what_is_being_typed()
    {
        StringWriter screen = new();
        Notices notices = new();
        SlowKeyboard keyboard = new();
        LineEditor editor = new(new NarrowTerminal(screen, 20), keyboard, new LineHistory(null), notices);
        Task<(LineEnd End, string Text)> reading = editor.ReadAsync("› ");
        keyboard.Type(new string('日', 9) + "x"); // the second row begins with the last 日
        await UntilShown($"  日x\r\e[5C");
        notices.Add("⏰ The timer\e is up.");
        string above = $"\r\e[1A\e[J⏰ The timer  is up.{Environment.NewLine}";
        await UntilShown($"{above}\r\e[J› {new string('日', 8)}\r\n  日x\r\e[5C");
        keyboard.Type("y\r");
        Assert.Equal((LineEnd.Entered, new string('日', 9) + "xy"), await reading);

        async Task UntilShown(string text)
        {
            while (!screen.ToString().Contains(text, StringComparison.Ordinal)) await Task.Delay(2, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public void Long_lines_wrap_at_the_width_and_the_cursor_finds_its_row()
    {
        string screen = Edit(new string('x', 30) + "⇤⏎", width: 20, slowly: true).Screen;
        string whole = $"› {new string('x', 17)}\r\n  {new string('x', 13)}\e[1A\r\e[2C";
        Assert.Contains(whole, screen);
    }

    [Fact]
    public void History_survives_the_program()
    {
        string file = Path.Combine(Path.GetTempPath(), $"jibun-history-{Guid.NewGuid():N}");
        try
        {
            LineHistory written = new(file);
            string[] entries = ["plain", "two\nlines", "back\\slash\\n", "日本語"];
            foreach (string entry in entries) written.Add(entry);
            LineHistory read = new(file);
            Assert.Equal(entries, Enumerable.Range(0, read.Count).Select(i => read[i]));
            if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("abc", 3)]
    [InlineData("日本", 4)]
    [InlineData("ｱｲ", 2)]
    [InlineData("がぎ", 4)]
    [InlineData("か\u3099", 2)]
    [InlineData("e\u0301", 1)]
    [InlineData("👍🏽", 2)]
    [InlineData("👨‍👩‍👧", 2)]
    [InlineData("❤\uFE0F", 2)]
    [InlineData("…é–", 3)]
    public void Texts_have_their_width(string text, int cells) => Assert.Equal(cells, CellWidth.Of(text));

    private static (LineEnd End, string Text, string Screen) Edit(string keys, LineHistory? history = null, int width = 80, bool slowly = false)
    {
        StringWriter screen = new();
        NarrowTerminal terminal = new(screen, width);
        LineEditor editor = new(terminal, new Script(keys, slowly), history ?? new LineHistory(null), new Notices());
        (LineEnd end, string text) = editor.ReadAsync("› ").GetAwaiter().GetResult();
        return (end, text, screen.ToString());
    }

    /// <summary>Waits for keys, as a person's does.</summary>
    private sealed class SlowKeyboard : IKeyboard
    {
        private readonly BlockingCollection<char> _typed = [];

        public bool HasKey => false;

        public void Type(string text)
        {
            foreach (char c in text) _typed.Add(c);
        }

        public ConsoleKeyInfo Read()
        {
            char c = _typed.Take(TestContext.Current.CancellationToken);
            return new ConsoleKeyInfo(c, c == '\r' ? ConsoleKey.Enter : ConsoleKey.None, false, false, false);
        }
    }

    private sealed class NarrowTerminal(TextWriter output, int width) : Terminal(TextReader.Null, output, TextWriter.Null)
    {
        public override int Width => width;
    }

    /// <summary>Keys as text: ^X is a control key, arrows and the marks below stand for the keys they picture.</summary>
    private sealed class Script(string keys, bool slowly) : IKeyboard
    {
        private readonly Queue<ConsoleKeyInfo> _keys = new(Parse(keys));

        public bool HasKey => !slowly && _keys.Count > 0;

        public ConsoleKeyInfo Read() => _keys.Dequeue();

        private static IEnumerable<ConsoleKeyInfo> Parse(string keys)
        {
            bool control = false, alt = false;
            foreach (char c in keys)
            {
                if (c == '^' && !control) control = true;
                else if (c == '⌥') alt = true;
                else
                {
                    yield return control ? new ConsoleKeyInfo('\0', (ConsoleKey)c, false, false, true) : Key(c, alt);
                    control = alt = false;
                }
            }
        }

        private static ConsoleKeyInfo Key(char c, bool alt) => c switch
        {
            '←' => Plain(ConsoleKey.LeftArrow),
            '→' => Plain(ConsoleKey.RightArrow),
            '↑' => Plain(ConsoleKey.UpArrow),
            '↓' => Plain(ConsoleKey.DownArrow),
            '⇤' => Plain(ConsoleKey.Home),
            '⇥' => Plain(ConsoleKey.End),
            '⌫' => Plain(ConsoleKey.Backspace),
            '⌦' => Plain(ConsoleKey.Delete),
            '⏎' => new ConsoleKeyInfo('\r', ConsoleKey.Enter, false, false, false),
            '⤶' => new ConsoleKeyInfo('\r', ConsoleKey.Enter, false, true, false),
            '\e' => new ConsoleKeyInfo('\e', ConsoleKey.Escape, false, false, false),
            _ => new ConsoleKeyInfo(c, ConsoleKey.None, false, alt, false),
        };

        private static ConsoleKeyInfo Plain(ConsoleKey key) => new('\0', key, false, false, false);
    }
}
