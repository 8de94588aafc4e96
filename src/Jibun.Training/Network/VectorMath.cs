using System.Numerics;
using System.Runtime.CompilerServices;

namespace Jibun.Training.Network;

internal static class VectorMath
{
    /// <summary>
    /// e^x within 2 units in the last place for x in [-87, 88], clamped outside. x = k ln 2 + r with |r| ≤ ln 2 / 2, ln 2 split in two so
    /// that r is exact; e^r by its Taylor series to r⁷ in Horner form; 2^k by the exponent bits.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Exp(Vector<float> x)
    {
        x = Vector.Min(Vector.Max(x, new Vector<float>(-87)), new Vector<float>(88));
        var magic = new Vector<float>(12582912f);
        Vector<float> k = Vector.FusedMultiplyAdd(x, new Vector<float>(1.44269504f), magic) - magic;
        Vector<float> r = Vector.FusedMultiplyAdd(k, new Vector<float>(-0.693359375f), x);
        r = Vector.FusedMultiplyAdd(k, new Vector<float>(2.12194440e-4f), r);
        Vector<float> sum = Vector.FusedMultiplyAdd(new Vector<float>(1f / 5040), r, new Vector<float>(1f / 720));
        sum = Vector.FusedMultiplyAdd(sum, r, new Vector<float>(1f / 120));
        sum = Vector.FusedMultiplyAdd(sum, r, new Vector<float>(1f / 24));
        sum = Vector.FusedMultiplyAdd(sum, r, new Vector<float>(1f / 6));
        sum = Vector.FusedMultiplyAdd(sum, r, new Vector<float>(0.5f));
        sum = Vector.FusedMultiplyAdd(sum, r, Vector<float>.One);
        sum = Vector.FusedMultiplyAdd(sum, r, Vector<float>.One);
        return Vector.AsVectorSingle((Vector.ConvertToInt32(k) + new Vector<int>(127)) << 23) * sum;
    }
}
