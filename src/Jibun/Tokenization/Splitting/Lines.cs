namespace Jibun.Tokenization.Splitting;

/// <summary>[^\n]+|[\n]+</summary>
internal sealed class Lines : ISplitter
{
    public int Next(Characters piece, int start)
    {
        bool breaks = piece[start] == '\n';
        int end = start + 1;
        while (end < piece.Length && piece[end] == '\n' == breaks) end++;
        return end;
    }
}
