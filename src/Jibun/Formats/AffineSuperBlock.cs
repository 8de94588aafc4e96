namespace Jibun.Formats;

/// <summary>
/// The search behind blocks of groups with integer scales and minima:
/// x ≈ (scale · Scales[g]) · code − minimumScale · Minima[g].
/// </summary>
internal ref struct AffineSuperBlock
{
    private const int Rounds = 4;

    public Half Scale;
    public Half MinimumScale;
    public Span<byte> Scales; // [groups]
    public Span<byte> Minima; // [groups]

    /// <summary>
    /// <paramref name="maxScale"/> bounds the integer scales and minima, <paramref name="maxCode"/> the codes; the memory of
    /// <see cref="Scales"/> and <see cref="Minima"/> is the caller's.
    /// </summary>
    public void Search(
        ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, int maxCode, int maxScale, Span<byte> codes)
    {
        int groups = Scales.Length, size = weights.Length / groups;
        Span<float> errorWeights = stackalloc float[weights.Length];
        ErrorWeights.Compute(weights, importance, errorWeights);

        Span<AffineFit> fits = stackalloc AffineFit[groups];
        float largestScale = 0, largestMinimum = 0;
        for (int g = 0; g < groups; g++)
        {
            fits[g] = Group(weights, errorWeights, g, size, maxCode).Search();
            largestScale = MathF.Max(largestScale, fits[g].Scale);
            largestMinimum = MathF.Max(largestMinimum, fits[g].Minimum);
        }

        Span<byte> scales = stackalloc byte[groups], minima = stackalloc byte[groups];
        double least = double.PositiveInfinity;
        Half scale = BlockScale.Step(largestScale, maxScale), minimumScale = BlockScale.Step(largestMinimum, maxScale);
        for (int round = 0; round < Rounds; round++)
        {
            float s = (float)scale, m = (float)minimumScale;
            double error = 0;
            Normal normal = default;
            for (int g = 0; g < groups; g++)
            {
                AffineGroup group = Group(weights, errorWeights, g, size, maxCode);
                scales[g] = Nearest(fits[g].Scale, s, maxScale);
                minima[g] = Nearest(fits[g].Minimum, m, maxScale);
                AffineFit best = Climb(group, s, m, maxScale, ref scales[g], ref minima[g]);
                error += best.Error;
                normal.Add(group, group.Sums(best.Scale, best.Minimum), scales[g], minima[g]);
            }
            if (!(error < least)) break;
            least = error;
            (Scale, MinimumScale) = (scale, minimumScale);
            scales.CopyTo(Scales);
            minima.CopyTo(Minima);
            (scale, minimumScale) = normal.Solve();
        }

        for (int g = 0; g < groups; g++)
            Group(weights, errorWeights, g, size, maxCode).WriteCodes(
                (float)Scale * Scales[g], (float)MinimumScale * Minima[g], codes.Slice(g * size, size));
    }

    private static AffineGroup Group(ReadOnlySpan<float> x, ReadOnlySpan<float> w, int g, int size, int maxCode) =>
        new(x.Slice(g * size, size), w.Slice(g * size, size), maxCode);

    /// <summary>Moves both integers to their best neighbours for as long as the error falls.</summary>
    private static AffineFit Climb(AffineGroup group, float s, float m, int most, ref byte scale, ref byte minimum)
    {
        AffineFit best = group.FitAt(s * scale, m * minimum);
        for (bool moved = true; moved;)
        {
            moved = false;
            (int scaleCentre, int minimumCentre) = (scale, minimum);
            for (int a = Math.Max(0, scaleCentre - 1); a <= Math.Min(most, scaleCentre + 1); a++)
                for (int b = Math.Max(0, minimumCentre - 1); b <= Math.Min(most, minimumCentre + 1); b++)
                {
                    AffineFit fit = group.FitAt(s * a, m * b);
                    if (!(fit.Error < best.Error)) continue;
                    (best, scale, minimum, moved) = (fit, (byte)a, (byte)b, true);
                }
        }
        return best;
    }

    private static byte Nearest(float value, float unit, int most) =>
        unit > 0 ? (byte)MathF.Min(most, MathF.Round(value / unit)) : (byte)0;

    /// <summary>The normal equations of both block scales for fixed codes, group scales a and group minima b.</summary>
    private struct Normal
    {
        private double scaleScale, scaleMinimum, minimumMinimum, scaleValue, minimumValue;

        public void Add(AffineGroup group, CodeSums q, int a, int b)
        {
            scaleScale += q.Square * a * a;
            scaleMinimum += q.Code * a * b;
            minimumMinimum += group.Weight * b * b;
            scaleValue += q.Product * a;
            minimumValue += group.Value * b;
        }

        public readonly (Half Scale, Half MinimumScale) Solve()
        {
            double determinant = scaleScale * minimumMinimum - scaleMinimum * scaleMinimum;
            double scale = (scaleValue * minimumMinimum - minimumValue * scaleMinimum) / determinant;
            double minimum = (scaleValue * scaleMinimum - minimumValue * scaleScale) / determinant;
            bool bounded = determinant > 0 && scale >= 0 && minimum >= 0;
            if (!bounded) (scale, minimum) = (scaleScale > 0 ? Math.Max(0, scaleValue / scaleScale) : 0, 0);
            return (BlockScale.ToHalf((float)scale), BlockScale.ToHalf((float)minimum));
        }
    }
}
