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
        for (int i = 0; i < width; i++) y[i] = signs is null ? x[i] * _scale : x[i] * signs[i] * _scale;
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
        for (; step < Math.Min(block, Vector256<float>.Count); step *= 2)
            for (int i = 0; i < block; i += 2 * step)
                for (int j = i; j < i + step; j++) (x[j], x[j + step]) = (x[j] + x[j + step], x[j] - x[j + step]);
        for (; step < block; step *= 2)
            for (int i = 0; i < block; i += 2 * step)
                for (int j = i; j < i + step; j += Vector256<float>.Count)
                {
                    Vector256<float> low = Vector256.Load(x + j), high = Vector256.Load(x + j + step);
                    (low + high).Store(x + j);
                    (low - high).Store(x + j + step);
                }
    }
}
