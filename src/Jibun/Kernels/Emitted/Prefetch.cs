using System.Numerics;

namespace Jibun.Kernels.Emitted;

/// <summary>
/// Weights that meet one tile of tokens come from memory at the speed of the bus, if enough of them are asked for in time. Processors fetch ahead by themselves,
/// but only up to the end of a page of 4 KiB; asking for what comes later bridges the gap. It is asked for into the first cache alone (prefetchnta): what is
/// read once need not be written back through the others. A processor that also learns the stride of every single load takes one that strides by less
/// than a page for a stream of its own, and fetches in the way of the rest: so one turn of a loop reads a page. Where a row group has so many weights
/// that they push the activations out of the first cache before the next one needs them, those are asked for, too.
/// </summary>
internal static class Prefetch
{
    /// <summary>Bytes ahead in weights.</summary>
    public const int Distance = 6144;

    /// <summary>Bytes ahead in activations.</summary>
    public const int ActivationDistance = 512;

    /// <summary>Weights of a row group that leave no room for activations.</summary>
    public const int WideBytes = 24 << 10;

    private const int PageBytes = 4096;

    /// <summary>
    /// How many steps of a loop over weights a turn takes: a page's worth, then halves of it, each at most once a row group, so that no load strides by less
    /// than a page or a group.
    /// </summary>
    public static int[] Turns(int stepBytes)
    {
        List<int> turns = [(PageBytes + stepBytes - 1) / stepBytes];
        while (turns[^1] > 1) turns.Add((int)BitOperations.RoundUpToPowerOf2((uint)turns[^1]) / 2);
        return [.. turns];
    }
}
