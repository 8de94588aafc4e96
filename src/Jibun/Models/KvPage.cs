using Jibun.Memory;

namespace Jibun.Models;

/// <summary>Memory with a count of the caches that hold it. Zero when made: slots not yet written must be finite.</summary>
internal sealed unsafe class KvPage
{
    private readonly long _bytes;
    private int _holders = 1;

    public KvPage(long bytes)
    {
        _bytes = bytes;
        Memory = NativeBlock.TakeZeroed(bytes);
        GC.AddMemoryPressure(bytes);
    }

    public byte* Memory { get; private set; }

    public Span<byte> Bytes => new(Memory, (int)_bytes);

    public bool IsShared => Volatile.Read(ref _holders) > 1;

    public KvPage Share()
    {
        Interlocked.Increment(ref _holders);
        return this;
    }

    public KvPage Copy()
    {
        var copy = new KvPage(_bytes);
        Buffer.MemoryCopy(Memory, copy.Memory, _bytes, _bytes);
        return copy;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0) Free();
    }

    ~KvPage() => Free();

    private void Free()
    {
        if (Memory == null) return;
        NativeBlock.Free(Memory, _bytes);
        GC.RemoveMemoryPressure(_bytes);
        Memory = null;
        GC.SuppressFinalize(this);
    }
}
