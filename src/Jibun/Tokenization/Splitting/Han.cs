namespace Jibun.Tokenization.Splitting;

/// <summary>Chinese characters, which Kimi's expression keeps apart from other letters.</summary>
internal static class Han
{
    /// <summary>
    /// \p{Han}+, or a word of letters that are not Han with an English ending; the position itself where none begins.
    /// </summary>
    public static int WordEnd(Characters piece, int start, bool prefix)
    {
        int end = start;
        while (Contains(piece[end])) end++;
        if (end > start) return end;
        if (prefix) end++;
        int first = end;
        while (piece.Is(end, CharacterClass.Letter) && !Contains(piece[end])) end++;
        return end > first ? Contractions.End(piece, end, ignoreCase: true) : start;
    }

    private static bool Contains(int codePoint) => codePoint is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or
        (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2EBEF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);
}
