namespace Jibun.Formats;

/// <summary>How much the squared error of each weight of a block counts when codes and scales are searched.</summary>
internal static class ErrorWeights
{
    /// <summary>Columns that calibration never touched still count this much, so that every group has an optimum.</summary>
    private const float Floor = 1e-5f;

    private const float Largest = 1e9f;

    /// <summary>
    /// v · √(4σ² + x²) for importance v (1 without): an error matters as much as its column is used, and a little more where
    /// the weight is large. σ is the root mean square of the block; the result is relative, σ and the mean of v being 1.
    /// </summary>
    /// <exception cref="OverflowException">A weight is beyond what any block with float16 scales can hold.</exception>
    public static void Compute(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, Span<float> result)
    {
        if (BlockScale.LargestMagnitude(weights) > Largest) throw new OverflowException($"a weight is beyond {Largest}");
        double squares = 0, total = 0;
        foreach (float x in weights) squares += (double)x * x;
        foreach (float v in importance) total += v;
        double deviation = Math.Sqrt(squares / weights.Length);
        float unit = deviation > 0 ? (float)(1 / deviation) : 0;
        float share = total > 0 ? (float)(importance.Length / total) : 0;
        for (int i = 0; i < weights.Length; i++)
        {
            float x = weights[i] * unit;
            float used = share > 0 ? MathF.Max(importance[i] * share, Floor) : 1;
            result[i] = used * MathF.Sqrt(4 + x * x);
        }
    }
}
