namespace Jibun.Tokenization.Splitting;

/// <summary>(?=(\d{3})+(?!\d)): a cut before every multiple of three digits that ends a number.</summary>
internal sealed class AsciiDigitGroups : ISplitter
{
    public int Next(Characters piece, int start)
    {
        List<int> ends = [];
        Split(piece.Slice(start, piece.Length), start, ends);
        return ends[0];
    }

    public void Split(Characters piece, int offset, List<int> ends)
    {
        for (int position = 0; position < piece.Length; position++)
        {
            int digits = position;
            while (piece[position] is >= '0' and <= '9') position++;
            for (int cut = digits + (position - digits) % 3; cut < position; cut += 3)
                if (cut > 0) ends.Add(offset + cut);
        }
        ends.Add(offset + piece.Length);
    }
}
