using System.Runtime.InteropServices;
using Jibun.Kernels;

namespace Jibun.Models;

/// <summary>Element type of cached keys and values.</summary>
public enum KvType
{
    F16,
    F32,
}

/// <summary>What one token costs in a cache.</summary>
/// <param name="Layers">Layers that attend.</param>
/// <param name="KvHeads">Key heads of a layer.</param>
/// <param name="HeadSize">Values of a key.</param>
/// <param name="Type">Element type.</param>
public sealed record KvShape(int Layers, int KvHeads, int HeadSize, KvType Type)
{
    /// <summary>Values of a value; 0 where values are the first part of the keys and not kept twice.</summary>
    public int ValueSize { get; init; } = HeadSize;

    public int ElementBytes => Type == KvType.F32 ? sizeof(float) : sizeof(ushort);

    public long BytesPerToken => (long)Layers * KvHeads * (HeadSize + ValueSize) * ElementBytes;

    internal long PageBytes => BytesPerToken * PagedAttention.PageTokens;
}

/// <summary>
/// The keys and values of one conversation, in pages of 64 tokens. A fork shares full pages with its origin and copies a page
/// only when it writes into it. Not safe for use by several threads at once.
/// </summary>
public sealed unsafe class KvCache : IDisposable
{
    private readonly List<Page> _pages = [];

    public KvCache(KvShape shape) => Shape = shape;

    public KvShape Shape { get; }

    /// <summary>Tokens held.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes of pages that only this cache holds, or shares.</summary>
    public long Bytes => _pages.Count * Shape.PageBytes;

    public KvCache Fork()
    {
        var fork = new KvCache(Shape) { Length = Length };
        foreach (Page page in _pages) fork._pages.Add(page.Share());
        return fork;
    }

    /// <summary>Forgets all but the first <paramref name="length"/> tokens.</summary>
    public void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)Length, nameof(length));
        Length = length;
        int pages = PagesFor(length);
        for (int i = _pages.Count - 1; i >= pages; i--)
        {
            _pages[i].Release();
            _pages.RemoveAt(i);
        }
    }

    public void Dispose() => Truncate(0);

    /// <summary>Makes room for tokens behind the last one and makes the pages they fall into its own.</summary>
    internal void Extend(int tokens)
    {
        int first = Length / PagedAttention.PageTokens;
        if (tokens > 0 && first < _pages.Count && _pages[first].IsShared)
        {
            Page copy = _pages[first].Copy(Shape.PageBytes);
            _pages[first].Release();
            _pages[first] = copy;
        }
        Length += tokens;
        while (_pages.Count < PagesFor(Length)) _pages.Add(new Page(Shape.PageBytes));
    }

    internal int PageCount => _pages.Count;

    /// <summary>Keys of one head of one layer in a page: [head size][PageTokens].</summary>
    internal byte* Keys(int page, int layer, int head) => _pages[page].Memory + Block(layer, head, 0);

    /// <summary>Values of one head of one layer in a page: [PageTokens][value size].</summary>
    internal byte* Values(int page, int layer, int head) => _pages[page].Memory + Block(layer, head, Shape.HeadSize);

    internal void Write(int position, int layer, int head, float* key, float* value)
    {
        int page = position / PagedAttention.PageTokens, slot = position % PagedAttention.PageTokens, size = Shape.HeadSize, valueSize = Shape.ValueSize;
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

    private long Block(int layer, int head, int skip) =>
        (((long)layer * Shape.KvHeads + head) * (Shape.HeadSize + Shape.ValueSize) + skip) * PagedAttention.PageTokens * Shape.ElementBytes;

    private static int PagesFor(int tokens) => (tokens + PagedAttention.PageTokens - 1) / PagedAttention.PageTokens;

    /// <summary>Memory with a count of the caches that hold it. Cleared when made: slots not yet written must be finite.</summary>
    private sealed class Page
    {
        private readonly long _bytes;
        private int _holders = 1;

        public Page(long bytes)
        {
            _bytes = bytes;
            Memory = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, 64);
            new Span<byte>(Memory, checked((int)bytes)).Clear();
            GC.AddMemoryPressure(bytes);
        }

        public byte* Memory { get; private set; }

        public bool IsShared => Volatile.Read(ref _holders) > 1;

        public Page Share()
        {
            Interlocked.Increment(ref _holders);
            return this;
        }

        public Page Copy(long bytes)
        {
            var copy = new Page(bytes);
            Buffer.MemoryCopy(Memory, copy.Memory, bytes, bytes);
            return copy;
        }

        public void Release()
        {
            if (Interlocked.Decrement(ref _holders) == 0) Free();
        }

        ~Page() => Free();

        private void Free()
        {
            if (Memory == null) return;
            NativeMemory.AlignedFree(Memory);
            GC.RemoveMemoryPressure(_bytes);
            Memory = null;
            GC.SuppressFinalize(this);
        }
    }
}
