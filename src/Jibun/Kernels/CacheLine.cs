using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Jibun.Kernels;

/// <summary>Asking for memory before it is read. It never faults; on processors for which .NET has no way to ask nothing happens.</summary>
internal static unsafe class CacheLine
{
    public const int Bytes = 64;

    /// <summary>Asks for a line that is read once: into the first cache alone.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FetchOnce(byte* line)
    {
        if (Sse.IsSupported) Sse.PrefetchNonTemporal(line);
    }

    /// <summary>Asks for what begins at a line and ends before another, into all caches: it is needed soon.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch(byte* line, byte* end)
    {
        if (!Sse.IsSupported) return;
        for (; line < end; line += Bytes) Sse.Prefetch0(line);
    }

    /// <summary>The same into the second cache: it is needed later.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FetchForLater(byte* line, byte* end)
    {
        if (!Sse.IsSupported) return;
        for (; line < end; line += Bytes) Sse.Prefetch1(line);
    }
}
