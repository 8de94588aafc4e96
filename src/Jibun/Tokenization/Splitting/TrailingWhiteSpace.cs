namespace Jibun.Tokenization.Splitting;

/// <summary>\s+$</summary>
internal sealed class TrailingWhiteSpace : ISplitter
{
    public int Next(Characters piece, int start)
    {
        int tail = piece.Length;
        while (tail > start && piece.Is(tail - 1, CharacterClass.WhiteSpace)) tail--;
        return tail > start ? tail : piece.Length;
    }
}
