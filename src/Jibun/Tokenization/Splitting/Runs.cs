namespace Jibun.Tokenization.Splitting;

/// <summary>A set of characters that stands alone: [set]{1,longest}, or \s?[set]+ with the white space before it.</summary>
/// <param name="longest">Characters of one part.</param>
internal sealed class Runs(CharacterSet set, int longest = int.MaxValue, bool takesWhiteSpace = false) : ISplitter
{
    public int Next(Characters piece, int start)
    {
        bool begins = takesWhiteSpace && piece.Is(start, CharacterClass.WhiteSpace) && set.Contains(piece, start + 1);
        int first = begins ? start + 1 : start;
        int end = first;
        if (set.Contains(piece, first))
        {
            while (end - first < longest && set.Contains(piece, end)) end++;
            return end;
        }
        do end++;
        while (end < piece.Length && !set.Contains(piece, end));
        if (end == piece.Length) return end;
        return takesWhiteSpace && end - 1 > start && piece.Is(end - 1, CharacterClass.WhiteSpace) ? end - 1 : end;
    }
}
