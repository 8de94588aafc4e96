using Jibun.Kernels;

namespace Jibun.Models;

/// <summary>
/// The keys and values of one conversation, in pages of 64 tokens. A fork shares full pages with its origin and copies a page
/// only when it writes into it. Layers with a window let go of the pages behind it. Not safe for use by several threads at once.
/// </summary>
public sealed unsafe class KvCache : IDisposable
{
    private readonly KvPageRun[] _runs; // one for each kind of layers
    private (int Length, KvPageRun?[] Runs) _mark = (0, []); // what windows showed at an earlier length

    /// <param name="shape">What a token takes.</param>
    /// <param name="lookback">Tokens that can be forgotten again at any time; without it a window may have left behind what those before them see.</param>
    public KvCache(KvShape shape, int lookback = 0) : this(shape, [.. shape.Groups.Select(group => new KvPageRun(group, lookback))])
    {
    }

    private KvCache(KvShape shape, KvPageRun[] runs) => (Shape, _runs) = (shape, runs);

    public KvShape Shape { get; }

    /// <summary>Tokens held.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes of pages that only this cache holds, or shares.</summary>
    public long Bytes => _runs.Sum(run => run.Bytes) + _mark.Runs.Zip(_runs, (marked, run) => marked?.BytesBefore(run.First) ?? 0).Sum();

    public KvCache Fork() => new(Shape, [.. _runs.Select(run => run.Fork())])
    {
        Length = Length,
        _mark = (_mark.Length, [.. _mark.Runs.Select(run => run?.Fork())]),
    };

    /// <summary>
    /// Keeps what windows show here, so that the cache can come back to this length when they have moved on: to the end of a
    /// prompt, when what was answered does not become part of the conversation. Another mark replaces this one.
    /// </summary>
    public void Mark()
    {
        DropMark();
        if (_runs.Any(run => run.IsWindow)) _mark = (Length, [.. _runs.Select(run => run.IsWindow ? run.ForkFrom(Length) : null)]);
    }

    /// <summary>
    /// How many of the first <paramref name="length"/> tokens can stay: all of them, or, when a layer's window has left the
    /// tokens behind that the next one would see, those before the mark, or none.
    /// </summary>
    public int Reachable(int length) => IsInWindows(length) ? length : _mark.Length <= length ? _mark.Length : 0;

    /// <summary>Forgets all but the first <paramref name="length"/> tokens, or as many of them as can be continued.</summary>
    /// <returns>Tokens left: what <see cref="Reachable"/> says.</returns>
    public int Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)Length, nameof(length));
        bool isInWindows = IsInWindows(length);
        Length = Reachable(length);
        if (!isInWindows && Length > 0) ReturnToMark();
        foreach (KvPageRun run in _runs) run.Truncate(Length);
        if (_mark.Length > Length || Length == 0) DropMark();
        return Length;
    }

    public void Dispose() => Truncate(0);

    /// <summary>Tokens at the mark; 0: there is none.</summary>
    internal int MarkLength => _mark.Length;

    /// <summary>For each kind of layers the first page that is held and how many follow; then the same of the mark.</summary>
    internal IEnumerable<(int First, int Count)> Pages =>
        [.. _runs.Select(run => (run.First, run.Count)), .. _runs.Select((_, i) => Marked(i) is { } run ? (run.First, run.Count) : (0, 0))];

    /// <summary>Bytes of those pages, in order.</summary>
    internal void CopyTo(Stream stream)
    {
        foreach (KvPageRun run in _runs) run.CopyTo(stream);
        for (int i = 0; i < _runs.Length; i++) Marked(i)?.CopyTo(stream);
    }

    /// <summary>Why a cache of such a shape, length and mark cannot hold these pages; null when it can.</summary>
    internal static string? WhyNot(KvShape shape, int length, int mark, IReadOnlyList<(int First, int Count)> pages)
    {
        int kinds = shape.Groups.Count;
        if (pages.Count != 2 * kinds) return $"{pages.Count / 2} kinds of layers, not {kinds}";
        for (int i = 0; i < pages.Count; i++)
        {
            KvGroup group = shape.Groups[i % kinds];
            int held = i < kinds ? length : group.Kind.Window == 0 ? 0 : mark;
            (int first, int count) = pages[i];
            if (first < 0 || first > group.FirstPage(held) || count != Math.Max(0, KvGroup.Pages(held) - first))
                return $"{count} pages from the {first}th on, for {held} tokens";
        }
        return null;
    }

    /// <summary>Takes what <see cref="CopyTo"/> wrote; the pages must have been checked.</summary>
    internal static KvCache Restore(KvShape shape, int length, int mark, IReadOnlyList<(int First, int Count)> pages, Stream stream)
    {
        var cache = new KvCache(shape);
        try
        {
            for (int i = 0; i < cache._runs.Length; i++) cache._runs[i].Restore(pages[i].First, pages[i].Count, stream);
            if (mark > 0) cache._mark = (mark, [.. shape.Groups.Select(group => group.Kind.Window == 0 ? null : new KvPageRun(group))]);
            for (int i = 0; i < cache._runs.Length; i++) cache.Marked(i)?.Restore(pages[cache._runs.Length + i].First, pages[cache._runs.Length + i].Count, stream);
            cache.Length = length;
            return cache;
        }
        catch
        {
            cache.Dispose();
            throw;
        }
    }

    /// <summary>Makes room for tokens behind the last one and makes the pages they fall into its own.</summary>
    internal void Extend(int tokens)
    {
        foreach (KvPageRun run in _runs) run.Extend(Length, Length + tokens);
        Length += tokens;
    }

    /// <summary>Keys of one head of one layer in a page.</summary>
    internal byte* Keys(int page, int layer, int head)
    {
        (int group, int index) = Shape.Place(layer);
        KvGroup kind = Shape.Groups[group];
        return _runs[group][page] + index * kind.LayerBytes + head * kind.Layout.Bytes;
    }

    /// <summary>Values of one head of one layer in a page.</summary>
    internal byte* Values(int page, int layer, int head) => Keys(page, layer, head) + Shape.Groups[Shape.Place(layer).Group].Layout.KeyBytes;

    /// <summary>Writes one head of consecutive tokens, whose keys and values lie so many floats apart.</summary>
    internal void Write(int position, int count, int layer, int head, float* keys, int keyStride, float* values, int valueStride)
    {
        AttentionLayout layout = Shape.Groups[Shape.Place(layer).Group].Layout;
        for (int i = 0; i < count; i++, position++, keys += keyStride, values += valueStride)
            layout.Write(Keys(position / PagedAttention.PageTokens, layer, head), position % PagedAttention.PageTokens, keys, values);
    }

    private KvPageRun? Marked(int run) => run < _mark.Runs.Length ? _mark.Runs[run] : null;

    private bool IsInWindows(int length) => Array.TrueForAll(_runs, run => run.Reaches(length));

    private void ReturnToMark()
    {
        for (int i = 0; i < _runs.Length; i++)
        {
            if (_mark.Runs[i] is not { } marked) continue;
            _runs[i].Truncate(0);
            _runs[i] = marked.Fork();
        }
    }

    private void DropMark()
    {
        foreach (KvPageRun? run in _mark.Runs) run?.Truncate(0);
        _mark = (0, []);
    }
}
