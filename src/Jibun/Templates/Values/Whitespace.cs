namespace Jibun.Templates.Values;

/// <summary>Whitespace as Python's str sees it: that of Unicode and the four separators U+001C to U+001F.</summary>
internal static class Whitespace
{
    public static bool Is(char c) => char.IsWhiteSpace(c) || c is >= '\x1c' and <= '\x1f';

    public static int SkipFrom(ReadOnlySpan<char> text, int index)
    {
        while (index < text.Length && Is(text[index])) index++;
        return index;
    }

    public static int SkipBackFrom(ReadOnlySpan<char> text, int index)
    {
        while (index > 0 && Is(text[index - 1])) index--;
        return index;
    }

    public static string Trim(string text, bool start, bool end)
    {
        int first = start ? SkipFrom(text, 0) : 0;
        int last = end ? Math.Max(first, SkipBackFrom(text, text.Length)) : text.Length;
        return text[first..last];
    }
}
