namespace Jibun.Training;

/// <summary>SplitMix64 (Steele, Lea, Flood 2014): one 64-bit word of state, so that a checkpoint can hold it.</summary>
internal struct SplitMix(ulong state)
{
    public ulong State { get; private set; } = state;

    public ulong Next()
    {
        State += 0x9E3779B97F4A7C15;
        ulong z = State;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
        z = (z ^ z >> 27) * 0x94D049BB133111EB;
        return z ^ z >> 31;
    }

    /// <summary>Uniform in [0, 1).</summary>
    public float NextFloat() => (Next() >> 40) * (1f / (1 << 24));

    /// <summary>Uniform in [0, bound).</summary>
    public int NextInt(int bound) => (int)Math.BigMul(Next(), (ulong)bound, out _);

    /// <summary>Standard normal, by the method of Box and Muller.</summary>
    public float NextNormal() =>
        MathF.Sqrt(-2 * MathF.Log(1 - NextFloat())) * MathF.Cos(2 * MathF.PI * NextFloat());
}
