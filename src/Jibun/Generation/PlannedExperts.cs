using Jibun.Memory;
using Jibun.Models;
using Jibun.Models.Shared;

namespace Jibun.Generation;

/// <summary>Experts that are read from disk when they are needed, because the model is larger than the memory allowed.</summary>
/// <param name="Sizes">All of them.</param>
/// <param name="Cache">Memory for some.</param>
/// <param name="EvenHitRate">The share of needed experts that memory will hold if all are needed equally often.</param>
/// <param name="LearnedHitRate">The same if they are needed as often as earlier runs saw it; null where nothing was learned.</param>
public sealed record PlannedExperts(ExpertSizes Sizes, ExpertCacheShape Cache, double EvenHitRate, double? LearnedHitRate)
{
    private float[] Weights { get; init; } = []; // [layers · experts]: how often each is taken to be used

    public int Total => Sizes.Count * Sizes.Layers.Count;

    /// <summary>Experts that a token needs, all layers together.</summary>
    public int PerToken => Sizes.Used * Sizes.Layers.Count;

    public double HitRate => LearnedHitRate ?? EvenHitRate;

    /// <summary>Bytes that a token reads from disk.</summary>
    public double DiskBytesPerToken => (1 - HitRate) * Sizes.Used * Sizes.Layers.Sum(layer => (double)layer.FileBytes);

    /// <summary>Bytes that so many tokens at once read from disk, each expert once, if all are needed alike.</summary>
    public double DiskBytesOfPrompt(int tokens) =>
        (1 - EvenHitRate) * Sizes.FileBytes * (1 - Math.Pow(1 - (double)Sizes.Used / Sizes.Count, tokens));

    /// <param name="sizes">All experts.</param>
    /// <param name="bytes">For the cache.</param>
    /// <param name="useFile">What was learned; null: nothing.</param>
    public static PlannedExperts Of(ExpertSizes sizes, long bytes, string? useFile)
    {
        ExpertCacheShape cache = ExpertCacheShape.Of(sizes, bytes);
        UseCounts uses = new(sizes.Layers.Count, sizes.Count);
        if (useFile is not null) uses.Load(useFile);
        return new PlannedExperts(sizes, cache, HitRateOf(sizes, cache, _ => 1), uses.IsLearned ? HitRateOf(sizes, cache, uses.Weight) : null)
        {
            Weights = [.. Enumerable.Range(0, sizes.Layers.Count * sizes.Count).Select(uses.Weight)],
        };
    }

    /// <summary>How the first of the layers that have experts would read theirs.</summary>
    internal ExpertOptions ToRehearse(int layers)
    {
        ExpertCacheShape part = Cache.PartOf(Sizes, layers);
        return new ExpertOptions(part.Bytes) { Rehearsal = new ExpertRehearsal(part, Weights[..(layers * Sizes.Count)], Sizes.Count) };
    }

    // Each pool keeps the likeliest of the experts that fit its places.
    private static double HitRateOf(ExpertSizes sizes, ExpertCacheShape cache, Func<int, float> chanceOf)
    {
        double kept = 0, all = 0;
        foreach ((long bytes, int slots) in cache.Slots)
        {
            float[] chances = [.. from layer in Enumerable.Range(0, sizes.Layers.Count)
                                  where sizes.Layers[layer].MemoryBytes == bytes
                                  from expert in Enumerable.Range(0, sizes.Count)
                                  select chanceOf(layer * sizes.Count + expert)];
            Array.Sort(chances);
            all += chances.Sum(chance => (double)chance);
            kept += chances.TakeLast(slots).Sum(chance => (double)chance);
        }
        return all == 0 ? 0 : kept / all;
    }
}
