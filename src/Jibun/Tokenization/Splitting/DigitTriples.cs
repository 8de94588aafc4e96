namespace Jibun.Tokenization.Splitting;

/// <summary>[0-9][0-9][0-9], from the left; one or two digits that are left over stay with what surrounds them.</summary>
internal sealed class DigitTriples : ISplitter
{
    public int Next(Characters piece, int start)
    {
        if (BeginsAt(piece, start)) return start + 3;
        int end = start + 1;
        while (end < piece.Length && !BeginsAt(piece, end)) end++;
        return end;
    }

    private static bool BeginsAt(Characters piece, int start) =>
        IsDigit(piece[start]) && IsDigit(piece[start + 1]) && IsDigit(piece[start + 2]);

    private static bool IsDigit(int codePoint) => codePoint is >= '0' and <= '9';
}
