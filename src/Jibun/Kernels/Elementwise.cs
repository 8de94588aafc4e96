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
        Vector512<float> squares = Vector512<float>.Zero;
        int i = 0;
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
        double sum = 0, squares = 0;
        for (int i = 0; i < length; i++) sum += x[i];
        double mean = sum / length;
        for (int i = 0; i < length; i++) squares += (x[i] - mean) * (x[i] - mean);
        double scale = 1 / Math.Sqrt(squares / length + epsilon);
        for (int i = 0; i < length; i++) x[i] = (float)((x[i] - mean) * scale) * weight[i] + bias[i];
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
        for (int i = 0; i < length; i++)
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
            for (int i = 0; i < half; i++)
            {
                (float a, float b) = (head[2 * i], head[2 * i + 1]);
                head[2 * i] = a * cosines[i] - b * sines[i];
                head[2 * i + 1] = a * sines[i] + b * cosines[i];
            }
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Silu(Vector512<float> x) => x / (Vector512<float>.One + Vector512.Exp(-x));

    // 0.5 x (1 + tanh u) = x · sigmoid(2u) with u = √(2/π) (x + 0.044715 x³).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Gelu(Vector512<float> x)
    {
        Vector512<float> cubic = Vector512.FusedMultiplyAdd(x * x, Vector512.Create(0.044715f), Vector512<float>.One);
        return x / (Vector512<float>.One + Vector512.Exp(x * cubic * Vector512.Create(-1.5957691216057308f)));
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
