using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Jibun.Kernels.X86;

internal static unsafe class CacheLine
{
    public const int Bytes = 64;

    /// <summary>Asks for a line that is read once; on other processors .NET has no way to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch(byte* line)
    {
        if (Sse.IsSupported) Sse.PrefetchNonTemporal(line);
    }
}
