using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Jibun.Kernels.Portable;

namespace Jibun.Kernels;

/// <summary>
/// Softmax attention of single queries over a page of cached keys and values, folded into a running result (the online softmax
/// of "FlashAttention", Dao et al. 2022, §3). Keys lie transposed, <c>[head size][PageTokens]</c>, so that sixteen scores grow
/// side by side without sums across lanes; values lie as <c>[PageTokens][head size]</c>.
/// </summary>
internal static unsafe class PagedAttention
{
    public const int PageTokens = 64;

    /// <summary>The running result of one query: <c>maximum, weight, value [head size]</c>.</summary>
    public static int StateFloats(int headSize) => headSize + 16;

    public static void Begin(float* state, int headSize)
    {
        new Span<float>(state, StateFloats(headSize)).Clear();
        state[0] = float.NegativeInfinity;
    }

    /// <summary>With a sink: a score that takes its share of the weight and has no value.</summary>
    public static void Begin(float* state, int headSize, float sink)
    {
        Begin(state, headSize);
        (state[0], state[1]) = (sink, 1);
    }

    /// <summary>Folds the first <paramref name="tokens"/> tokens of a page in; keys and values may differ in size, states are of the values'.</summary>
    public static void Fold(float* query, float* keys, float* values, int tokens, int keySize, int valueSize, float scale, float* state) =>
        Fold(query, keys, values, 0, tokens, keySize, valueSize, scale, 0, state);

    /// <summary>The same without the <paramref name="hidden"/> first of them.</summary>
    /// <param name="cap">Scores become cap · tanh(score / cap); 0 leaves them.</param>
    public static void Fold(
        float* query, float* keys, float* values, int hidden, int tokens, int keySize, int valueSize, float scale, float cap, float* state)
    {
        float* scores = stackalloc float[PageTokens];
        float maximum = Score(query, keys, tokens, keySize, scale, scores);
        if (cap != 0) maximum = Cap(scores, tokens, cap);
        if (hidden > 0) maximum = Hide(scores, hidden, tokens);
        maximum = MathF.Max(maximum, state[0]);
        float fade = MathF.Exp(state[0] - maximum);
        Vector512<float> sum = Vector512<float>.Zero;
        int padded = (tokens + 15) & ~15;
        for (int i = 0; i < padded; i += 16)
        {
            Vector512<float> weight = Vector512.Exp(Vector512.Load(scores + i) - Vector512.Create(maximum));
            weight.Store(scores + i);
            sum += weight;
        }
        state[0] = maximum;
        state[1] = state[1] * fade + Vector512.Sum(sum);
        Accumulate(scores, values, tokens, valueSize, fade, state + 16);
    }

    /// <summary>Divides by the sum of the weights.</summary>
    public static void Finish(float* state, int headSize, float* output)
    {
        float inverse = 1 / state[1];
        int i = 0;
        for (; i + 16 <= headSize; i += 16) (Vector512.Load(state + 16 + i) * Vector512.Create(inverse)).Store(output + i);
        for (; i < headSize; i++) output[i] = state[16 + i] * inverse;
    }

    // Scores of tokens that are not there become −∞, so that their weight is 0.
    private static float Score(float* query, float* keys, int tokens, int headSize, float scale, float* scores)
    {
        Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default;
        if (tokens > 32)
        {
            for (int i = 0; i < headSize; i++, keys += PageTokens)
            {
                Vector512<float> q = Vector512.Create(query[i]);
                s0 = Vector512.FusedMultiplyAdd(q, Vector512.Load(keys), s0);
                s1 = Vector512.FusedMultiplyAdd(q, Vector512.Load(keys + 16), s1);
                s2 = Vector512.FusedMultiplyAdd(q, Vector512.Load(keys + 32), s2);
                s3 = Vector512.FusedMultiplyAdd(q, Vector512.Load(keys + 48), s3);
            }
        }
        else
        {
            for (int i = 0; i < headSize; i++, keys += PageTokens)
            {
                Vector512<float> q = Vector512.Create(query[i]);
                s0 = Vector512.FusedMultiplyAdd(q, Vector512.Load(keys), s0);
                s1 = Vector512.FusedMultiplyAdd(q, Vector512.Load(keys + 16), s1);
            }
        }
        Vector512<float> maximum = Vector512.Create(float.NegativeInfinity);
        maximum = Vector512.Max(maximum, StoreScores(s0, tokens, scale, scores));
        maximum = Vector512.Max(maximum, StoreScores(s1, tokens - 16, scale, scores + 16));
        maximum = Vector512.Max(maximum, StoreScores(s2, tokens - 32, scale, scores + 32));
        maximum = Vector512.Max(maximum, StoreScores(s3, tokens - 48, scale, scores + 48));
        Vector256<float> eight = Vector256.Max(maximum.GetLower(), maximum.GetUpper());
        Vector128<float> four = Vector128.Max(eight.GetLower(), eight.GetUpper());
        return MathF.Max(MathF.Max(four[0], four[1]), MathF.Max(four[2], four[3]));
    }

    private static float Cap(float* scores, int tokens, float cap)
    {
        Elementwise.SoftCap(scores, cap, tokens);
        return Maximum(scores, 0, tokens);
    }

    private static float Hide(float* scores, int hidden, int tokens)
    {
        new Span<float>(scores, hidden).Fill(float.NegativeInfinity);
        return Maximum(scores, hidden, tokens);
    }

    private static float Maximum(float* scores, int start, int end)
    {
        float maximum = float.NegativeInfinity;
        for (int i = start; i < end; i++) maximum = MathF.Max(maximum, scores[i]);
        return maximum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> StoreScores(Vector512<float> sums, int tokens, float scale, float* scores)
    {
        Vector512<int> there = Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(tokens));
        Vector512<float> masked =
            Vector512.ConditionalSelect(there.AsSingle(), sums * Vector512.Create(scale), Vector512.Create(float.NegativeInfinity));
        masked.Store(scores);
        return masked;
    }

    private static void Accumulate(float* weights, float* values, int tokens, int headSize, float fade, float* result)
    {
        Vector512<float> fading = Vector512.Create(fade);
        int i = 0;
        for (; i + 64 <= headSize; i += 64)
        {
            Vector512<float> r0 = Vector512.Load(result + i) * fading, r1 = Vector512.Load(result + i + 16) * fading;
            Vector512<float> r2 = Vector512.Load(result + i + 32) * fading, r3 = Vector512.Load(result + i + 48) * fading;
            float* value = values + i;
            for (int token = 0; token < tokens; token++, value += headSize)
            {
                Vector512<float> weight = Vector512.Create(weights[token]);
                r0 = Vector512.FusedMultiplyAdd(weight, Vector512.Load(value), r0);
                r1 = Vector512.FusedMultiplyAdd(weight, Vector512.Load(value + 16), r1);
                r2 = Vector512.FusedMultiplyAdd(weight, Vector512.Load(value + 32), r2);
                r3 = Vector512.FusedMultiplyAdd(weight, Vector512.Load(value + 48), r3);
            }
            r0.Store(result + i);
            r1.Store(result + i + 16);
            r2.Store(result + i + 32);
            r3.Store(result + i + 48);
        }
        for (; i + 16 <= headSize; i += 16)
        {
            Vector512<float> r = Vector512.Load(result + i) * fading;
            float* value = values + i;
            for (int token = 0; token < tokens; token++, value += headSize)
                r = Vector512.FusedMultiplyAdd(Vector512.Create(weights[token]), Vector512.Load(value), r);
            r.Store(result + i);
        }
        for (; i < headSize; i++)
        {
            float r = result[i] * fade;
            for (int token = 0; token < tokens; token++) r = MathF.FusedMultiplyAdd(weights[token], values[token * headSize + i], r);
            result[i] = r;
        }
    }

    /// <summary>Converts a run of float16 values; <paramref name="count"/> is a multiple of 16.</summary>
    public static void Widen(ushort* halves, int count, float* floats)
    {
        for (int i = 0; i < count; i += 16) HalfLanes.Load(halves + i).Store(floats + i);
    }
}
