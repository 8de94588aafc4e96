namespace Jibun.Tokenization.Splitting;

/// <summary>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</summary>
internal sealed class Gpt2Words : ISplitter
{
    public int Next(Characters piece, int start)
    {
        int contraction = Contractions.End(piece, start, ignoreCase: false);
        if (contraction > start) return contraction;

        int word = piece[start] == ' ' && piece.IsNot(start + 1, CharacterClass.WhiteSpace) ? start + 1 : start;
        CharacterClass first = piece.Class(word);
        if ((first & CharacterClass.WhiteSpace) != 0) return WhiteSpace.End(piece, start);
        return (first & (CharacterClass.Letter | CharacterClass.Number)) != 0
            ? piece.EndOf(word, first)
            : piece.EndOfNot(word, CharacterClass.WhiteSpace | CharacterClass.Letter | CharacterClass.Number);
    }
}
