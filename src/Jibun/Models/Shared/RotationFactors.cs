namespace Jibun.Models.Shared;

/// <summary>What a file divides the rotation's frequencies by, pair by pair.</summary>
internal static class RotationFactors
{
    /// <summary>
    /// One set (Llama 3.1), or two of which one is chosen when the model is loaded (LongRoPE, Ding et al. 2024): the long one for
    /// contexts beyond the original.
    /// </summary>
    /// <returns>[rotated / 2], or null where the frequencies stay.</returns>
    /// <exception cref="ModelException">The file announces LongRoPE and lacks its factors, or one is not positive.</exception>
    public static float[]? Load(WeightLoader loader, DecoderConfig config)
    {
        int pairs = config.Rotated / 2;
        if (LoadSingle(loader, pairs) is { } single) return single;
        string chosen = $"rope_factors_{(config.ContextInUse > config.RopeScale.OriginalContext ? "long" : "short")}.weight";
        if (Load(loader, chosen, pairs) is { } factors) return factors;
        return !config.RopeScale.IsLongRope ? null
            : throw new ModelException($"{loader.File.Path}: the metadata announces longrope, but the tensor {chosen} is missing; convert the model again");
    }

    /// <summary>The set that does not depend on the context.</summary>
    public static float[]? LoadSingle(WeightLoader loader, int pairs) => Load(loader, "rope_freqs.weight", pairs);

    private static float[]? Load(WeightLoader loader, string name, int pairs)
    {
        float[]? factors = loader.OptionalVector(name, pairs)?.Values.ToArray();
        foreach (float factor in factors ?? [])
            if (factor <= 0) throw new ModelException($"{loader.File.Path}: tensor {name} holds {factor}; what divides frequencies must be positive");
        return factors;
    }
}
