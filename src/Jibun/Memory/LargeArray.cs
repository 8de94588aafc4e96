namespace Jibun.Memory;

/// <summary>
/// Arrays whose pages the system provides in one call (Linux: madvise) instead of one by one as they are touched, which in a virtual machine can take
/// 16 µs each; so it is 10.
/// </summary>
internal static unsafe class LargeArray
{
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
            MemoryAdvice.Give((void*)start, (nuint)first + (nuint)bytes - start, MemoryAdvice.PopulateWrite);
        }
        return array;
    }

    public static T[] Zeroed<T>(int length) where T : unmanaged
    {
        T[] array = Uninitialized<T>(length);
        array.AsSpan().Clear();
        return array;
    }
}
