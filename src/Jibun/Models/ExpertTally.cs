namespace Jibun.Models;

/// <summary>What a cache of experts was asked for so far. The difference of two tallies tells of what lies between.</summary>
/// <param name="Needed">Experts that layers needed, each once a pass.</param>
/// <param name="InMemory">Those of them that lay in memory.</param>
/// <param name="Foreseen">Those that were on their way before they were needed.</param>
/// <param name="BytesRead">From disk, of experts that were needed.</param>
public readonly record struct ExpertTally(long Needed, long InMemory, long Foreseen, long BytesRead)
{
    /// <summary>0 to 1; null where nothing was needed.</summary>
    public double? HitRate => Needed == 0 ? null : (double)InMemory / Needed;

    public static ExpertTally operator -(ExpertTally later, ExpertTally earlier) => new(
        later.Needed - earlier.Needed, later.InMemory - earlier.InMemory, later.Foreseen - earlier.Foreseen, later.BytesRead - earlier.BytesRead);
}
