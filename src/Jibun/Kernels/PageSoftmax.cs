using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Jibun.Kernels;

/// <summary>The steps of a softmax over the 64 tokens of a page, of one row or, where that is a number for each, of a tile of rows.</summary>
internal static unsafe class PageSoftmax
{
    private const int Tokens = AttentionLayout.PageTokens, Lanes = 16;

    /// <summary>Multiplies scores; those of tokens that are not seen become −∞. The largest is returned.</summary>
    public static float Mask(float* scores, float scale, int hidden, int visible)
    {
        Vector512<float> factor = Vector512.Create(scale), none = Vector512.Create(float.NegativeInfinity), highest = none;
        bool isWhole = hidden == 0 && visible == Tokens;
        for (int i = 0; i < Tokens; i += Lanes)
        {
            Vector512<float> score = Vector512.Load(scores + i) * factor;
            if (!isWhole) score = Vector512.ConditionalSelect(Seen(i, hidden, visible), score, none);
            highest = Vector512.MaxNative(highest, score);
            score.Store(scores + i);
        }
        return Highest(highest);
    }

    /// <summary>Which of the sixteen tokens from one on are seen.</summary>
    public static Vector512<float> Seen(int first, int hidden, int visible)
    {
        Vector512<int> token = Vector512<int>.Indices + Vector512.Create(first);
        return (Vector512.GreaterThanOrEqual(token, Vector512.Create(hidden)) & Vector512.LessThan(token, Vector512.Create(visible))).AsSingle();
    }

    /// <summary>
    /// What earlier sums and those of a page have to be multiplied with, so that both are relative to the higher of their maxima, and that one.
    /// A page without a token that is seen has no share.
    /// </summary>
    public static void Rebase(float* earlier, float* ofPage, float* fades, float* shares)
    {
        Vector512<float> before = Vector512.Load(earlier), here = Vector512.Load(ofPage), rise = here - before;
        Vector512<float> lesser = Exponential.OfNonPositive(-Vector512.Abs(rise)), isHigher = Vector512.GreaterThan(rise, Vector512<float>.Zero);
        Vector512.ConditionalSelect(isHigher, lesser, Vector512<float>.One).Store(fades);
        Vector512<float> share = Vector512.ConditionalSelect(isHigher, Vector512<float>.One, lesser);
        Vector512.ConditionalSelect(Vector512.Equals(here, Vector512.Create(float.NegativeInfinity)), Vector512<float>.Zero, share).Store(shares);
        Vector512.ConditionalSelect(isHigher, here, before).Store(earlier);
    }

    /// <summary>Turns scores into their exponentials, relative to one of them that is not below any. Their sum is returned.</summary>
    public static float Exponentiate(float* scores, float highest)
    {
        if (float.IsNegativeInfinity(highest))
        {
            new Span<float>(scores, Tokens).Clear();
            return 0;
        }
        Vector512<float> zero = Vector512.Create(highest);
        Vector512<float> w0 = Exponential.OfNonPositive(Vector512.Load(scores) - zero), w1 = Exponential.OfNonPositive(Vector512.Load(scores + Lanes) - zero);
        Vector512<float> w2 = Exponential.OfNonPositive(Vector512.Load(scores + 2 * Lanes) - zero), w3 = Exponential.OfNonPositive(Vector512.Load(scores + 3 * Lanes) - zero);
        w0.Store(scores);
        w1.Store(scores + Lanes);
        w2.Store(scores + 2 * Lanes);
        w3.Store(scores + 3 * Lanes);
        return Vector512.Sum(w0 + w1 + (w2 + w3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Highest(Vector512<float> values)
    {
        Vector256<float> eight = Vector256.Max(values.GetLower(), values.GetUpper());
        Vector128<float> four = Vector128.Max(eight.GetLower(), eight.GetUpper());
        four = Vector128.Max(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1)));
        return Vector128.Max(four, Vector128.Shuffle(four, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }
}
