namespace Jibun.Tokenization.Splitting;

/// <summary>[set]+|[set]+|…: runs of several kinds of characters, each kind apart.</summary>
internal sealed class SetRuns(params CharacterSet[] sets) : ISplitter
{
    public int Next(Characters piece, int start)
    {
        CharacterSet? set = SetOf(piece, start);
        int end = start + 1;
        while (end < piece.Length && (set is null ? SetOf(piece, end) is null : set.Contains(piece, end))) end++;
        return end;
    }

    private CharacterSet? SetOf(Characters piece, int position)
    {
        foreach (CharacterSet set in sets)
            if (set.Contains(piece, position)) return set;
        return null;
    }
}
