namespace Jibun.Tokenization.Splitting;

/// <summary>
/// The expressions that descend from cl100k:
/// (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
/// </summary>
internal sealed record Words : ISplitter
{
    /// <summary>English endings are words: (?i:'s|'t|…) comes first.</summary>
    public bool Contractions { get; init; } = true;

    /// <summary>English endings belong to the word before them: \p{L}+(?i:'s|'t|…)?</summary>
    public bool Endings { get; init; }

    public WordShape Shape { get; init; }

    /// <summary>What words are made of: \p{L}, or [\p{L}\p{M}].</summary>
    public CharacterClass Letters { get; init; } = CharacterClass.Letter;

    /// <summary>Digits of one number: the n of \p{N}{1,n}.</summary>
    public int Digits { get; init; } = 3;

    /// <summary>What signs do not contain: [^\s\p{L}\p{N}]+</summary>
    public CharacterClass NotSigns { get; init; } = CharacterClass.WhiteSpace | CharacterClass.Letter | CharacterClass.Number;

    /// <summary>What follows signs: "\r\n" is [\r\n]*.</summary>
    public string AfterSigns { get; init; } = "\r\n";

    /// <summary>The most characters that follow signs: 1 is [\r\n]?</summary>
    public int LongestAfterSigns { get; init; } = int.MaxValue;

    /// <summary>Spaces in pieces of 512, 256, … 4, 2, 1.</summary>
    public bool SpacesInPowers { get; init; }

    public int Next(Characters piece, int start)
    {
        if (Contractions && Splitting.Contractions.End(piece, start, ignoreCase: true) is int contraction && contraction > start)
            return contraction;

        int end = Word(piece, start);
        if (end > start) return Endings ? Splitting.Contractions.End(piece, end, ignoreCase: true) : end;

        while (end - start < Digits && piece.Is(end, CharacterClass.Number)) end++;
        if (end > start) return end;

        int sign = piece[start] == ' ' ? start + 1 : start;
        if (piece.IsNot(sign, NotSigns))
        {
            end = piece.EndOfNot(sign, NotSigns);
            int last = LongestAfterSigns == int.MaxValue ? piece.Length : Math.Min(piece.Length, end + LongestAfterSigns);
            while (end < last && piece[end] < 0x80 && AfterSigns.Contains((char)piece[end])) end++;
            return end;
        }
        return SpacesInPowers ? WhiteSpace.EndInPowers(piece, start) : WhiteSpace.EndWithLines(piece, start);
    }

    private int Word(Characters piece, int start)
    {
        bool prefix = piece.IsNot(start, CharacterClass.LineBreak | CharacterClass.Letter | CharacterClass.Number);
        switch (Shape)
        {
            case WordShape.Cased: return CasedWord.End(piece, start, prefix, Letters);
            case WordShape.Phrase: return Phrase(piece, start, prefix);
            case WordShape.ApartFromHan: return Han.WordEnd(piece, start, prefix);
            default:
                bool begins = piece.Is(start, Letters) || prefix && piece.Is(start + 1, Letters);
                return begins ? piece.EndOf(start + 1, Letters) : start;
        }
    }

    /// <summary>[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+</summary>
    private static int Phrase(Characters piece, int start, bool prefix)
    {
        int end = prefix ? start + 1 : start;
        if (!piece.Is(end, CharacterClass.Letter)) return start;
        do
        {
            end = piece.EndOf(piece.EndOf(end, CharacterClass.Letter), CharacterClass.Mark);
            if (piece[end] == ' ' && piece.Is(end + 1, CharacterClass.Letter)) end++;
        }
        while (piece.Is(end, CharacterClass.Letter));
        return end;
    }
}

/// <summary>What a word looks like.</summary>
internal enum WordShape
{
    Plain, // letters
    Cased, // capitals, then small letters
    Phrase, // words joined by single spaces
    ApartFromHan, // Han characters are words of their own
}
