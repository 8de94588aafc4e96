namespace Jibun.Tokenization.Splitting;

/// <summary>
/// [ASCII signs][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
/// What none of these matches, digits and controls, is one part as far as it goes.
/// </summary>
/// <param name="linesFollowSigns">False: line breaks stand alone, [\r\n] instead of \s*[\r\n]+, and never follow signs.</param>
internal sealed class DeepSeekWords(bool linesFollowSigns = true) : ISplitter
{
    private const CharacterClass Letters = CharacterClass.Letter | CharacterClass.Mark;
    private const CharacterClass Signs = CharacterClass.Punctuation | CharacterClass.Symbol;

    public int Next(Characters piece, int start)
    {
        int end = Match(piece, start);
        if (end > start) return end;
        do end++;
        while (end < piece.Length && Match(piece, end) == end);
        return end;
    }

    /// <summary>The position itself where nothing matches, which is found out in constant time.</summary>
    private int Match(Characters piece, int start)
    {
        if (IsAsciiSign(piece[start]) && IsAsciiLetter(piece[start + 1]))
        {
            int end = start + 2;
            while (IsAsciiLetter(piece[end])) end++;
            return end;
        }
        bool prefix = piece.IsNot(start, CharacterClass.LineBreak | CharacterClass.Letter | Signs);
        if (piece.Is(start, Letters) || prefix && piece.Is(start + 1, Letters)) return piece.EndOf(start + 1, Letters);

        int sign = piece[start] == ' ' ? start + 1 : start;
        if (piece.Is(sign, Signs))
        {
            int end = piece.EndOf(sign, Signs);
            return linesFollowSigns ? piece.EndOf(end, CharacterClass.LineBreak) : end;
        }
        if (!piece.Is(start, CharacterClass.WhiteSpace)) return start;
        if (linesFollowSigns) return WhiteSpace.EndWithLines(piece, start);
        return piece.Is(start, CharacterClass.LineBreak) ? start + 1 : WhiteSpace.End(piece, start);
    }

    private static bool IsAsciiSign(int codePoint) =>
        codePoint is (>= '!' and <= '/') or (>= ':' and <= '@') or (>= '[' and <= '`') or (>= '{' and <= '~');

    private static bool IsAsciiLetter(int codePoint) => codePoint is (>= 'A' and <= 'Z') or (>= 'a' and <= 'z');
}
