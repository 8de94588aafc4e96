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

    public KvCache(KvShape shape) : this(shape, [.. shape.Groups.Select(group => new KvPageRun(group))])
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

    /// <summary>Makes room for tokens behind the last one and makes the pages they fall into its own.</summary>
    internal void Extend(int tokens)
    {
        foreach (KvPageRun run in _runs) run.Extend(Length, Length + tokens);
        Length += tokens;
    }

    /// <summary>Keys of one head of one layer in a page: [head size][PageTokens].</summary>
    internal byte* Keys(int page, int layer, int head) => Block(page, layer, head, 0);

    /// <summary>Values of one head of one layer in a page: [PageTokens][value size].</summary>
    internal byte* Values(int page, int layer, int head) => Block(page, layer, head, Shape.Layers[layer].HeadSize);

    internal void Write(int position, int layer, int head, float* key, float* value)
    {
        int page = position / PagedAttention.PageTokens, slot = position % PagedAttention.PageTokens;
        (int size, int valueSize) = (Shape.Layers[layer].HeadSize, Shape.Layers[layer].ValueSize);
        byte* keys = Keys(page, layer, head), values = Values(page, layer, head);
        if (Shape.Type == KvType.F32)
        {
            for (int i = 0; i < size; i++) ((float*)keys)[i * PagedAttention.PageTokens + slot] = key[i];
            new Span<float>(value, valueSize).CopyTo(new Span<float>((float*)values + slot * valueSize, valueSize));
            return;
        }
        for (int i = 0; i < size; i++) ((Half*)keys)[i * PagedAttention.PageTokens + slot] = (Half)key[i];
        for (int i = 0; i < valueSize; i++) ((Half*)values)[slot * valueSize + i] = (Half)value[i];
    }

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

    private byte* Block(int page, int layer, int head, int skip)
    {
        (int group, int index) = Shape.Place(layer);
        KvLayer kind = Shape.Layers[layer];
        return _runs[group][page] + (index * kind.Elements + (long)head * (kind.HeadSize + kind.ValueSize) + skip) * PagedAttention.PageTokens * Shape.ElementBytes;
    }
}
