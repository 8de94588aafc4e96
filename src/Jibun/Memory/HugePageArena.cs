using System.Runtime.InteropServices;

namespace Jibun.Memory;

/// <summary>
/// One allocation for all weights of a model, on 2 MiB pages where the system grants them (Linux: madvise), which reads
/// 10–40 % faster than a mapped file. Pages that are never written cost nothing.
/// </summary>
public sealed unsafe class HugePageArena : IDisposable
{
    private const nuint HugePage = 2 << 20;
    private const nuint Page = 4 << 10;
    private const nuint LeastBytes = 64 << 10; // smaller ones take what they need
    private const long Line = 64; // of a cache

    private byte* _memory;
    private nuint _size;

    private HugePageArena()
    {
    }

    /// <exception cref="MemoryBudgetException">The system has no such amount of memory.</exception>
    public HugePageArena(long bytes)
    {
        Bytes = bytes;
        bool isSmall = (nuint)bytes < LeastBytes;
        _size = isSmall ? Math.Max((nuint)bytes, 1) : ((nuint)bytes + HugePage - 1) / HugePage * HugePage;
        try
        {
            _memory = (byte*)NativeMemory.AlignedAlloc(_size, isSmall ? Page : HugePage);
        }
        catch (OutOfMemoryException)
        {
            throw new MemoryBudgetException($"the weights need {bytes >> 20} MiB of memory, which this machine does not have free");
        }
        if (!isSmall && OperatingSystem.IsLinux()) MemoryAdvice.Give(_memory, _size, MemoryAdvice.HugePages);
    }

    /// <summary>An arena that counts what it hands out and has no memory: its pointers must not be followed.</summary>
    public static HugePageArena Planned(long bytes) => new() { Bytes = bytes };

    public long Bytes { get; private init; }

    public long Used { get; private set; }

    /// <summary>Null where it has no memory.</summary>
    public byte* Start => _memory;

    private long Next => (Used + Line - 1) & ~(Line - 1);

    public bool HasRoomFor(long bytes) => Next + bytes <= Bytes;

    /// <summary>Hands out the next bytes, aligned to a cache line. The arena's size must have been planned for them.</summary>
    public byte* Take(long bytes)
    {
        long start = Next;
        if (!HasRoomFor(bytes)) throw new InvalidOperationException($"an arena of {Bytes} bytes was asked for {start + bytes}");
        Used = start + bytes;
        return _memory == null ? null : _memory + start;
    }

    /// <summary>Keeps the memory from being swapped out.</summary>
    /// <returns>Null, or why the system refused.</returns>
    public string? Lock() => _memory == null ? null : MemoryLock.Take(_memory, _size);

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    ~HugePageArena() => Free();

    private void Free()
    {
        if (_memory == null) return;
        NativeMemory.AlignedFree(_memory);
        _memory = null;
    }
}
