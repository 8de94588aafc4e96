namespace Jibun.Quantization;

internal static class LogProbabilities
{
    /// <summary>Logits to natural logarithms of probabilities, in place.</summary>
    public static void FromLogits(Span<float> row)
    {
        float max = float.NegativeInfinity;
        foreach (float logit in row) max = Math.Max(max, logit);
        double sum = 0;
        foreach (float logit in row) sum += MathF.Exp(logit - max);
        float normalizer = max + (float)Math.Log(sum);
        for (int i = 0; i < row.Length; i++) row[i] -= normalizer;
    }

    /// <summary>How much a model's distribution differs from the reference, in nats.</summary>
    public static double Divergence(ReadOnlySpan<float> reference, ReadOnlySpan<float> model)
    {
        double sum = 0;
        for (int i = 0; i < reference.Length; i++)
            if (reference[i] > -64) sum += Math.Exp(reference[i]) * (reference[i] - model[i]);
        return sum;
    }

    public static int Likeliest(ReadOnlySpan<float> row)
    {
        int best = 0;
        for (int i = 1; i < row.Length; i++)
            if (row[i] > row[best]) best = i;
        return best;
    }
}
