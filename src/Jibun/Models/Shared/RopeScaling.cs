namespace Jibun.Models.Shared;

/// <summary>
/// How a rotation reaches beyond the context it was first trained for: positions divided by a factor, or YaRN (Peng et al. 2023),
/// which leaves the fast pairs as they are, divides the slow ones, blends between, and sharpens attention.
/// </summary>
internal sealed record RopeScaling
{
    public static RopeScaling None { get; } = new();

    /// <summary>How many times longer the context became.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>What cosines and sines are multiplied with, so that scores grow by its square.</summary>
    public double Magnitude { get; init; } = 1;

    public bool IsYarn { get; init; }

    /// <summary>Factors for each pair, of which the file has a set for short and one for long contexts.</summary>
    public bool IsLongRope { get; init; }

    /// <summary>Tokens the model was first trained for.</summary>
    public double OriginalContext { get; init; }

    /// <summary>Rotations within the original context: pairs that make more are left alone, pairs that make fewer than <see cref="SlowTurns"/> are divided.</summary>
    public double FastTurns { get; init; } = 32;

    public double SlowTurns { get; init; } = 1;

    /// <summary>How much of the blend is taken: 1 is YaRN, 0 divides all pairs.</summary>
    public double Blend { get; init; } = 1;

    /// <summary>Multiplies the magnitude, as the file says.</summary>
    public double AttentionFactor { get; init; } = 1;

    /// <summary>As the file has it; 0 where it says nothing. Only DeepSeek's models use it.</summary>
    public double LogMultiplier { get; init; }

    /// <summary>YaRN's temperature (§3.3): 1 + 0.1 · weight · ln(factor).</summary>
    public double Temperature(double weight) => Factor <= 1 ? 1 : 1 + 0.1 * weight * Math.Log(Factor);

    /// <summary>Radians per token of each pair.</summary>
    public double[] Frequencies(int rotated, double frequencyBase, float[]? factors)
    {
        double[] frequencies = new double[rotated / 2];
        for (int pair = 0; pair < frequencies.Length; pair++)
            frequencies[pair] = Math.Pow(frequencyBase, -2.0 * pair / rotated) / (factors?[pair] ?? 1) * Stretch(pair, rotated, frequencyBase);
        return frequencies;
    }

    /// <exception cref="ModelException">The scaling is not one of none, linear, yarn and longrope, or a number makes no sense.</exception>
    public static RopeScaling Read(Hyperparameters keys)
    {
        double Positive(string key, double missing) => keys.Positive($"rope.scaling.{key}", missing);
        string type = keys.Text("rope.scaling.type", "linear");
        double attention = Positive("attn_factor", 1);
        double original = Positive("original_context_length", keys.Size("context_length", largest: Hyperparameters.LargestContext));
        double factor = type == "none" || (keys.Has("rope.scaling.factor") && !keys.IsSet("rope.scaling.factor"))
            ? 1
            : Positive("factor", keys.Positive("rope.scale_linear", 1));
        switch (type)
        {
            case "none":
            case "linear":
            case "longrope":
                return new RopeScaling
                {
                    Factor = factor,
                    Magnitude = attention,
                    AttentionFactor = attention,
                    OriginalContext = original,
                    IsLongRope = type == "longrope",
                };
            case "yarn":
                var yarn = new RopeScaling
                {
                    IsYarn = true,
                    Factor = factor,
                    AttentionFactor = attention,
                    OriginalContext = original,
                    FastTurns = Positive("yarn_beta_fast", 32),
                    SlowTurns = Positive("yarn_beta_slow", 1),
                    Blend = keys.Number("rope.scaling.yarn_ext_factor", 1) is >= 0 and <= 1 and double blend ? blend : 1,
                    LogMultiplier = keys.Number("rope.scaling.yarn_log_multiplier", 0),
                };
                return yarn with { Magnitude = attention * yarn.Temperature(1) };
            default:
                throw keys.Refusal($"rope scaling \"{type}\" is not supported for {keys.Architecture}; supported: none, linear, yarn, longrope, and factors in rope_freqs.weight");
        }
    }

    private double Stretch(int pair, int rotated, double frequencyBase)
    {
        if (!IsYarn) return 1 / Factor;
        double PairOf(double turns) => rotated * Math.Log(OriginalContext / (turns * 2 * Math.PI)) / (2 * Math.Log(frequencyBase));
        double low = Math.Max(0, Math.Floor(PairOf(FastTurns))), high = Math.Min(rotated - 1, Math.Ceiling(PairOf(SlowTurns)));
        double kept = Blend * (1 - Math.Clamp((pair - low) / Math.Max(0.001, high - low), 0, 1));
        return kept + (1 - kept) / Factor;
    }
}
