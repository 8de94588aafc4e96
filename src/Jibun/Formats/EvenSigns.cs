using System.Numerics;

namespace Jibun.Formats;

/// <summary>Signs of eight weights in seven bits: the number of negative ones is even.</summary>
internal static class EvenSigns
{
    /// <summary>Bit i of the result says that weight i is negative.</summary>
    public static int Expand(int index) => index | (BitOperations.PopCount((uint)index) & 1) << 7;
}
