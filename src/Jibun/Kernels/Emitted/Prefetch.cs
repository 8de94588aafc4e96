namespace Jibun.Kernels.Emitted;

/// <summary>
/// Weights that a single token meets come from memory at the speed of the bus. Processors fetch ahead by themselves, but only up to
/// the end of a page of 4 KiB; asking for what comes later bridges the gap. It is asked for into the first cache alone (prefetchnta): what is
/// read once a token need not be written back through the others.
/// </summary>
internal static class Prefetch
{
    public const int LineBytes = 64;

    /// <summary>Bytes ahead.</summary>
    public const int Distance = 7168;
}
