namespace Jibun.Formats;

/// <summary>How activations are quantized before an integer product.</summary>
public enum ActivationFormat
{
    /// <summary>Not quantized: float weights.</summary>
    F32,

    /// <summary>int8 codes, one scale per 32 values: d = max|x| / 127.</summary>
    Q8_0,

    /// <summary>int8 codes, one scale per 256 values with the sign of the largest value: d = -max / 127 (ggml's Q8_K).</summary>
    Q8_K,

    /// <summary>int8 codes, one scale for the whole row: BitNet's own form.</summary>
    Q8_Row,
}

/// <summary>
/// A quantized row of activations as the kernels read it: value[i] = Codes[i] · Scales[i / ScaleGroup].
/// <c>Sums[j]</c> is the exact sum of the codes 16j … 16j+15. For <see cref="ActivationFormat.F32"/> only Values is set.
/// </summary>
public readonly ref struct ActivationBlock
{
    /// <summary>Codes that share one entry of <see cref="Sums"/>.</summary>
    public const int SumGroup = 16;

    public ReadOnlySpan<float> Values { get; init; } // [columns]
    public ReadOnlySpan<sbyte> Codes { get; init; } // [columns]
    public ReadOnlySpan<float> Scales { get; init; } // [columns / ScaleGroup]
    public ReadOnlySpan<int> Sums { get; init; } // [columns / 16]

    /// <summary>The part at a weight block's columns; both numbers are multiples of the block size.</summary>
    public ActivationBlock Slice(ActivationFormat format, int start, int length)
    {
        if (format == ActivationFormat.F32) return new ActivationBlock { Values = Values.Slice(start, length) };
        int group = format.ScaleGroup(Codes.Length);
        return new ActivationBlock
        {
            Codes = Codes.Slice(start, length),
            Scales = Scales.Slice(start / group, (length + group - 1) / group),
            Sums = Sums.Slice(start / SumGroup, length / SumGroup),
        };
    }
}
