using System.Runtime.InteropServices;

namespace Jibun.Memory;

/// <summary>What Unix systems are told about memory (madvise). They may refuse, and nothing is lost when they do.</summary>
internal static unsafe partial class MemoryAdvice
{
    public const int DoNotNeed = 4; // POSIX, on Linux and macOS alike
    public const int HugePages = 14; // Linux

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MAdvise(void* address, nuint bytes, int advice);

    /// <param name="address">The beginning of a page.</param>
    /// <param name="bytes">From there.</param>
    /// <param name="advice">One of the constants.</param>
    public static void Give(void* address, nuint bytes, int advice) => _ = MAdvise(address, bytes, advice);
}
