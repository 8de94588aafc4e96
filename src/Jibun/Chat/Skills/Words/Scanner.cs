namespace Jibun.Chat.Skills.Words;

/// <summary>Reads a folded text from left to right, by words where it is written in words, else by characters.</summary>
internal sealed class Scanner(string text)
{
    public string Text { get; } = Folding.Fold(text);

    public int At { get; set; }

    public bool AtEnd
    {
        get
        {
            SkipSpace();
            return At >= Text.Length;
        }
    }

    /// <summary>The next character, or NUL.</summary>
    public char Next => At < Text.Length ? Text[At] : '\0';

    public ReadOnlySpan<char> Rest => Text.AsSpan(Math.Min(At, Text.Length));

    public void SkipSpace() => At = BehindSpace();

    /// <summary>Moves behind the literal if it is next; one that ends with a letter must end where a word does.</summary>
    public bool Take(string literal)
    {
        int start = BehindSpace();
        if (!Text.AsSpan(start).StartsWith(literal, StringComparison.Ordinal)) return false;
        int end = start + literal.Length;
        if (IsLetter(literal[^1]) && end < Text.Length && IsLetter(Text[end])) return false;
        At = end;
        return true;
    }

    /// <summary>The first of the literals that is next.</summary>
    public string? TakeAny(params ReadOnlySpan<string> literals)
    {
        foreach (string literal in literals)
            if (Take(literal)) return literal;
        return null;
    }

    /// <summary>Moves behind any number of the literals.</summary>
    public void Skip(params ReadOnlySpan<string> literals)
    {
        while (TakeAny(literals) is not null) { }
    }

    public bool IsNext(string literal)
    {
        int mark = At;
        bool found = Take(literal);
        At = mark;
        return found;
    }

    /// <summary>A run of Latin letters, or null.</summary>
    public string? TakeWord()
    {
        int start = BehindSpace(), end = start;
        while (end < Text.Length && (IsLetter(Text[end]) || (Text[end] == '\'' && end > start))) end++;
        if (end == start) return null;
        At = end;
        return Text[start..end];
    }

    /// <summary>A run of digits as an integer of at most <paramref name="most"/> digits.</summary>
    public bool TakeDigits(int most, out int value)
    {
        int start = BehindSpace(), end = start;
        value = 0;
        while (end < Text.Length && char.IsAsciiDigit(Text[end]) && end - start < 9) value = value * 10 + (Text[end++] - '0');
        if (end == start || end - start > most || (end < Text.Length && char.IsAsciiDigit(Text[end])))
        {
            value = 0;
            return false;
        }
        At = end;
        return true;
    }

    private int BehindSpace()
    {
        int at = At;
        while (at < Text.Length && Text[at] == ' ') at++;
        return at;
    }

    private static bool IsLetter(char c) => c < 0x2E80 && char.IsLetter(c);
}
