using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Jibun.Kernels;

/// <summary>
/// e^x in float32 with an error below one unit in the last place: x = n·ln 2 + r, |r| ≤ ln 2 / 2; e^r by a polynomial of the sixth
/// degree (1 and r exact, the others fitted to the least relative error, 3e-9), and n added to its exponent.
/// </summary>
internal static class Exponential
{
    private const float Least = -87.33655f; // ln of the smallest normal float
    private const float Round = 12582912f; // 1.5 · 2^23: what is added to it becomes a whole number

    /// <param name="x">At most 0. Where e^x is below all normal floats, the result is 0; what is not a number stays so.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> OfNonPositive(Vector512<float> x)
    {
        Vector512<float> shifted = Vector512.FusedMultiplyAdd(x, Vector512.Create(1.44269504f), Vector512.Create(Round));
        Vector512<float> n = shifted - Vector512.Create(Round);
        Vector512<float> r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-0.693147182f), x);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(1.90465421e-9f), r);
        Vector512<float> power = Vector512.Create(0.0013814539415761828f);
        power = Vector512.FusedMultiplyAdd(power, r, Vector512.Create(0.00836874544620514f));
        power = Vector512.FusedMultiplyAdd(power, r, Vector512.Create(0.04166838899254799f));
        power = Vector512.FusedMultiplyAdd(power, r, Vector512.Create(0.1666652113199234f));
        power = Vector512.FusedMultiplyAdd(power, r, Vector512.Create(0.4999999403953552f));
        power = Vector512.FusedMultiplyAdd(power, r, Vector512<float>.One);
        power = Vector512.FusedMultiplyAdd(power, r, Vector512<float>.One);
        Vector512<float> result = (power.AsInt32() + (shifted.AsInt32() << 23)).AsSingle();
        return Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512.Create(Least)), Vector512<float>.Zero, result);
    }
}
