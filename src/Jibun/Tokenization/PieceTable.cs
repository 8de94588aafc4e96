using System.Text;

namespace Jibun.Tokenization;

/// <summary>
/// Ids of all that merges speak of: the tokens, and behind them the pieces that occur in merges, or as single bytes, without
/// being tokens.
/// </summary>
internal sealed class PieceTable
{
    private readonly Vocabulary vocabulary;
    private readonly List<byte[]> others = [];
    private readonly Dictionary<string, int> otherIds = []; // keys: the bytes as Latin-1
    private readonly int[] bytes = new int[256];

    public PieceTable(Vocabulary vocabulary)
    {
        this.vocabulary = vocabulary;
        Span<byte> letter = stackalloc byte[2];
        for (int value = 0; value < 256; value++) bytes[value] = FindOrAdd(letter[..ByteLevel.Write((byte)value, letter)]);
    }

    public int OfByte(byte value) => bytes[value];

    /// <summary>-1 when there is no such piece.</summary>
    public int Find(ReadOnlySpan<byte> text)
    {
        int id = vocabulary.Find(text);
        if (id >= 0 || others.Count == 0) return id;
        return otherIds.GetValueOrDefault(Encoding.Latin1.GetString(text), -1);
    }

    public int FindOrAdd(ReadOnlySpan<byte> text)
    {
        int id = Find(text);
        if (id >= 0) return id;
        id = vocabulary.Count + others.Count;
        otherIds.Add(Encoding.Latin1.GetString(text), id);
        others.Add(text.ToArray());
        return id;
    }

    /// <param name="id">Of a piece that is no token.</param>
    public ReadOnlySpan<byte> Text(int id) => others[id - vocabulary.Count];
}
