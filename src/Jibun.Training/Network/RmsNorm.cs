using System.Numerics;

namespace Jibun.Training.Network;

/// <summary>y = x / sqrt(mean x² + eps) · gain, row by row.</summary>
internal static unsafe class RmsNorm
{
    /// <returns>1 / sqrt(mean x² + eps), which the backward pass needs.</returns>
    public static float Forward(float* x, float* gain, int count, float* y)
    {
        Vector<float> squares = default;
        for (int i = 0; i < count; i += Vector<float>.Count)
        {
            Vector<float> value = Vector.Load(x + i);
            squares = Vector.FusedMultiplyAdd(value, value, squares);
        }
        float inverse = 1 / MathF.Sqrt(Vector.Sum(squares) / count + NetworkShape.NormEpsilon);
        for (int i = 0; i < count; i += Vector<float>.Count) (Vector.Load(x + i) * inverse * Vector.Load(gain + i)).Store(y + i);
        return inverse;
    }

    /// <summary>
    /// With n = x·inverse and g = dy·gain: dx = inverse · (g - n · mean(g·n)), dgain += dy·n. Adds to <paramref name="dx"/>
    /// if <paramref name="accumulate"/>.
    /// </summary>
    public static void Backward(float* x, float* gain, float inverse, float* dy, int count, float* dx, float* dGain, bool accumulate)
    {
        Vector<float> products = default;
        for (int i = 0; i < count; i += Vector<float>.Count)
        {
            Vector<float> normal = Vector.Load(x + i) * inverse, gradient = Vector.Load(dy + i);
            Vector.FusedMultiplyAdd(gradient, normal, Vector.Load(dGain + i)).Store(dGain + i);
            products = Vector.FusedMultiplyAdd(gradient * Vector.Load(gain + i), normal, products);
        }
        float mean = Vector.Sum(products) / count * inverse;
        for (int i = 0; i < count; i += Vector<float>.Count)
        {
            Vector<float> value = (Vector.Load(dy + i) * Vector.Load(gain + i) - Vector.Load(x + i) * mean) * inverse;
            if (accumulate) value += Vector.Load(dx + i);
            value.Store(dx + i);
        }
    }
}
