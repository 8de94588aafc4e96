using System.Runtime.Intrinsics;

namespace Jibun.Models.Shared;

internal static class Numbers
{
    /// <summary>Where the first infinity or not-a-number is; −1: all are finite.</summary>
    public static int IndexOfNotFinite(ReadOnlySpan<float> values)
    {
        int i = 0;
        for (; i + Vector512<float>.Count <= values.Length; i += Vector512<float>.Count)
        {
            Vector512<float> part = Vector512.Create(values[i..]);
            if (!Vector512.EqualsAll(part - part, Vector512<float>.Zero)) break; // what is not finite leaves not-a-number
        }
        for (; i < values.Length; i++)
            if (!float.IsFinite(values[i])) return i;
        return -1;
    }
}
