using System.Runtime.Intrinsics;

namespace Jibun.Formats;

/// <summary>Weights x of one group as x ≈ Scale · code − Minimum; the error is weighted and squared.</summary>
internal readonly record struct AffineFit(float Scale, float Minimum, float Error);

/// <summary>Sums over a group with codes q, for its normal equations: Σwq, Σwq², Σwqx.</summary>
internal readonly record struct CodeSums(double Code, double Square, double Product);

/// <summary>
/// A group of a multiple of 8 weights with error weights w, to be fitted with codes 0 … maxCode and a minimum, which is
/// ≥ 0 unless it is signed. Codes are always those nearest to the weights: scale and minimum are all there is to search.
/// </summary>
internal readonly ref struct AffineGroup
{
    /// <summary>Trial steps run from range / (maxCode − 1) down to range / (maxCode + 4): clipping can pay.</summary>
    private const int Trials = 21;
    private const int Refinements = 4;

    private readonly ReadOnlySpan<float> x;
    private readonly ReadOnlySpan<float> w;
    private readonly float maxCode;
    private readonly bool signed;

    public AffineGroup(ReadOnlySpan<float> weights, ReadOnlySpan<float> errorWeights, int maxCode, bool signed = false)
    {
        this.signed = signed;
        x = weights;
        w = errorWeights;
        this.maxCode = maxCode;
        Vector256<float> weight = default, value = default;
        for (int i = 0; i < x.Length; i += 8)
        {
            weight += Vector256.Create(w[i..]);
            value += Vector256.Create(w[i..]) * Vector256.Create(x[i..]);
        }
        Weight = Vector256.Sum(weight);
        Value = Vector256.Sum(value);
    }

    /// <summary>Σw.</summary>
    public double Weight { get; }

    /// <summary>Σwx.</summary>
    public double Value { get; }

    /// <summary>The search for a block of a single group, whose minimum may have either sign.</summary>
    public static (Half Scale, Half Minimum) SearchBlock(
        ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, int maxCode, Span<byte> codes)
    {
        Span<float> errorWeights = stackalloc float[weights.Length];
        ErrorWeights.Compute(weights, importance, errorWeights);
        AffineGroup group = new(weights, errorWeights, maxCode, signed: true);
        AffineFit fit = group.Search();
        (Half scale, Half minimum) = (BlockScale.ToHalf(fit.Scale), BlockScale.ToHalf(fit.Minimum));
        group.WriteCodes((float)scale, (float)minimum, codes);
        return (scale, minimum);
    }

    public AffineFit Search()
    {
        float low = signed ? x[0] : 0, high = x[0];
        foreach (float value in x)
        {
            low = MathF.Min(low, value);
            high = MathF.Max(high, value);
        }
        float range = high - low;
        AffineFit best = FitAt(0, (float)(signed ? -Value / Weight : Math.Max(0, -Value / Weight)));
        for (int trial = 0; trial < Trials; trial++)
            best = Better(best, Solve(Sums(range / (maxCode - 1 + 5f * trial / (Trials - 1)), -low)));
        for (int i = 0; i < Refinements; i++)
        {
            AffineFit refined = Better(best, Solve(Sums(best.Scale, best.Minimum)));
            if (refined == best) break;
            best = refined;
        }
        return best;
    }

    /// <summary>The error of a scale and a minimum with the nearest codes.</summary>
    public AffineFit FitAt(float scale, float minimum)
    {
        Vector256<float> error = default;
        (Vector256<float> inverse, Vector256<float> offset) = Steps(scale, minimum);
        Vector256<float> s = Vector256.Create(scale), top = Vector256.Create(maxCode);
        for (int i = 0; i < x.Length; i += 8)
        {
            Vector256<float> value = Vector256.Create(x[i..]) + offset;
            Vector256<float> code = Vector256.Min(Vector256.Max(Vector256.Round(value * inverse), Vector256<float>.Zero), top);
            Vector256<float> difference = value - code * s;
            error += Vector256.Create(w[i..]) * (difference * difference);
        }
        return new AffineFit(scale, minimum, Vector256.Sum(error));
    }

    /// <summary>The sums of the codes nearest under a scale and a minimum.</summary>
    public CodeSums Sums(float scale, float minimum)
    {
        Vector256<float> sum = default, square = default, product = default;
        (Vector256<float> inverse, Vector256<float> offset) = Steps(scale, minimum);
        Vector256<float> top = Vector256.Create(maxCode);
        for (int i = 0; i < x.Length; i += 8)
        {
            Vector256<float> value = Vector256.Create(x[i..]);
            Vector256<float> steps = (value + offset) * inverse;
            Vector256<float> code = Vector256.Min(Vector256.Max(Vector256.Round(steps), Vector256<float>.Zero), top);
            Vector256<float> weighted = code * Vector256.Create(w[i..]);
            sum += weighted;
            square += weighted * code;
            product += weighted * value;
        }
        return new CodeSums(Vector256.Sum(sum), Vector256.Sum(square), Vector256.Sum(product));
    }

    public void WriteCodes(float scale, float minimum, Span<byte> codes)
    {
        (Vector256<float> inverse, Vector256<float> offset) = Steps(scale, minimum);
        for (int i = 0; i < x.Length; i++)
            codes[i] = (byte)Math.Clamp(MathF.Round((x[i] + offset[0]) * inverse[0]), 0, maxCode);
    }

    /// <summary>Scale and minimum of least error for fixed codes.</summary>
    private AffineFit Solve(CodeSums q)
    {
        double determinant = Weight * q.Square - q.Code * q.Code;
        if (!(determinant > 0)) return new AffineFit(0, 0, float.PositiveInfinity);
        double scale = (Weight * q.Product - Value * q.Code) / determinant;
        double minimum = (q.Code * q.Product - q.Square * Value) / determinant;
        if (minimum < 0 && !signed) (scale, minimum) = (q.Product / q.Square, 0);
        return FitAt((float)scale, (float)minimum);
    }

    private static AffineFit Better(AffineFit best, AffineFit candidate) => candidate.Error < best.Error ? candidate : best;

    private static (Vector256<float> Inverse, Vector256<float> Offset) Steps(float scale, float minimum) =>
        (Vector256.Create(BlockScale.Inverse(scale)), Vector256.Create(minimum));
}
