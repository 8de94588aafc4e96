namespace Jibun.Tokenization.Splitting;

/// <summary> ?[^(\s|.,!?…。，、।۔،)]+: everything between white space and signs of the sentence.</summary>
internal sealed class BloomWords : ISplitter
{
    public int Next(Characters piece, int start)
    {
        int word = piece[start] == ' ' && IsWord(piece, start + 1) ? start + 1 : start;
        int end = word;
        while (IsWord(piece, end)) end++;
        if (end > word) return end;
        do end++;
        while (end < piece.Length && !IsWord(piece, end));
        return end < piece.Length && end - 1 > start && piece[end - 1] == ' ' ? end - 1 : end;
    }

    private static bool IsWord(Characters piece, int position) =>
        piece.IsNot(position, CharacterClass.WhiteSpace) &&
        piece[position] is not ('(' or '|' or '.' or ',' or '!' or '?' or ')' or 0x2026 or 0x3002 or 0xFF0C or 0x3001 or
            0x0964 or 0x06D4 or 0x060C);
}
