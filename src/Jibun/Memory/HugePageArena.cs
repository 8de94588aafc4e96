namespace Jibun.Memory;

/// <summary>
/// One allocation for all weights of a model, on 2 MiB pages where the system grants them (Linux: madvise), which reads
/// 10–40 % faster than a mapped file. Pages that are never written cost nothing.
/// </summary>
public sealed unsafe class HugePageArena : IDisposable
{
    private const long LeastBytes = 64 << 10; // smaller ones take what they need
    private const long Line = 64; // of a cache

    private readonly long _size;
    private byte* _memory;

    private HugePageArena()
    {
    }

    /// <exception cref="MemoryBudgetException">The system has no such amount of memory.</exception>
    public HugePageArena(long bytes)
    {
        Bytes = bytes;
        _size = SizeOf(bytes);
        try
        {
            _memory = NativeBlock.Take(_size);
        }
        catch (OutOfMemoryException)
        {
            throw new MemoryBudgetException($"the weights need {bytes >> 20} MiB of memory, which this machine does not have free");
        }
    }

    /// <summary>An arena that counts what it hands out and has no memory: its pointers must not be followed.</summary>
    public static HugePageArena Planned(long bytes) => new() { Bytes = bytes };

    /// <summary>What an arena takes: whole huge pages, each of which comes ten times as fast as its bytes do in small ones.</summary>
    internal static long SizeOf(long bytes) =>
        bytes < LeastBytes ? Math.Max(bytes, 1) : (bytes + NativeBlock.HugePage - 1) / NativeBlock.HugePage * NativeBlock.HugePage;

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
    public string? Lock() => _memory == null ? null : MemoryLock.Take(_memory, (nuint)_size);

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    ~HugePageArena() => Free();

    private void Free()
    {
        if (_memory == null) return;
        NativeBlock.Free(_memory, _size);
        _memory = null;
    }
}
