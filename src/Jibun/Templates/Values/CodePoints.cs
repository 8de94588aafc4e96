namespace Jibun.Templates.Values;

/// <summary>Python counts code points where .NET counts UTF-16 units; text without surrogates needs no difference.</summary>
internal static class CodePoints
{
    public static int SizeAt(string text, int index)
    {
        return char.IsHighSurrogate(text[index]) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]) ? 2 : 1;
    }

    public static bool HasPairs(string text) => text.AsSpan().IndexOfAnyInRange('\uD800', '\uDBFF') >= 0;

    public static int Count(ReadOnlySpan<char> text)
    {
        int count = text.Length;
        for (int i = text.IndexOfAnyInRange('\uD800', '\uDBFF'); i >= 0 && i + 1 < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && char.IsLowSurrogate(text[i + 1])) count--;
        }
        return count;
    }

    public static string Substring(string text, int start, int count)
    {
        if (!HasPairs(text)) return text.Substring(start, count);
        int first = ToUnitIndex(text, 0, start);
        return text[first..ToUnitIndex(text, first, count)];
    }

    /// <summary>No more code points than the limit, if there is one.</summary>
    public static string Prefix(string text, int? limit) => limit is { } count && count < Count(text) ? Substring(text, 0, count) : text;

    /// <summary>The UTF-16 index that lies so many code points after another.</summary>
    public static int ToUnitIndex(string text, int from, int codePoints)
    {
        while (codePoints-- > 0 && from < text.Length) from += SizeAt(text, from);
        return from;
    }

    /// <summary>One string for each code point.</summary>
    public static string[] Split(string text)
    {
        string[] parts = new string[Count(text)];
        for (int i = 0, at = 0; i < parts.Length; i++)
        {
            int size = SizeAt(text, at);
            parts[i] = text.Substring(at, size);
            at += size;
        }
        return parts;
    }

    /// <summary>The order of code points, which differs from the order of UTF-16 units above U+D7FF.</summary>
    public static int Compare(string left, string right)
    {
        int i = left.AsSpan().CommonPrefixLength(right);
        if (i == left.Length || i == right.Length) return left.Length.CompareTo(right.Length);
        char a = left[i], b = right[i];
        bool aIsSurrogate = char.IsSurrogate(a), bIsSurrogate = char.IsSurrogate(b);
        return aIsSurrogate == bIsSurrogate ? a.CompareTo(b) : aIsSurrogate ? 1 : -1;
    }
}
