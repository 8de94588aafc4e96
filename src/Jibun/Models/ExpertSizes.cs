using Jibun.Memory;

namespace Jibun.Models;

/// <summary>The experts of a model and what each of them weighs.</summary>
/// <param name="Count">Experts of a layer.</param>
/// <param name="Used">Experts that see a token.</param>
/// <param name="Layers">One expert of each layer that has some.</param>
public sealed record ExpertSizes(int Count, int Used, IReadOnlyList<ExpertSize> Layers)
{
    public long FileBytes => Layers.Sum(layer => layer.FileBytes * Count);

    public long MemoryBytes => Layers.Sum(layer => layer.MemoryBytes * Count);
}

/// <param name="FileBytes">Its three matrices in the file.</param>
/// <param name="MemoryBytes">The same in their execution layout.</param>
public readonly record struct ExpertSize(long FileBytes, long MemoryBytes);

/// <summary>How a cache of experts shares out its bytes: some for what is on its way from disk, the rest in places for each size of experts.</summary>
/// <param name="Lanes">Experts on their way.</param>
/// <param name="LaneBytes">Room for one of them.</param>
/// <param name="Slots">Places for experts of each size, by the bytes that an expert takes in memory.</param>
public sealed record ExpertCacheShape(int Lanes, long LaneBytes, IReadOnlyDictionary<long, int> Slots)
{
    private const int FewestLanes = 2;
    private const int LanesShare = 8; // of the cache at most one eighth

    /// <summary>Bytes of all of it: at most what was allowed.</summary>
    public long Bytes => Lanes * LaneBytes + Slots.Sum(pool => pool.Key * pool.Value);

    /// <summary>Experts that memory holds.</summary>
    public int Held => Slots.Values.Sum();

    /// <summary>The least that works: what one token needs of one layer has its place.</summary>
    public static long FewestBytes(ExpertSizes sizes) => FewestLanes * LaneBytesOf(sizes) + Sizes(sizes).Sum(size => size.Bytes * sizes.Used);

    /// <param name="sizes">What is to be held.</param>
    /// <param name="bytes">At least <see cref="FewestBytes"/>.</param>
    public static ExpertCacheShape Of(ExpertSizes sizes, long bytes)
    {
        long laneBytes = LaneBytesOf(sizes), spare = bytes - Sizes(sizes).Sum(size => size.Bytes * sizes.Used);
        int lanes = (int)Math.Clamp(Math.Min(bytes / LanesShare, spare) / laneBytes, FewestLanes, 2 * sizes.Used + 4);
        long left = bytes - lanes * laneBytes, all = sizes.MemoryBytes;
        Dictionary<long, int> slots = [];
        foreach ((long size, int layers) in Sizes(sizes))
        {
            // Each size gets at least a token's experts, then its share of the rest.
            long mine = (long)((double)left * size * layers * sizes.Count / all);
            slots[size] = (int)Math.Clamp(mine / size, sizes.Used, (long)layers * sizes.Count);
        }
        for (long over = slots.Sum(pool => pool.Key * pool.Value) - left; over > 0; over = slots.Sum(pool => pool.Key * pool.Value) - left)
        {
            long size = slots.Where(pool => pool.Value > sizes.Used).OrderByDescending(pool => pool.Key * pool.Value).Select(pool => pool.Key).FirstOrDefault();
            if (size == 0) break;
            slots[size]--;
        }
        return new ExpertCacheShape(lanes, laneBytes, slots);
    }

    /// <summary>What of it belongs to the first layers.</summary>
    internal ExpertCacheShape PartOf(ExpertSizes sizes, int layers) => this with
    {
        Slots = sizes.Layers.Take(layers).GroupBy(layer => layer.MemoryBytes).ToDictionary(
            alike => alike.Key,
            alike => Math.Max(sizes.Used, Slots[alike.Key] * alike.Count() / sizes.Layers.Count(layer => layer.MemoryBytes == alike.Key))),
    };

    private static long LaneBytesOf(ExpertSizes sizes) =>
        sizes.Layers.Max(layer => layer.FileBytes) + ExpertReader.Parts * 2L * DirectFile.Alignment;

    private static IEnumerable<(long Bytes, int Layers)> Sizes(ExpertSizes sizes) =>
        sizes.Layers.GroupBy(layer => layer.MemoryBytes).Select(alike => (alike.Key, alike.Count()));
}
