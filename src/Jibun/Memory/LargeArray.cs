using System.Runtime.InteropServices;

namespace Jibun.Memory;

/// <summary>
/// Arrays whose pages the system provides in one call (Linux: madvise) instead of one by one as they are touched, which in a virtual machine can take
/// 16 µs each; so it is 10.
/// </summary>
internal static unsafe partial class LargeArray
{
    private const int PopulateWrite = 23; // MADV_POPULATE_WRITE; systems before 5.14 refuse, and the pages come as they are touched
    private const int LeastBytes = 64 << 10;

    /// <summary>To be filled by the caller: it holds anything.</summary>
    public static T[] Uninitialized<T>(int length) where T : unmanaged
    {
        T[] array = GC.AllocateUninitializedArray<T>(length);
        long bytes = (long)length * sizeof(T);
        if (bytes < LeastBytes || !OperatingSystem.IsLinux()) return array;
        fixed (T* first = array)
        {
            nuint page = (nuint)Environment.SystemPageSize, start = (nuint)first & ~(page - 1);
            _ = MAdvise((void*)start, (nuint)first + (nuint)bytes - start, PopulateWrite);
        }
        return array;
    }

    public static T[] Zeroed<T>(int length) where T : unmanaged
    {
        T[] array = Uninitialized<T>(length);
        array.AsSpan().Clear();
        return array;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MAdvise(void* address, nuint length, int advice);
}
