namespace Jibun.Formats;

/// <summary>The search behind blocks of groups with signed integer scales: x ≈ (scale · Scales[g]) · code.</summary>
internal ref struct SymmetricSuperBlock<TLevels>(TLevels levels) where TLevels : struct, ILevels
{
    private const int Rounds = 4;
    private const int Reach = 4;

    public Half Scale;
    public Span<sbyte> Scales; // [groups]

    /// <summary>
    /// Integer scales run from −<paramref name="scaleLevels"/> to <paramref name="scaleLevels"/> − 1. The memory of
    /// <see cref="Scales"/> is the caller's.
    /// </summary>
    public void Search(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, int scaleLevels, Span<byte> codes)
    {
        int groups = Scales.Length, size = weights.Length / groups;
        Span<float> errorWeights = stackalloc float[weights.Length];
        ErrorWeights.Compute(weights, importance, errorWeights);

        Span<float> fits = stackalloc float[groups];
        for (int g = 0; g < groups; g++) fits[g] = Group(weights, errorWeights, g, size).Search();

        Span<sbyte> scales = stackalloc sbyte[groups];
        double least = double.PositiveInfinity;
        Half scale = BlockScale.Step(-BlockScale.Largest(fits), scaleLevels);
        for (int round = 0; round < Rounds; round++)
        {
            double error = 0, squares = 0, products = 0;
            for (int g = 0; g < groups; g++)
            {
                SymmetricGroup<TLevels> group = Group(weights, errorWeights, g, size);
                float inverse = BlockScale.Inverse((float)scale);
                scales[g] = (sbyte)Math.Clamp(MathF.Round(fits[g] * inverse), -scaleLevels, scaleLevels - 1);
                SymmetricFit best = Climb(group, (float)scale, scaleLevels, ref scales[g]);
                error += best.Error;
                (double square, double product) = group.Sums(best.Scale);
                squares += square * scales[g] * scales[g];
                products += product * scales[g];
            }
            if (!(error < least)) break;
            least = error;
            Scale = scale;
            scales.CopyTo(Scales);
            scale = squares > 0 ? BlockScale.ToHalf((float)(products / squares)) : default;
        }

        for (int g = 0; g < groups; g++)
            Group(weights, errorWeights, g, size).WriteCodes((float)Scale * Scales[g], codes.Slice(g * size, size));
    }

    private readonly SymmetricGroup<TLevels> Group(ReadOnlySpan<float> x, ReadOnlySpan<float> w, int g, int size) =>
        new(x.Slice(g * size, size), w.Slice(g * size, size), levels);

    /// <summary>Moves the integer to its best neighbour for as long as the error falls.</summary>
    private static SymmetricFit Climb(SymmetricGroup<TLevels> group, float scale, int most, ref sbyte integer)
    {
        SymmetricFit best = group.FitAt(scale * integer);
        for (bool moved = true; moved;)
        {
            moved = false;
            int centre = integer;
            for (int a = Math.Max(-most, centre - Reach); a <= Math.Min(most - 1, centre + Reach); a++)
            {
                SymmetricFit fit = group.FitAt(scale * a);
                if (!(fit.Error < best.Error)) continue;
                (best, integer, moved) = (fit, (sbyte)a, true);
            }
        }
        return best;
    }
}
