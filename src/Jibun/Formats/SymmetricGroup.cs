using System.Runtime.Intrinsics;

namespace Jibun.Formats;

/// <summary>Weights x of one group as x ≈ Scale · code; the error is weighted and squared.</summary>
internal readonly record struct SymmetricFit(float Scale, float Error);

/// <summary>
/// A group of a multiple of 8 weights with error weights w, to be fitted with the values of <typeparamref name="TLevels"/>. Codes
/// are always those nearest to the weights, so the scale, of either sign, is all there is to search.
/// </summary>
internal readonly ref struct SymmetricGroup<TLevels>(
    ReadOnlySpan<float> weights, ReadOnlySpan<float> errorWeights, TLevels levels)
    where TLevels : struct, ILevels
{
    /// <summary>Trials map the largest weight from one level below the lowest value to two beyond: clipping can pay.</summary>
    private const int Trials = 16;
    private const int Refinements = 3;

    private readonly ReadOnlySpan<float> x = weights;
    private readonly ReadOnlySpan<float> w = errorWeights;

    /// <summary>The scale and the codes of a block that is a single group with a float16 scale.</summary>
    public static Half SearchBlock(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, TLevels levels, Span<byte> codes)
    {
        Span<float> errorWeights = stackalloc float[weights.Length];
        ErrorWeights.Compute(weights, importance, errorWeights);
        SymmetricGroup<TLevels> group = new(weights, errorWeights, levels);
        Half scale = BlockScale.ToHalf(group.Search());
        group.WriteCodes((float)scale, codes);
        return scale;
    }

    /// <summary>The scale of least error.</summary>
    public float Search()
    {
        float largest = BlockScale.Largest(x), best = 0;
        bool oneSided = levels.Spacing * 20 > -levels.Lowest; // a value more on one side matters where there are few
        double gain = 0;
        for (int trial = 0; trial < Trials; trial++)
        {
            float step = largest / (levels.Lowest + levels.Spacing * (1 - 3f * trial / (Trials - 1)));
            Improve(step, ref best, ref gain);
            if (oneSided) Improve(-step, ref best, ref gain);
        }
        for (int i = 0; i < Refinements; i++)
            if (!Improve(best, ref best, ref gain)) break;
        return best;
    }

    /// <summary>Fits the scale to the codes nearest under another one; the gain is the error that it saves.</summary>
    private bool Improve(float scale, ref float best, ref double gain)
    {
        (double square, double product) = Sums(scale);
        if (!(square > 0 && product * product > gain * square)) return false;
        gain = product * product / square;
        best = (float)(product / square);
        return true;
    }

    /// <summary>The error of a scale with the nearest codes.</summary>
    public SymmetricFit FitAt(float scale)
    {
        Vector256<float> error = default;
        Vector256<float> s = Vector256.Create(scale), inverse = Vector256.Create(BlockScale.Inverse(scale));
        for (int i = 0; i < x.Length; i += 8)
        {
            Vector256<float> value = Vector256.Create(x[i..]);
            Vector256<float> difference = value - levels.Nearest(value * inverse) * s;
            error += Vector256.Create(w[i..]) * (difference * difference);
        }
        return new SymmetricFit(scale, Vector256.Sum(error));
    }

    /// <summary>Σwq² and Σwqx of the codes q nearest under a scale.</summary>
    public (double Square, double Product) Sums(float scale)
    {
        Vector256<float> square = default, product = default;
        Vector256<float> inverse = Vector256.Create(BlockScale.Inverse(scale));
        for (int i = 0; i < x.Length; i += 8)
        {
            Vector256<float> value = Vector256.Create(x[i..]);
            Vector256<float> code = levels.Nearest(value * inverse);
            Vector256<float> weighted = code * Vector256.Create(w[i..]);
            square += weighted * code;
            product += weighted * value;
        }
        return (Vector256.Sum(square), Vector256.Sum(product));
    }

    public void WriteCodes(float scale, Span<byte> codes)
    {
        float inverse = BlockScale.Inverse(scale);
        for (int i = 0; i < x.Length; i++) codes[i] = (byte)levels.NearestCode(x[i] * inverse);
    }
}
