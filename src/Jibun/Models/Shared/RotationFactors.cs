namespace Jibun.Models.Shared;

/// <summary>What a file divides the rotation's frequencies by, pair by pair.</summary>
internal static class RotationFactors
{
    /// <summary>
    /// One set (Llama 3.1), or two of which one is chosen when the model is loaded (LongRoPE, Ding et al. 2024): the long one for
    /// contexts beyond the original.
    /// </summary>
    /// <returns>[rotated / 2], or null where the frequencies stay.</returns>
    /// <exception cref="ModelException">The file announces LongRoPE and lacks its factors.</exception>
    public static float[]? Load(WeightLoader loader, DecoderConfig config)
    {
        int pairs = config.Rotated / 2;
        if (loader.OptionalVector("rope_freqs.weight", pairs) is { } single) return single.Values.ToArray();
        string chosen = $"rope_factors_{(config.ContextInUse > config.RopeScale.OriginalContext ? "long" : "short")}.weight";
        if (loader.OptionalVector(chosen, pairs) is { } factors) return factors.Values.ToArray();
        return !config.RopeScale.IsLongRope ? null
            : throw new ModelException($"{loader.File.Path}: the metadata announces longrope, but the tensor {chosen} is missing; convert the model again");
    }
}
