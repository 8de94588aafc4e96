namespace Jibun.Tokenization.Splitting;

/// <summary>&lt;sentinel:[0-9]+> and IMGIMG[A-I]{1,4}Z, which Chameleon keeps whole.</summary>
internal sealed class ChameleonTokens(bool images) : ISplitter
{
    public int Next(Characters piece, int start)
    {
        int end = End(piece, start);
        if (end > start) return end;
        do end++;
        while (end < piece.Length && End(piece, end) == end);
        return end;
    }

    private int End(Characters piece, int start)
    {
        int end = start;
        foreach (char expected in images ? "IMGIMG" : "<sentinel:")
            if (piece[end++] != expected) return start;
        int first = end;
        if (images)
            while (end - first < 4 && piece[end] is >= 'A' and <= 'I') end++;
        else
            while (piece[end] is >= '0' and <= '9') end++;
        return end > first && piece[end] == (images ? 'Z' : '>') ? end + 1 : start;
    }
}

/// <summary>[\t\n]|    |  </summary>
internal sealed class ChameleonSpaces : ISplitter
{
    public int Next(Characters piece, int start)
    {
        int end = End(piece, start);
        if (end > start) return end;
        do end++;
        while (end < piece.Length && End(piece, end) == end);
        return end;
    }

    private static int End(Characters piece, int start)
    {
        if (piece[start] is '\t' or '\n') return start + 1;
        int end = start;
        while (end - start < 4 && piece[end] == ' ') end++;
        return start + (end - start) switch { 4 => 4, 2 or 3 => 2, _ => 0 };
    }
}
