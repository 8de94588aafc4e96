using System.Diagnostics;
using Jibun.Models;

namespace Jibun.Generation;

/// <summary>
/// A model's speed when its cache of experts holds those that are used most: the cache, the reads and the packing are the real ones, of experts that are drawn by
/// how often they are used.
/// </summary>
/// <param name="GenerationSeconds">A token after few others.</param>
/// <param name="HitRate">The share of needed experts that lay in memory.</param>
/// <param name="BytesPerSecond">That came from disk while it ran.</param>
/// <param name="Layers">That were run.</param>
public sealed record DiskRehearsal(double GenerationSeconds, double HitRate, double BytesPerSecond, int Layers)
{
    private const int WarmUp = 2; // passes that find code and buffers new

    /// <param name="model">Whose cache rehearses.</param>
    /// <param name="layers">Its number of them.</param>
    /// <param name="budget">Time for it, after which it ends.</param>
    /// <param name="mostPasses">Tokens after which it ends.</param>
    /// <exception cref="ModelException">Experts cannot be read.</exception>
    internal static DiskRehearsal Of(ILanguageModel model, int layers, TimeSpan budget, int mostPasses)
    {
        float[] logits = new float[model.Info.VocabularySize];
        ModelBatch batch = new();
        using KvCache cache = new(model.Info.Kv);
        for (int pass = 0; pass < WarmUp; pass++) Pass();
        ExpertTally before = model.Memory.Tally!.Value;
        long begun = Stopwatch.GetTimestamp();
        int passes = 0;
        for (; passes == 0 || (passes < mostPasses && Stopwatch.GetElapsedTime(begun) < budget); passes++) Pass();
        double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds; // the mean, not the median: tokens differ in what they need
        ExpertTally of = model.Memory.Tally!.Value - before;
        return new DiskRehearsal(seconds / passes, of.HitRate ?? 1, of.BytesRead / seconds, layers);

        void Pass()
        {
            batch.Clear();
            batch.Add(cache, [cache.Length % model.Info.VocabularySize], LogitRows.None);
            model.Forward(batch, logits);
        }
    }
}
