namespace Jibun.Templates.Syntax;

/// <summary>A template's source: newlines are \n, and one newline at its very end is dropped.</summary>
internal sealed class SourceText(string text)
{
    public string Text { get; } = Normalize(text);

    /// <summary>Line and column of an offset, both from 1.</summary>
    public (int Line, int Column) Locate(int offset)
    {
        ReadOnlySpan<char> before = Text.AsSpan(0, Math.Clamp(offset, 0, Text.Length));
        return (1 + before.Count('\n'), before.Length - before.LastIndexOf('\n'));
    }

    public static string NormalizeNewlines(string text)
    {
        return text.Contains('\r') ? text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n') : text;
    }

    private static string Normalize(string text)
    {
        text = NormalizeNewlines(text);
        return text.EndsWith('\n') ? text[..^1] : text;
    }
}
