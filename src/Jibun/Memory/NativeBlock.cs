using System.Runtime.InteropServices;

namespace Jibun.Memory;

/// <summary>
/// Memory outside the garbage collector, of which the library takes all it has here. On Linux large blocks are asked of the system itself: they lie on
/// pages of 2 MiB where it grants them, and are its own again when they are freed, where the C library was seen to keep megabytes beside new ones.
/// </summary>
internal static unsafe partial class NativeBlock
{
    public const int HugePage = 2 << 20;

    private const int Line = 64, Page = 4096;

    /// <summary>Bytes that this thread has taken, less those it has freed.</summary>
    [field: ThreadStatic]
    public static long HeldByThread { get; private set; }

    /// <summary>Memory that holds anything, aligned to a line of the cache, or to a page of what it is as large as.</summary>
    /// <exception cref="OutOfMemoryException">The system has no such amount.</exception>
    public static byte* Take(long bytes)
    {
        byte* memory = IsOfSystem(bytes) ? Map((nuint)bytes) : (byte*)NativeMemory.AlignedAlloc((nuint)bytes, (nuint)(bytes < Page ? Line : Page));
        HeldByThread += bytes;
        return memory;
    }

    /// <summary>The same, holding zeros: what is never written of a large block takes no memory.</summary>
    public static byte* TakeZeroed(long bytes)
    {
        byte* memory = Take(bytes);
        if (!IsOfSystem(bytes)) NativeMemory.Clear(memory, (nuint)bytes);
        return memory;
    }

    /// <param name="memory">As it was taken.</param>
    /// <param name="bytes">As they were asked for.</param>
    public static void Free(byte* memory, long bytes)
    {
        HeldByThread -= bytes;
        if (IsOfSystem(bytes)) _ = MUnmap(memory, (nuint)bytes);
        else NativeMemory.AlignedFree(memory);
    }

    /// <summary>Pages of Linux that nobody else has, holding zeros.</summary>
    /// <exception cref="OutOfMemoryException">The system has no such amount.</exception>
    internal static byte* MapPages(nuint bytes)
    {
        const int readAndWrite = 1 | 2, privateAndAnonymous = 0x02 | 0x20;
        byte* pages = (byte*)MMap(null, bytes, readAndWrite, privateAndAnonymous, -1, 0);
        return pages != (byte*)-1 ? pages : throw new OutOfMemoryException();
    }

    private static bool IsOfSystem(long bytes) => bytes >= HugePage && OperatingSystem.IsLinux();

    private static byte* Map(nuint bytes)
    {
        nuint page = (nuint)Environment.SystemPageSize, whole = (bytes + page - 1) / page * page, reserved = whole + HugePage;
        byte* start = MapPages(reserved), memory = (byte*)(((nuint)start + HugePage - 1) & ~(nuint)(HugePage - 1)), end = memory + whole;
        if (memory > start) _ = MUnmap(start, (nuint)(memory - start));
        if (end < start + reserved) _ = MUnmap(end, (nuint)(start + reserved - end));
        MemoryAdvice.Give(memory, whole, MemoryAdvice.HugePages);
        return memory;
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial void* MMap(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int MUnmap(void* address, nuint length);
}
