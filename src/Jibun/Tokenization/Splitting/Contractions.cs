namespace Jibun.Tokenization.Splitting;

/// <summary>The English endings 's 't 'm 'd 're 've 'll.</summary>
internal static class Contractions
{
    /// <summary>Where the ending that begins at the position ends; the position itself where none begins.</summary>
    public static int End(Characters piece, int start, bool ignoreCase)
    {
        if (piece[start] != '\'') return start;
        int caseBit = ignoreCase ? 0x20 : 0;
        switch (Lower(piece[start + 1], caseBit), Lower(piece[start + 2], caseBit))
        {
            case ('s' or 't' or 'm' or 'd', _): return start + 2;
            case ('r', 'e') or ('v', 'e') or ('l', 'l'): return start + 3;
            default: return start;
        }
    }

    private static int Lower(int codePoint, int caseBit) => codePoint is >= 'A' and <= 'Z' ? codePoint | caseBit : codePoint;
}
