using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Jibun.Generation;

/// <summary>
/// Draws tokens: penalties, top-k, top-p, min-p, temperature, in that order, as llama.cpp's defaults do. One instance serves one
/// answer and allocates nothing after its first token.
/// </summary>
internal sealed class Sampler(SamplingOptions options, int vocabulary)
{
    private readonly RandomSource _random = new(options.Seed ?? (ulong)Random.Shared.NextInt64());
    private readonly bool _greedy = options.Temperature <= 0;
    private Candidate[] _candidates = [];

    /// <param name="logits">Changed in place.</param>
    /// <param name="recent">The conversation so far, for the penalties.</param>
    public int Sample(Span<float> logits, ReadOnlySpan<int> recent)
    {
        Penalize(logits, recent);
        if (_greedy) return Largest(logits);
        Span<Candidate> kept = options.TopK > 0 && options.TopK < vocabulary ? KeepTop(logits, options.TopK) : KeepAll(logits);
        kept = KeepProbable(kept);
        return Draw(kept);
    }

    /// <summary>
    /// A sampler that draws what this one would draw next from the same logits, and so, from similar ones, mostly the same.
    /// </summary>
    public Sampler Twin() => new(options with { Seed = 0 }, vocabulary);

    /// <summary>Makes a twin draw with the random numbers that this one will use next.</summary>
    public void Lead(Sampler twin) => twin._random.Follow(_random);

    /// <summary>The probability of the likeliest token at temperature 1.</summary>
    public static double Confidence(ReadOnlySpan<float> logits)
    {
        float largest = logits[Largest(logits)];
        Vector512<float> sums = Vector512<float>.Zero;
        int i = 0;
        for (; i + 16 <= logits.Length; i += 16) sums += Vector512.Exp(Vector512.Create(logits.Slice(i, 16)) - Vector512.Create(largest));
        double total = Vector512.Sum(sums);
        for (; i < logits.Length; i++) total += MathF.Exp(logits[i] - largest);
        return 1 / total;
    }

    /// <summary>The first of the largest logits.</summary>
    public static int Largest(ReadOnlySpan<float> logits)
    {
        Vector512<float> maxima = Vector512.Create(float.NegativeInfinity);
        int i = 0;
        for (; i + 16 <= logits.Length; i += 16) maxima = Vector512.Max(maxima, Vector512.Create(logits.Slice(i, 16)));
        float maximum = float.NegativeInfinity;
        for (int lane = 0; lane < 16; lane++) maximum = MathF.Max(maximum, maxima[lane]);
        for (; i < logits.Length; i++) maximum = MathF.Max(maximum, logits[i]);
        return Math.Max(logits.IndexOf(maximum), 0);
    }

    private void Penalize(Span<float> logits, ReadOnlySpan<int> recent)
    {
        if (options.RepetitionPenalty == 1 && options.FrequencyPenalty == 0 && options.PresencePenalty == 0) return;
        recent = recent[^Math.Min(recent.Length, options.PenaltyWindow)..];
        for (int i = 0; i < recent.Length; i++)
        {
            int token = recent[i];
            if (recent[..i].Contains(token)) continue;
            ref float logit = ref logits[token];
            logit = logit > 0 ? logit / options.RepetitionPenalty : logit * options.RepetitionPenalty;
            logit -= recent.Count(token) * options.FrequencyPenalty + options.PresencePenalty;
        }
    }

    // A heap of the k best with the worst on top; most logits lose against it at once.
    private Span<Candidate> KeepTop(ReadOnlySpan<float> logits, int k)
    {
        if (_candidates.Length < k) _candidates = new Candidate[k];
        Span<Candidate> heap = _candidates.AsSpan(0, k);
        int count = 0;
        for (int token = 0; token < logits.Length; token++)
        {
            var candidate = new Candidate(logits[token], token);
            if (count < k)
            {
                heap[count++] = candidate;
                if (count == k)
                    for (int i = k / 2 - 1; i >= 0; i--) Sink(heap, i);
            }
            else if (candidate.Beats(heap[0]))
            {
                heap[0] = candidate;
                Sink(heap, 0);
            }
        }
        heap = heap[..count];
        heap.Sort();
        return heap;
    }

    private Span<Candidate> KeepAll(ReadOnlySpan<float> logits)
    {
        if (_candidates.Length < logits.Length) _candidates = new Candidate[logits.Length];
        Span<Candidate> all = _candidates.AsSpan(0, logits.Length);
        for (int token = 0; token < all.Length; token++) all[token] = new Candidate(logits[token], token);
        all.Sort();
        return all;
    }

    private static void Sink(Span<Candidate> heap, int i)
    {
        while (true)
        {
            int child = 2 * i + 1;
            if (child >= heap.Length) return;
            if (child + 1 < heap.Length && heap[child].Beats(heap[child + 1])) child++;
            if (!heap[i].Beats(heap[child])) return;
            (heap[i], heap[child]) = (heap[child], heap[i]);
            i = child;
        }
    }

    // Candidates are sorted, best first; probabilities are those before the temperature.
    private Span<Candidate> KeepProbable(Span<Candidate> sorted)
    {
        float best = sorted[0].Logit;
        double total = 0;
        foreach (Candidate candidate in sorted) total += Math.Exp(candidate.Logit - best);
        int kept = 0;
        double mass = 0;
        while (kept < sorted.Length)
        {
            double weight = Math.Exp(sorted[kept].Logit - best);
            if (kept > 0 && (mass >= options.TopP * total || weight < options.MinP)) break;
            mass += weight;
            kept++;
        }
        return sorted[..kept];
    }

    private int Draw(ReadOnlySpan<Candidate> kept)
    {
        float best = kept[0].Logit;
        double total = 0;
        foreach (Candidate candidate in kept) total += Math.Exp((candidate.Logit - best) / options.Temperature);
        double point = _random.NextDouble() * total;
        foreach (Candidate candidate in kept)
        {
            point -= Math.Exp((candidate.Logit - best) / options.Temperature);
            if (point < 0) return candidate.Token;
        }
        return kept[0].Token;
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Candidate(float Logit, int Token) : IComparable<Candidate>
    {
        public bool Beats(Candidate other) => Logit > other.Logit || (Logit == other.Logit && Token < other.Token);

        public int CompareTo(Candidate other) => Equals(other) ? 0 : Beats(other) ? -1 : 1;
    }
}
