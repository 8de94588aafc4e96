using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Jibun.Kernels;

/// <summary>The steps of a softmax over the 64 tokens of a page, of one row or, where that is a number for each, of a tile of rows.</summary>
internal static unsafe class PageSoftmax
{
    private const int Tokens = AttentionLayout.PageTokens, Lanes = 16;

    /// <summary>Multiplies scores; those of tokens that are not seen become −∞. Tells the largest of each half of the page.</summary>
    public static void Mask(float* scores, float scale, int hidden, int visible, out float first, out float second)
    {
        Vector512<float> factor = Vector512.Create(scale), none = Vector512.Create(float.NegativeInfinity);
        Vector512<float> s0 = Vector512.Load(scores) * factor, s1 = Vector512.Load(scores + Lanes) * factor;
        Vector512<float> s2 = Vector512.Load(scores + 2 * Lanes) * factor, s3 = Vector512.Load(scores + 3 * Lanes) * factor;
        if (hidden > 0 || visible < Tokens)
        {
            s0 = Vector512.ConditionalSelect(Seen(0, hidden, visible), s0, none);
            s1 = Vector512.ConditionalSelect(Seen(Lanes, hidden, visible), s1, none);
            s2 = Vector512.ConditionalSelect(Seen(2 * Lanes, hidden, visible), s2, none);
            s3 = Vector512.ConditionalSelect(Seen(3 * Lanes, hidden, visible), s3, none);
        }
        s0.Store(scores);
        s1.Store(scores + Lanes);
        s2.Store(scores + 2 * Lanes);
        s3.Store(scores + 3 * Lanes);
        first = Highest(Vector512.MaxNative(s0, s1));
        second = Highest(Vector512.MaxNative(s2, s3));
    }

    /// <summary>Which of the sixteen tokens from one on are seen.</summary>
    public static Vector512<float> Seen(int first, int hidden, int visible)
    {
        Vector512<int> token = Vector512<int>.Indices + Vector512.Create(first);
        return (Vector512.GreaterThanOrEqual(token, Vector512.Create(hidden)) & Vector512.LessThan(token, Vector512.Create(visible))).AsSingle();
    }

    /// <summary>
    /// Of sixteen rows: what earlier sums and those of each half of a page have to be multiplied with, so that all are relative to the
    /// highest of their maxima, and that one. A half without a token that is seen has no share.
    /// </summary>
    /// <param name="earlier">Maxima of the earlier sums; replaced by the highest.</param>
    /// <param name="halves">Maxima of the halves: [2][16].</param>
    /// <param name="areApart">False: both halves are taken for one, and get its maximum.</param>
    /// <param name="fades">Of the earlier sums.</param>
    /// <param name="shares">Of the halves: [2][16].</param>
    public static void Rebase(float* earlier, float* halves, bool areApart, float* fades, float* shares)
    {
        Vector512<float> before = Vector512.Load(earlier), low = Vector512.Load(halves), high = Vector512.Load(halves + Lanes), here = Vector512.Max(low, high);
        Vector512<float> most = Vector512.Max(before, here);
        if (!areApart)
        {
            (low, high) = (here, here);
            low.Store(halves);
            high.Store(halves + Lanes);
        }
        Vector512.ConditionalSelect(Vector512.Equals(before, most), Vector512<float>.One, Exponential.OfNonPositive(before - most)).Store(fades);
        Share(low, most).Store(shares);
        Share(high, most).Store(shares + Lanes);
        most.Store(earlier);
    }

    /// <summary>Turns scores of some rows into their exponentials, those of each half of the page relative to one of them that is not below any.</summary>
    /// <param name="scores">[rows][64].</param>
    /// <param name="rows">How many.</param>
    /// <param name="halves">What they are relative to: [2][16].</param>
    /// <param name="shares">Of the halves: [2][16].</param>
    /// <param name="sums">Each row's, a half's times its share.</param>
    public static void Exponentiate(float* scores, int rows, float* halves, float* shares, float* sums)
    {
        for (int row = 0; row < rows; row++, scores += Tokens)
        {
            Vector512<float> low = Zero(halves[row]), high = Zero(halves[Lanes + row]);
            Vector512<float> w0 = Exponential.OfNonPositive(Vector512.Load(scores) - low), w1 = Exponential.OfNonPositive(Vector512.Load(scores + Lanes) - low);
            Vector512<float> w2 = Exponential.OfNonPositive(Vector512.Load(scores + 2 * Lanes) - high), w3 = Exponential.OfNonPositive(Vector512.Load(scores + 3 * Lanes) - high);
            w0.Store(scores);
            w1.Store(scores + Lanes);
            w2.Store(scores + 2 * Lanes);
            w3.Store(scores + 3 * Lanes);
            sums[row] = Sum((w0 + w1) * Vector512.Create(shares[row]) + (w2 + w3) * Vector512.Create(shares[Lanes + row]));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Sum(Vector512<float> values)
    {
        Vector256<float> eight = values.GetLower() + values.GetUpper();
        return Vector128.Sum(eight.GetLower() + eight.GetUpper());
    }

    private static Vector512<float> Share(Vector512<float> highest, Vector512<float> most)
    {
        Vector512<float> isNone = Vector512.Equals(highest, Vector512.Create(float.NegativeInfinity));
        return Vector512.ConditionalSelect(isNone, Vector512<float>.Zero, Exponential.OfNonPositive(highest - most));
    }

    // Where no token is seen, scores are −∞ and stay so.
    private static Vector512<float> Zero(float highest) => Vector512.Create(float.IsNegativeInfinity(highest) ? 0 : highest);

    /// <summary>The largest of numbers: what is not one may count or not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Highest(Vector512<float> values)
    {
        Vector256<float> eight = Vector256.MaxNative(values.GetLower(), values.GetUpper());
        Vector128<float> four = Vector128.MaxNative(eight.GetLower(), eight.GetUpper());
        four = Vector128.MaxNative(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1)));
        return Vector128.MaxNative(four, Vector128.Shuffle(four, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }
}
