using System.Runtime.Intrinsics;

namespace Jibun.Kernels;

/// <summary>
/// The basis that some weights are stored in: a row w becomes H(s ∘ w), with signs s and, block by block, the normalized
/// Walsh–Hadamard transform H in natural order. Since this is a rotation, w · x = H(s ∘ w) · H(s ∘ x).
/// </summary>
/// <param name="block">Values that are transformed together: a power of two, at least 2.</param>
/// <param name="signs">[width], 1 or −1; null: all 1.</param>
public sealed unsafe class HadamardRotation(int block, float[]? signs)
{
    private readonly float _scale = (float)(1 / Math.Sqrt(block));

    /// <summary>y = H(s ∘ x). The width is a multiple of the block.</summary>
    public void Apply(float* x, float* y, int width)
    {
        for (int i = 0; i < width; i++) y[i] = signs is null ? x[i] * _scale : x[i] * (signs[i] * _scale);
        for (int start = 0; start < width; start += block) Transform(y + start);
    }

    /// <summary>x = s ∘ H(y), in place: what a stored row stands for.</summary>
    public void Undo(Span<float> row)
    {
        fixed (float* x = row)
            for (int start = 0; start < row.Length; start += block) Transform(x + start);
        for (int i = 0; i < row.Length; i++) row[i] *= signs is null ? _scale : signs[i] * _scale;
    }

    private void Transform(float* x)
    {
        int step = 1;
        if (block >= Vector256<float>.Count)
        {
            for (int i = 0; i < block; i += Vector256<float>.Count) TransformEight(Vector256.Load(x + i)).Store(x + i);
            step = Vector256<float>.Count;
        }
        for (; step < block; step *= 2)
            for (int i = 0; i < block; i += 2 * step)
                Add(x + i, x + i + step, step);
    }

    // Every lane and the one that is 1, 2, 4 lanes away become their sum and their difference.
    private static Vector256<float> TransformEight(Vector256<float> x)
    {
        x = Vector256.Shuffle(x, Vector256.Create(1, 0, 3, 2, 5, 4, 7, 6)) + x * Vector256.Create(1f, -1, 1, -1, 1, -1, 1, -1);
        x = Vector256.Shuffle(x, Vector256.Create(2, 3, 0, 1, 6, 7, 4, 5)) + x * Vector256.Create(1f, 1, -1, -1, 1, 1, -1, -1);
        return Vector256.Shuffle(x, Vector256.Create(4, 5, 6, 7, 0, 1, 2, 3)) + x * Vector256.Create(1f, 1, 1, 1, -1, -1, -1, -1);
    }

    private static void Add(float* low, float* high, int count)
    {
        int i = 0;
        for (; i + Vector256<float>.Count <= count; i += Vector256<float>.Count)
        {
            Vector256<float> a = Vector256.Load(low + i), b = Vector256.Load(high + i);
            (a + b).Store(low + i);
            (a - b).Store(high + i);
        }
        for (; i < count; i++) (low[i], high[i]) = (low[i] + high[i], low[i] - high[i]);
    }
}
