using System.Runtime.Intrinsics;

namespace Jibun.Formats;

/// <summary>Sixteen int8 values in rising order that 4-bit codes stand for.</summary>
internal readonly struct Codebook : ILevels
{
    private static readonly sbyte[] NonLinear = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

    /// <summary>Closer together near zero, where most weights are: the values of IQ4_NL and IQ4_XS.</summary>
    public static ReadOnlySpan<sbyte> Values => NonLinear;

    public static CodeTable Table { get; } = new(127, NonLinear);

    public float Lowest => -127;

    public float Spacing => 12;

    // Every threshold that a value exceeds adds the distance between the levels on its sides.
    public Vector256<float> Nearest(Vector256<float> values)
    {
        Vector256<float> nearest = Vector256.Create((float)NonLinear[0]);
        for (int i = 1; i < 16; i++)
        {
            Vector256<float> threshold = Vector256.Create((NonLinear[i - 1] + NonLinear[i]) * 0.5f);
            Vector256<float> distance = Vector256.Create((float)(NonLinear[i] - NonLinear[i - 1]));
            nearest += Vector256.GreaterThan(values, threshold) & distance;
        }
        return nearest;
    }

    public int NearestCode(float value)
    {
        int code = 0;
        while (code < 15 && value > (NonLinear[code] + NonLinear[code + 1]) * 0.5f) code++;
        return code;
    }
}
