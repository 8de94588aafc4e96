namespace Jibun.Peers;

/// <summary>How far one matrix of logits is from another: [rows, vocabulary] each.</summary>
/// <param name="MaxAbs">The largest difference of two logits.</param>
/// <param name="Rms">The root of the mean squared difference.</param>
/// <param name="LowestCosine">The lowest cosine of two rows.</param>
/// <param name="MeanDivergence">The mean over rows of KL(expected ‖ actual) in nats.</param>
/// <param name="MaxDivergence">The largest of these divergences.</param>
/// <param name="MedianDivergence">The usual row's.</param>
/// <param name="Top1">The share of rows whose largest logit is at the same token.</param>
public sealed record LogitComparison(
    int Rows, double MaxAbs, double Rms, double LowestCosine, double MeanDivergence, double MaxDivergence, double MedianDivergence, double Top1)
{
    /// <exception cref="ArgumentException">The lengths differ or are not whole rows.</exception>
    public static LogitComparison Of(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected, int vocabularySize)
    {
        if (actual.Length != expected.Length || actual.Length == 0 || actual.Length % vocabularySize != 0)
            throw new ArgumentException($"{actual.Length} and {expected.Length} logits are not equal rows of {vocabularySize}");
        int rows = actual.Length / vocabularySize, agreeing = 0;
        double[] divergences = new double[rows];
        double maxAbs = 0, squares = 0, lowestCosine = 1, divergence = 0, maxDivergence = 0;
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<float> a = actual.Slice(row * vocabularySize, vocabularySize);
            ReadOnlySpan<float> e = expected.Slice(row * vocabularySize, vocabularySize);
            for (int i = 0; i < a.Length; i++)
            {
                double difference = Math.Abs((double)a[i] - e[i]);
                maxAbs = Math.Max(maxAbs, difference); // Max and Min keep a NaN
                squares += difference * difference;
            }
            double cosine = Cosine(a, e), kl = Divergence(a, e);
            lowestCosine = Math.Min(lowestCosine, cosine);
            maxDivergence = Math.Max(maxDivergence, kl);
            divergence += divergences[row] = kl;
            if (IndexOfMax(a) == IndexOfMax(e)) agreeing++;
        }
        Array.Sort(divergences);
        double rms = Math.Sqrt(squares / actual.Length);
        return new(rows, maxAbs, rms, lowestCosine, divergence / rows, maxDivergence, divergences[rows / 2], (double)agreeing / rows);
    }

    public override string ToString() =>
        $"{Rows} rows: max abs {MaxAbs:g3}, rms {Rms:g3}, lowest cosine {LowestCosine:f7}, "
        + $"KL mean {MeanDivergence:g3} median {MedianDivergence:g3} max {MaxDivergence:g3}, top-1 {Top1:f3}";

    private static double Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> e)
    {
        double dot = 0, lengthA = 0, lengthE = 0;
        for (int i = 0; i < a.Length; i++)
        {
            dot += (double)a[i] * e[i];
            lengthA += (double)a[i] * a[i];
            lengthE += (double)e[i] * e[i];
        }
        return dot / Math.Sqrt(lengthA * lengthE);
    }

    private static double Divergence(ReadOnlySpan<float> a, ReadOnlySpan<float> e)
    {
        double normA = LogSumExp(a), normE = LogSumExp(e), sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            double logE = e[i] - normE;
            sum += Math.Exp(logE) * (logE - (a[i] - normA));
        }
        return sum;
    }

    private static double LogSumExp(ReadOnlySpan<float> row)
    {
        double max = row[IndexOfMax(row)], sum = 0;
        foreach (float logit in row) sum += Math.Exp(logit - max);
        return max + Math.Log(sum);
    }

    internal static int IndexOfMax(ReadOnlySpan<float> row)
    {
        int best = 0;
        for (int i = 1; i < row.Length; i++)
            if (row[i] > row[best]) best = i;
        return best;
    }
}
