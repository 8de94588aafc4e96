namespace Jibun.Models.Shared;

/// <summary>The scale and shift of a layer norm (Ba et al. 2016).</summary>
internal sealed record NormWeights(Vector Weight, Vector Bias)
{
    public static NormWeights Load(WeightLoader loader, string name, int width) =>
        new(loader.Vector($"{name}.weight", width), loader.Vector($"{name}.bias", width));
}
