namespace Jibun.Tokenization.Splitting;

/// <summary>
/// P?U*L+|P?U+L* where U is a letter but a-z, and L a letter but A-Z: how upstream writes the o200k expression. Letters outside
/// ASCII are both, so "ÀBC" is "À" and "BC".
/// </summary>
internal static class CasedWord
{
    public static int End(Characters piece, int start, bool prefix, CharacterClass letters)
    {
        if (prefix && CapitalsThenSmall(piece, start + 1, letters) is int withPrefix && withPrefix > start + 1) return withPrefix;
        if (CapitalsThenSmall(piece, start, letters) is int without && without > start) return without;
        if (prefix && Capitals(piece, start + 1, letters) is int capitals && capitals > start + 1) return capitals;
        return Capitals(piece, start, letters);
    }

    /// <summary>U*L+; the position itself where none begins.</summary>
    private static int CapitalsThenSmall(Characters piece, int start, CharacterClass letters)
    {
        int end = start;
        int lastSmall = -1;
        for (; piece.Is(end, letters) && piece[end] is not (>= 'a' and <= 'z'); end++)
            if (piece[end] is not (>= 'A' and <= 'Z')) lastSmall = end;
        if (!piece.Is(end, letters)) return lastSmall + 1 > start ? lastSmall + 1 : start;
        while (piece.Is(end, letters) && piece[end] is not (>= 'A' and <= 'Z')) end++;
        return end;
    }

    /// <summary>U+, where no L follows.</summary>
    private static int Capitals(Characters piece, int start, CharacterClass letters)
    {
        while (piece.Is(start, letters) && piece[start] is not (>= 'a' and <= 'z')) start++;
        return start;
    }
}
