namespace Jibun.Formats;

/// <summary>What the encoders of one-scale blocks share.</summary>
internal static class BlockScale
{
    /// <exception cref="OverflowException">The scale is beyond float16.</exception>
    public static Half ToHalf(float scale)
    {
        Half half = (Half)scale;
        if (!Half.IsFinite(half)) throw new OverflowException($"{scale} is beyond float16");
        return half;
    }

    /// <summary>
    /// The step for integers up to <paramref name="most"/> that reach <paramref name="largest"/>. Steps below 6e-5 are coarse in
    /// float16: there the next larger one is taken rather than one that falls short.
    /// </summary>
    /// <exception cref="OverflowException">The step is beyond float16.</exception>
    public static Half Step(float largest, int most)
    {
        Half step = ToHalf(largest / most);
        return MathF.Abs((float)step * most) < 0.98f * MathF.Abs(largest)
            ? float.IsNegative(largest) ? Half.BitDecrement(step) : Half.BitIncrement(step)
            : step;
    }

    public static float LargestMagnitude(ReadOnlySpan<float> weights) => MathF.Abs(Largest(weights));

    /// <summary>The first weight of the largest magnitude, with its sign.</summary>
    public static float Largest(ReadOnlySpan<float> weights)
    {
        float largest = 0;
        foreach (float weight in weights)
            if (MathF.Abs(weight) > MathF.Abs(largest)) largest = weight;
        return largest;
    }

    /// <summary>1 / scale, or 0 where that is not finite: weights of 1e-38 become codes of zero.</summary>
    public static float Inverse(float scale)
    {
        float inverse = 1 / scale;
        return float.IsFinite(inverse) ? inverse : 0;
    }

    /// <summary>
    /// The fixed rule for codes 0 … 2 · levels − 1 that stand for code − levels: the largest weight gets the code 0, the one
    /// without a counterpart.
    /// </summary>
    public static Half Symmetric(ReadOnlySpan<float> weights, int levels, Span<byte> codes)
    {
        float scale = Largest(weights) / -levels;
        float inverse = Inverse(scale);
        for (int i = 0; i < weights.Length; i++)
            codes[i] = (byte)Math.Min(2 * levels - 1, (int)(weights[i] * inverse + (levels + 0.5f)));
        return ToHalf(scale);
    }

    /// <summary>The fixed rule for codes from the least weight to the largest: weight ≈ code · scale − minimum.</summary>
    public static (Half Scale, Half Minimum) Affine(ReadOnlySpan<float> weights, int maxCode, Span<byte> codes)
    {
        float low = float.MaxValue, high = float.MinValue;
        foreach (float weight in weights)
        {
            if (weight < low) low = weight;
            if (weight > high) high = weight;
        }
        float scale = (high - low) / maxCode;
        float inverse = Inverse(scale);
        for (int i = 0; i < weights.Length; i++) codes[i] = (byte)Math.Min(maxCode, (int)((weights[i] - low) * inverse + 0.5f));
        return (ToHalf(scale), ToHalf(-low));
    }

    /// <summary>0, 1 or 2 for the ternary value next to a weight in units of its scale; halves go away from zero.</summary>
    public static int TernaryCode(float steps) => (int)MathF.Round(Math.Clamp(steps, -1, 1), MidpointRounding.AwayFromZero) + 1;
}
