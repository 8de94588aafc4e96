using System.Numerics;

namespace Jibun.Generation;

/// <summary>xoshiro256** (Blackman and Vigna 2018), seeded by splitmix64: the same numbers on every platform and version.</summary>
internal sealed class RandomSource
{
    private ulong _a, _b, _c, _d;

    public RandomSource(ulong seed)
    {
        ulong Next()
        {
            ulong z = seed += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
        (_a, _b, _c, _d) = (Next(), Next(), Next(), Next());
    }

    /// <summary>Gives the numbers that the other is about to give.</summary>
    public void Follow(RandomSource other) => (_a, _b, _c, _d) = (other._a, other._b, other._c, other._d);

    /// <summary>Uniform in [0, 1).</summary>
    public double NextDouble()
    {
        ulong result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        ulong shifted = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= shifted;
        _d = BitOperations.RotateLeft(_d, 45);
        return (result >> 11) * (1.0 / (1UL << 53));
    }
}
