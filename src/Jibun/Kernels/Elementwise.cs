using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Jibun.Kernels;

/// <summary>Operations on single rows of activations. Lengths need not be multiples of a vector.</summary>
public static unsafe class Elementwise
{
    private const int Lanes = 16;

    /// <summary>y = x / sqrt(mean(x²) + epsilon) · weight. <paramref name="y"/> may be <paramref name="x"/>.</summary>
    public static void RmsNorm(float* x, float* weight, float* y, int length, float epsilon)
    {
        Vector512<float> squares = default, more = default;
        int i = 0;
        for (; i + 2 * Lanes <= length; i += 2 * Lanes)
        {
            Vector512<float> v = Vector512.Load(x + i), w = Vector512.Load(x + i + Lanes);
            squares = Vector512.FusedMultiplyAdd(v, v, squares);
            more = Vector512.FusedMultiplyAdd(w, w, more);
        }
        squares += more;
        for (; i + Lanes <= length; i += Lanes)
        {
            Vector512<float> v = Vector512.Load(x + i);
            squares = Vector512.FusedMultiplyAdd(v, v, squares);
        }
        double sum = Vector512.Sum(squares);
        for (; i < length; i++) sum += x[i] * x[i];
        float scale = (float)(1 / Math.Sqrt(sum / length + epsilon));
        Vector512<float> scales = Vector512.Create(scale);
        for (i = 0; i + Lanes <= length; i += Lanes) (Vector512.Load(x + i) * scales * Vector512.Load(weight + i)).Store(y + i);
        for (; i < length; i++) y[i] = x[i] * scale * weight[i];
    }

    /// <summary>x = (x − mean) / sqrt(variance + epsilon) · weight + bias.</summary>
    public static void LayerNorm(float* x, float* weight, float* bias, int length, float epsilon)
    {
        Vector512<float> sums = default;
        int i = 0;
        for (; i + Lanes <= length; i += Lanes) sums += Vector512.Load(x + i);
        double sum = Vector512.Sum(sums);
        for (; i < length; i++) sum += x[i];
        float mean = (float)(sum / length);
        Vector512<float> means = Vector512.Create(mean), squares = default;
        for (i = 0; i + Lanes <= length; i += Lanes)
        {
            Vector512<float> distance = Vector512.Load(x + i) - means;
            squares = Vector512.FusedMultiplyAdd(distance, distance, squares);
        }
        double square = Vector512.Sum(squares);
        for (; i < length; i++) square += (x[i] - mean) * (x[i] - mean);
        float scale = (float)(1 / Math.Sqrt(square / length + epsilon));
        Vector512<float> scales = Vector512.Create(scale);
        for (i = 0; i + Lanes <= length; i += Lanes)
            ((Vector512.Load(x + i) - means) * scales * Vector512.Load(weight + i) + Vector512.Load(bias + i)).Store(x + i);
        for (; i < length; i++) x[i] = (x[i] - mean) * scale * weight[i] + bias[i];
    }

    /// <summary>y += x.</summary>
    public static void Add(float* y, float* x, int length)
    {
        int i = 0;
        for (; i + Lanes <= length; i += Lanes) (Vector512.Load(y + i) + Vector512.Load(x + i)).Store(y + i);
        for (; i < length; i++) y[i] += x[i];
    }

    /// <summary>y = scale · y.</summary>
    public static void Scale(float* y, float scale, int length)
    {
        int i = 0;
        for (; i + Lanes <= length; i += Lanes) (Vector512.Load(y + i) * Vector512.Create(scale)).Store(y + i);
        for (; i < length; i++) y[i] *= scale;
    }

    /// <summary>y += scale · x.</summary>
    public static void AddScaled(float* y, float* x, float scale, int length)
    {
        Vector512<float> scales = Vector512.Create(scale);
        int i = 0;
        for (; i + Lanes <= length; i += Lanes) Vector512.FusedMultiplyAdd(Vector512.Load(x + i), scales, Vector512.Load(y + i)).Store(y + i);
        for (; i < length; i++) y[i] = MathF.FusedMultiplyAdd(x[i], scale, y[i]);
    }

    /// <summary>gate = g · sigmoid(1.702 g) · (u + 1) with g = min(gate, 7) and u = clamp(up, ±7), as gpt-oss has it.</summary>
    public static void ClampedSwiGlu(float* gate, float* up, int length)
    {
        const float Slope = 1.702f, Limit = 7;
        Vector512<float> slope = Vector512.Create(-Slope), limit = Vector512.Create(Limit);
        int i = 0;
        for (; i + Lanes <= length; i += Lanes)
        {
            Vector512<float> g = Vector512.Min(Vector512.Load(gate + i), limit), u = Vector512.Max(Vector512.Min(Vector512.Load(up + i), limit), -limit);
            (g / (Vector512<float>.One + Vector512.Exp(slope * g)) * (u + Vector512<float>.One)).Store(gate + i);
        }
        for (; i < length; i++)
        {
            float g = MathF.Min(gate[i], Limit), u = Math.Clamp(up[i], -Limit, Limit);
            gate[i] = g / (1 + MathF.Exp(-Slope * g)) * (u + 1);
        }
    }

    /// <summary>gate = gate · sigmoid(gate) · up.</summary>
    public static void SiluProduct(float* gate, float* up, int length)
    {
        int i = 0;
        for (; i + Lanes <= length; i += Lanes) (Silu(Vector512.Load(gate + i)) * Vector512.Load(up + i)).Store(gate + i);
        if (i < length) Tail<SiluTail>(gate + i, up + i, length - i);
    }

    /// <summary>gate = gelu(gate) · up, with gelu's approximation by tanh (Hendrycks and Gimpel 2016, §2).</summary>
    public static void GeluProduct(float* gate, float* up, int length)
    {
        int i = 0;
        for (; i + Lanes <= length; i += Lanes) (Gelu(Vector512.Load(gate + i)) * Vector512.Load(up + i)).Store(gate + i);
        if (i < length) Tail<GeluTail>(gate + i, up + i, length - i);
    }

    /// <summary>y = gelu(y), as <see cref="GeluProduct"/> has it.</summary>
    public static void Gelu(float* y, int length)
    {
        int i = 0;
        for (; i + Lanes <= length; i += Lanes) Gelu(Vector512.Load(y + i)).Store(y + i);
        for (; i < length; i++) y[i] = Gelu(Vector512.Create(y[i]))[0];
    }

    /// <summary>y = cap · tanh(y / cap).</summary>
    public static void SoftCap(float* y, float cap, int length)
    {
        Vector512<float> caps = Vector512.Create(cap), inverse = Vector512.Create(1 / cap);
        int i = 0;
        for (; i + Lanes <= length; i += Lanes) (caps * Tanh(Vector512.Load(y + i) * inverse)).Store(y + i);
        for (; i < length; i++) y[i] = cap * Tanh(Vector512.Create(y[i] * (1 / cap)))[0];
    }

    /// <summary>gate = max(gate, 0)² · up.</summary>
    public static void SquaredReluProduct(float* gate, float* up, int length)
    {
        int i = 0;
        for (; i + Lanes <= length; i += Lanes) (SquaredRelu(Vector512.Load(gate + i)) * Vector512.Load(up + i)).Store(gate + i);
        if (i < length) Tail<SquaredReluTail>(gate + i, up + i, length - i);
    }

    /// <summary>Rotates the first <paramref name="rotated"/> values of a head; pairs are neighbours, or halves apart (NEOX).</summary>
    public static void Rotate(float* head, float* cosines, float* sines, int rotated, bool halvesApart)
    {
        int half = rotated / 2;
        if (!halvesApart)
        {
            RotateNeighbours(head, cosines, sines, half);
            return;
        }
        int pair = 0;
        for (; pair + 8 <= half; pair += 8)
        {
            Vector256<float> a = Vector256.Load(head + pair), b = Vector256.Load(head + half + pair);
            Vector256<float> cosine = Vector256.Load(cosines + pair), sine = Vector256.Load(sines + pair);
            (a * cosine - b * sine).Store(head + pair);
            (a * sine + b * cosine).Store(head + half + pair);
        }
        for (; pair < half; pair++)
        {
            (float a, float b) = (head[pair], head[half + pair]);
            head[pair] = a * cosines[pair] - b * sines[pair];
            head[half + pair] = a * sines[pair] + b * cosines[pair];
        }
    }

    // a b …   ·  cos cos …   +   b a …  ·  −sin sin …
    private static void RotateNeighbours(float* head, float* cosines, float* sines, int pairs)
    {
        Vector512<int> twice = Vector512.Create(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
        Vector512<float> signs = Vector512.Create(Vector128.Create(-1f, 1, -1, 1));
        int i = 0;
        for (; i + 8 <= pairs; i += 8)
        {
            Vector512<float> both = Vector512.Load(head + 2 * i);
            Vector512<float> cosine = Vector512.Shuffle(Vector512.Create(Vector256.Load(cosines + i), default), twice);
            Vector512<float> sine = Vector512.Shuffle(Vector512.Create(Vector256.Load(sines + i), default), twice) * signs;
            Vector512<float> swapped = Vector512.Shuffle(both, Vector512.Create(1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14));
            (both * cosine + swapped * sine).Store(head + 2 * i);
        }
        for (; i < pairs; i++)
        {
            (float a, float b) = (head[2 * i], head[2 * i + 1]);
            head[2 * i] = a * cosines[i] - b * sines[i];
            head[2 * i + 1] = a * sines[i] + b * cosines[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Silu(Vector512<float> x) => SigmoidProduct(x, x);

    // 0.5 x (1 + tanh u) = x · sigmoid(2u) with u = √(2/π) (x + 0.044715 x³).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Gelu(Vector512<float> x)
    {
        Vector512<float> cubic = Vector512.FusedMultiplyAdd(x * x, Vector512.Create(0.044715f), Vector512<float>.One);
        return SigmoidProduct(x, x * cubic * Vector512.Create(1.5957691216057308f));
    }

    // x · sigmoid(z), by the exponential of a number that is not positive: 1 / (1 + e^−z) or e^z / (1 + e^z).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> SigmoidProduct(Vector512<float> x, Vector512<float> z)
    {
        Vector512<float> exponential = Exponential.OfNonPositive(-Vector512.Abs(z));
        Vector512<float> above = Vector512.ConditionalSelect(Vector512.LessThan(z, Vector512<float>.Zero), exponential, Vector512<float>.One);
        return x * above / (Vector512<float>.One + exponential);
    }

    // 1 − 2 / (e^2x + 1): exact to 6e-8, which is all that caps and gates need.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Tanh(Vector512<float> x)
    {
        Vector512<float> limited = Vector512.Min(Vector512.Max(x, Vector512.Create(-20f)), Vector512.Create(20f));
        return Vector512<float>.One - Vector512.Create(2f) / (Vector512.Exp(limited + limited) + Vector512<float>.One);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> SquaredRelu(Vector512<float> x)
    {
        Vector512<float> positive = Vector512.Max(x, Vector512<float>.Zero);
        return positive * positive;
    }

    private interface IActivation
    {
        static abstract Vector512<float> Apply(Vector512<float> x);
    }

    private readonly struct SiluTail : IActivation
    {
        public static Vector512<float> Apply(Vector512<float> x) => Silu(x);
    }

    private readonly struct GeluTail : IActivation
    {
        public static Vector512<float> Apply(Vector512<float> x) => Gelu(x);
    }

    private readonly struct SquaredReluTail : IActivation
    {
        public static Vector512<float> Apply(Vector512<float> x) => SquaredRelu(x);
    }

    private static void Tail<TActivation>(float* gate, float* up, int length) where TActivation : IActivation
    {
        float* rest = stackalloc float[Lanes];
        new Span<float>(rest, Lanes).Clear();
        new Span<float>(gate, length).CopyTo(new Span<float>(rest, length));
        TActivation.Apply(Vector512.Load(rest)).Store(rest);
        for (int i = 0; i < length; i++) gate[i] = rest[i] * up[i];
    }
}
