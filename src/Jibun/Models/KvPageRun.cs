using Jibun.Kernels;

namespace Jibun.Models;

/// <summary>The pages of one kind of layers: those that the next token can see, and no older ones.</summary>
/// <param name="group">The layers.</param>
/// <param name="lookback">Tokens that can be forgotten again at any time.</param>
internal sealed unsafe class KvPageRun(KvGroup group, int lookback = 0)
{
    private readonly List<KvPage> _pages = []; // from page First on
    private KvPage? _spare;

    /// <summary>Pages before this one are gone.</summary>
    public int First { get; private set; }

    public long Bytes => _pages.Count * group.PageBytes;

    public byte* this[int page] => _pages[page - First].Memory;

    public KvPageRun Fork()
    {
        var fork = new KvPageRun(group, lookback) { First = First };
        foreach (KvPage page in _pages) fork._pages.Add(page.Share());
        return fork;
    }

    public bool IsWindow => group.Kind.Window != 0;

    /// <summary>What a token at this position sees, shared.</summary>
    public KvPageRun ForkFrom(int position)
    {
        var part = new KvPageRun(group, lookback) { First = Math.Max(First, group.FirstPage(position)) };
        foreach (KvPage page in _pages.Skip(part.First - First)) part._pages.Add(page.Share());
        return part;
    }

    /// <summary>Pages held, from <see cref="First"/> on.</summary>
    public int Count => _pages.Count;

    /// <summary>Bytes of the pages, in order.</summary>
    public void CopyTo(Stream stream)
    {
        foreach (KvPage page in _pages) stream.Write(page.Bytes);
    }

    /// <summary>Takes pages that another run wrote; empty before.</summary>
    public void Restore(int first, int count, Stream stream)
    {
        First = first;
        for (int i = 0; i < count; i++)
        {
            _pages.Add(new KvPage(group.PageBytes));
            stream.ReadExactly(_pages[^1].Bytes);
        }
    }

    /// <summary>Bytes of the pages before one.</summary>
    public long BytesBefore(int page) => Math.Clamp(page - First, 0, _pages.Count) * group.PageBytes;

    /// <summary>Whether a token at this position would find everything that it can see.</summary>
    public bool Reaches(int position) => First <= group.FirstPage(position);

    /// <summary>Lets go of what the token at <paramref name="position"/> cannot see, and makes room from there up to <paramref name="end"/>.</summary>
    public void Extend(int position, int end)
    {
        for (int first = group.FirstPage(Math.Max(0, position - lookback)); First < first; First++) Drop(0);
        int written = position / PagedAttention.PageTokens - First;
        if (end > position && written < _pages.Count && _pages[written].IsShared)
        {
            KvPage copy = _pages[written].Copy();
            _pages[written].Release();
            _pages[written] = copy;
        }
        while (First + _pages.Count < PagesFor(end)) _pages.Add(Take());
    }

    public void Truncate(int length)
    {
        for (int kept = PagesFor(length); First + _pages.Count > kept && _pages.Count > 0;) Drop(_pages.Count - 1);
        if (length > 0) return;
        First = 0;
        _spare?.Release();
        _spare = null;
    }

    private static int PagesFor(int tokens) => (tokens + PagedAttention.PageTokens - 1) / PagedAttention.PageTokens;

    // A window moves on by as many pages as it leaves: one is kept for the next.
    private void Drop(int index)
    {
        KvPage page = _pages[index];
        _pages.RemoveAt(index);
        if (group.Kind.Window == 0 || _spare is not null || page.IsShared) page.Release();
        else _spare = page;
    }

    private KvPage Take()
    {
        KvPage page = _spare ?? new KvPage(group.PageBytes);
        _spare = null;
        return page;
    }
}
