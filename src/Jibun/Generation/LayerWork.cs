using Jibun.Models;
using Jibun.Models.Shared;

namespace Jibun.Generation;

/// <summary>What a token takes of one layer.</summary>
/// <param name="HasExperts">Whether its feed-forward block is a mixture.</param>
/// <param name="Bytes">Weights that a generated token reads: of experts, those in use.</param>
/// <param name="Products">Multiplications.</param>
/// <param name="RehearsalBytes">Memory for made-up weights of such a layer.</param>
public readonly record struct LayerWork(bool HasExperts, double Bytes, double Products, double RehearsalBytes)
{
    /// <summary>Layers in their order.</summary>
    internal static IReadOnlyList<LayerWork> Of(IReadOnlyList<WeightUse> uses, ExpertSizes? experts)
    {
        List<LayerWork> layers = [];
        foreach (WeightUse use in uses.Where(use => use.Kind == WeightKind.Matrix))
        {
            int block = WeightLoader.BlockOf(use.Tensor.Name);
            if (block < 0) continue;
            while (layers.Count <= block) layers.Add(default);
            bool isStack = experts is not null && WeightClasses.Of(use) == WeightClass.Experts;
            double share = isStack ? (double)experts!.Used / experts.Count : 1, places = isStack ? (double)MadeUpWeights.PlacesOf(experts!.Count, experts.Used) / experts.Count : 1;
            LayerWork layer = layers[block];
            layers[block] = new LayerWork(layer.HasExperts | isStack, layer.Bytes + share * use.MemoryBytes, layer.Products + share * use.Weights, layer.RehearsalBytes + places * use.MemoryBytes);
        }
        return layers;
    }
}
