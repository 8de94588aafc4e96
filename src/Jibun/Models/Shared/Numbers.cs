using System.Runtime.Intrinsics;

namespace Jibun.Models.Shared;

/// <summary>Damaged weights show in what a model computes.</summary>
internal static class Numbers
{
    /// <exception cref="ModelException">A number is infinite or none.</exception>
    public static void ThrowIfNotFinite(ReadOnlySpan<float> results)
    {
        if (IndexOfNotFinite(results) >= 0)
            throw new ModelException("what the model computes are no numbers: its weights are damaged; download or convert the file again");
    }

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
