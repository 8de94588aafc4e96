using System.Runtime.Intrinsics;

namespace Jibun.Formats;

/// <summary>The values that the codes of a symmetric format stand for, in units of the group's scale.</summary>
internal interface ILevels
{
    /// <summary>The lowest value: the one of largest magnitude.</summary>
    float Lowest { get; }

    /// <summary>About the distance of neighbouring values at the ends.</summary>
    float Spacing { get; }

    /// <summary>The values nearest to each lane.</summary>
    Vector256<float> Nearest(Vector256<float> values);

    /// <summary>The code of the value nearest to one value, from 0.</summary>
    int NearestCode(float value);
}

/// <summary>−count … count − 1.</summary>
internal readonly struct LinearLevels(int count) : ILevels
{
    public float Lowest => -count;

    public float Spacing => 1;

    public Vector256<float> Nearest(Vector256<float> values) =>
        Vector256.Min(Vector256.Max(Vector256.Round(values), Vector256.Create(-(float)count)), Vector256.Create(count - 1f));

    public int NearestCode(float value) => (int)Math.Clamp(MathF.Round(value), -count, count - 1) + count;
}
