namespace Jibun.Formats;

/// <summary>
/// Quantizes rows of activations: the scalar truth. A group that holds NaN or infinity gets codes 0 and scale NaN, so that
/// the fault reaches the product; a group too small to have a finite inverse scale is zero.
/// </summary>
public static class ActivationQuantizer
{
    /// <summary>BitNet bounds a row's largest magnitude from below, so that a row of zeros has a scale.</summary>
    private const float SmallestRowMaximum = 1e-5f;

    /// <summary>Values that share one scale.</summary>
    public static int ScaleGroup(this ActivationFormat format, int columns) => format switch
    {
        ActivationFormat.Q8_0 => 32,
        ActivationFormat.Q8_K => 256,
        ActivationFormat.Q8_Row => columns,
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "has no scales"),
    };

    /// <summary>
    /// <paramref name="values"/>: whole groups of a multiple of 16; <paramref name="codes"/> [columns],
    /// <paramref name="scales"/> [columns / group], <paramref name="sums"/> [columns / 16].
    /// </summary>
    public static void Quantize(
        ActivationFormat format, ReadOnlySpan<float> values, Span<sbyte> codes, Span<float> scales, Span<int> sums)
    {
        int group = format.ScaleGroup(values.Length);
        if (values.Length % ActivationBlock.SumGroup != 0 || (group != 0 && values.Length % group != 0))
            throw new ArgumentException($"{values.Length} activations do not fill groups of {format}", nameof(values));
        for (int start = 0; start < values.Length; start += group)
        {
            ReadOnlySpan<float> x = values.Slice(start, group);
            Span<sbyte> q = codes.Slice(start, group);
            scales[start / group] = format switch
            {
                ActivationFormat.Q8_0 => QuantizeBlock(x, q),
                ActivationFormat.Q8_K => QuantizeSuperBlock(x, q),
                _ => QuantizeRow(x, q),
            };
        }
        for (int j = 0; j < values.Length / ActivationBlock.SumGroup; j++)
        {
            int sum = 0;
            foreach (sbyte code in codes.Slice(j * ActivationBlock.SumGroup, ActivationBlock.SumGroup)) sum += code;
            sums[j] = sum;
        }
    }

    // Halves round away from zero, and the scale stays float32: ggml rounds it to float16 to store it.
    private static float QuantizeBlock(ReadOnlySpan<float> values, Span<sbyte> codes)
    {
        float maximum = MathF.Abs(Largest(values));
        if (!float.IsFinite(maximum)) return Fault(codes);
        float scale = maximum / 127;
        float inverse = 1 / scale;
        if (!float.IsFinite(inverse)) return Zero(codes);
        for (int i = 0; i < values.Length; i++)
            codes[i] = (sbyte)MathF.Round(values[i] * inverse, MidpointRounding.AwayFromZero);
        return scale;
    }

    // The largest value gets the code -127 whatever its sign; halves round to even.
    private static float QuantizeSuperBlock(ReadOnlySpan<float> values, Span<sbyte> codes)
    {
        float largest = Largest(values);
        if (!float.IsFinite(largest)) return Fault(codes);
        float inverse = -127 / largest;
        if (!float.IsFinite(inverse)) return Zero(codes);
        for (int i = 0; i < values.Length; i++) codes[i] = (sbyte)MathF.Min(127, MathF.Round(values[i] * inverse));
        return 1 / inverse;
    }

    private static float QuantizeRow(ReadOnlySpan<float> values, Span<sbyte> codes)
    {
        float maximum = MathF.Abs(Largest(values));
        if (!float.IsFinite(maximum)) return Fault(codes);
        maximum = MathF.Max(maximum, SmallestRowMaximum);
        float inverse = 127 / maximum;
        for (int i = 0; i < values.Length; i++) codes[i] = (sbyte)Math.Clamp(MathF.Round(values[i] * inverse), -128, 127);
        return maximum / 127;
    }

    /// <summary>The first value of the largest magnitude, or the first that is not finite.</summary>
    private static float Largest(ReadOnlySpan<float> values)
    {
        float largest = 0;
        foreach (float value in values)
        {
            if (!float.IsFinite(value)) return value;
            if (MathF.Abs(value) > MathF.Abs(largest)) largest = value;
        }
        return largest;
    }

    private static float Fault(Span<sbyte> codes)
    {
        codes.Clear();
        return float.NaN;
    }

    private static float Zero(Span<sbyte> codes)
    {
        codes.Clear();
        return 0;
    }
}
