using System.Buffers;

namespace Jibun.Tokenization;

/// <summary>Byte strings by their beginnings. Complete before it is first asked.</summary>
internal sealed class ByteTrie
{
    private readonly Dictionary<long, int> children = []; // node * 256 + byte → node
    private readonly List<int> values = [-1]; // [nodes], -1 where no string ends
    private readonly HashSet<byte> firstBytes = [];

    public ByteTrie() => FirstBytesOnce = new(() => SearchValues.Create([.. firstBytes]));

    public bool IsEmpty => firstBytes.Count == 0;

    public SearchValues<byte> FirstBytes => FirstBytesOnce.Value;

    private Lazy<SearchValues<byte>> FirstBytesOnce { get; }

    public void Add(ReadOnlySpan<byte> text, int value)
    {
        int node = 0;
        foreach (byte step in text)
        {
            long key = (long)node << 8 | step;
            if (!children.TryGetValue(key, out int child))
            {
                child = values.Count;
                children.Add(key, child);
                values.Add(-1);
            }
            node = child;
        }
        values[node] = value;
        if (text.Length > 0) firstBytes.Add(text[0]);
    }

    /// <summary>The longest string that the text begins with.</summary>
    /// <param name="longest">Bytes; longer strings are passed over.</param>
    public bool TryFindLongest(ReadOnlySpan<byte> text, int longest, out int value, out int length)
    {
        value = -1;
        length = 0;
        int node = 0;
        for (int i = 0; i < text.Length && i < longest && children.TryGetValue((long)node << 8 | text[i], out node); i++)
        {
            if (values[node] < 0) continue;
            value = values[node];
            length = i + 1;
        }
        return length > 0;
    }
}
