namespace Jibun.Formats;

/// <summary>
/// The four-bit float of OCP Microscaling Formats 1.0: two bits of exponent, one of mantissa. Values are taken doubled, as
/// integers, and scales halved.
/// </summary>
internal static class E2M1
{
    /// <summary>What <see cref="BlockAnatomy"/> adds to the values.</summary>
    public const int ZeroPoint = 12;

    /// <summary>Twice the value of each code, whose sign bit is bit 3.</summary>
    public static ReadOnlySpan<sbyte> Values => [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12];

    public static CodeTable Table { get; } = new(ZeroPoint, Values);

    /// <summary>The code whose value is nearest; of equal ones the first.</summary>
    public static int Nearest(float weight, float scale)
    {
        int nearest = 0;
        for (int code = 1; code < 16; code++)
            if (MathF.Abs(Values[code] * scale - weight) < MathF.Abs(Values[nearest] * scale - weight)) nearest = code;
        return nearest;
    }

    /// <summary>The weighted squared error of weights with a scale and their nearest codes.</summary>
    public static double Error(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, float scale)
    {
        double error = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            double difference = Values[Nearest(weights[i], scale)] * scale - weights[i];
            error += importance[i] * difference * difference;
        }
        return error;
    }
}
