using System.Runtime.InteropServices;

namespace Jibun.Models;

/// <summary>Memory with a count of the caches that hold it. Cleared when made: slots not yet written must be finite.</summary>
internal sealed unsafe class KvPage
{
    private readonly long _bytes;
    private int _holders = 1;

    public KvPage(long bytes)
    {
        _bytes = bytes;
        Memory = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, 64);
        new Span<byte>(Memory, checked((int)bytes)).Clear();
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
        NativeMemory.AlignedFree(Memory);
        GC.RemoveMemoryPressure(_bytes);
        Memory = null;
        GC.SuppressFinalize(this);
    }
}
