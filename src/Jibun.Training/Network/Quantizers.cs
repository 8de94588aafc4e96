using System.Numerics;

namespace Jibun.Training.Network;

/// <summary>
/// What the run-time formats do to weights and activations, applied while training: TQ2_0 weights, Q8_K and Q8_0 activations.
/// </summary>
internal static unsafe class Quantizers
{
    // Adding and subtracting 1.5 * 2^23 rounds |x| < 2^22 to the nearest integer, ties to even.
    private const float Rounding = 12582912;

    /// <summary>Scale of a ternary tensor: mean |w|, rounded to the half precision that TQ2_0 stores.</summary>
    public static float TernaryScale(float* weights, int count)
    {
        double sum = 0;
        for (int start = 0; start < count; start += 256)
        {
            Vector<float> part = default;
            for (int i = start; i < start + 256; i += Vector<float>.Count) part += Vector.Abs(Vector.Load(weights + i));
            sum += Vector.Sum(part);
        }
        return (float)(Half)(float)(sum / count);
    }

    /// <summary>Codes -1, 0, 1 of weights; the count is a multiple of the vector width.</summary>
    public static void Ternary(float* weights, int count, float scale, float* codes)
    {
        float inverse = scale > 0 ? 1 / scale : 0;
        var magic = new Vector<float>(Rounding);
        for (int i = 0; i < count; i += Vector<float>.Count)
        {
            Vector<float> clipped = Vector.Min(Vector.Max(Vector.Load(weights + i) * inverse, -Vector<float>.One), Vector<float>.One);
            (clipped + magic - magic).Store(codes + i);
        }
    }

    /// <summary>
    /// Q8_K: per 256 values, codes = round(x · 127 / max|x|). ggml's scale carries the sign of the largest value and so do its codes; their product is the same.
    /// </summary>
    /// <param name="scales">Scale of block b at <c>scales[b · scaleStride]</c>.</param>
    public static void Q8K(float* x, int count, float* codes, float* decoded, float* scales, int scaleStride)
    {
        var magic = new Vector<float>(Rounding);
        for (int start = 0; start < count; start += 256)
        {
            float largest = LargestMagnitude(x + start, 256);
            float inverse = largest > 1e-30f ? 127 / largest : 0, scale = inverse > 0 ? 1 / inverse : 0;
            scales[start / 256 * scaleStride] = scale;
            for (int i = start; i < start + 256; i += Vector<float>.Count)
            {
                Vector<float> code = Vector.Load(x + i) * inverse + magic - magic;
                code.Store(codes + i);
                (code * scale).Store(decoded + i);
            }
        }
    }

    /// <summary>Q8_0 there and back, per 32 values, the scale in half precision.</summary>
    /// <param name="activations">ggml rounds activations to nearest even, weights away from zero.</param>
    public static void Q8Zero(float* x, int count, float* decoded, bool activations)
    {
        for (int start = 0; start < count; start += 32)
        {
            float largest = LargestMagnitude(x + start, 32), scale = largest / 127;
            float inverse = largest > 0 ? activations ? 127 / largest : 1 / scale : 0;
            float stored = (float)(Half)scale;
            for (int i = start; i < start + 32; i++)
                decoded[i] = MathF.Round(x[i] * inverse, activations ? MidpointRounding.ToEven : MidpointRounding.AwayFromZero) * stored;
        }
    }

    private static float LargestMagnitude(float* x, int count)
    {
        Vector<float> largest = Vector.Abs(Vector.Load(x));
        for (int i = Vector<float>.Count; i < count; i += Vector<float>.Count) largest = Vector.Max(largest, Vector.Abs(Vector.Load(x + i)));
        float result = 0;
        for (int i = 0; i < Vector<float>.Count; i++) result = MathF.Max(result, largest[i]);
        return result;
    }
}
