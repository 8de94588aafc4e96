namespace Jibun.Tokenization.Splitting;

/// <summary>The ways in which expressions cut white space that no word took along.</summary>
internal static class WhiteSpace
{
    /// <summary>\s*[\r\n]+|\s+(?!\S)|\s+, at a white space.</summary>
    public static int EndWithLines(Characters piece, int start)
    {
        int end = piece.EndOf(start, CharacterClass.WhiteSpace);
        for (int line = end - 1; line >= start; line--)
            if (piece.Is(line, CharacterClass.LineBreak)) return line + 1;
        return LeaveOne(piece, start, end);
    }

    /// <summary>\s+(?!\S)|\s+, at a white space.</summary>
    public static int End(Characters piece, int start) => LeaveOne(piece, start, piece.EndOf(start, CharacterClass.WhiteSpace));

    /// <summary>
    /// \s*[\r\n]+|\s{512}(?!\S)|\s{256}(?!\S)|…|\s{4}(?!\S)|\s{1,2}(?!\S)|\s{1}, at a white space.
    /// </summary>
    public static int EndInPowers(Characters piece, int start)
    {
        const int longest = 512;
        bool continues = piece.Is(start - 1, CharacterClass.WhiteSpace) && !piece.Is(start - 1, CharacterClass.LineBreak);
        if (!continues && EndWithLines(piece, start) is int lines && piece.Is(lines - 1, CharacterClass.LineBreak)) return lines;
        int end = start;
        while (end - start <= longest && piece.Is(end, CharacterClass.WhiteSpace)) end++;
        int free = end == piece.Length ? end - start : end - start - 1; // all but the one before a word
        int length = longest;
        while (length > Math.Max(free, 1)) length /= 2;
        return start + length;
    }

    private static int LeaveOne(Characters piece, int start, int end) => end - start > 1 && end < piece.Length ? end - 1 : end;
}
