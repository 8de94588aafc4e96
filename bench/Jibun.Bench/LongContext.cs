using System.Diagnostics;
using System.Globalization;
using System.Text;
using Jibun.Formats;
using Jibun.Gguf;
using Jibun.Kernels;
using Jibun.Models;
using Jibun.Peers;

namespace Jibun.Bench;

/// <summary>
/// What a generated token costs with many tokens before it. Jibun's cache is not computed, since its content does not change the time;
/// upstream reads random tokens to get there.
/// </summary>
internal sealed class LongContext(string model, int[] depths, int threads, int tokens, int upstreamLongest)
{
    private static readonly KvType[] s_types = [KvType.F16, KvType.Q8_0, KvType.Q4_0];

    private int[] UpstreamDepths => [.. depths.Where(depth => depth <= upstreamLongest)];

    /// <summary>Milliseconds a token, a line for each depth.</summary>
    public string Run()
    {
        List<(string Name, double[] Seconds)> columns = [];
        foreach (KvType type in s_types) columns.Add(($"Jibun {type}", Ours(type)));
        foreach (GgmlType type in new[] { GgmlType.F16, GgmlType.Q8_0 })
        {
            if (UpstreamDepths.Length == 0) break;
            using LlamaOracle upstream = LlamaOracle.Open(model, OracleOptions.AsShipped with { KvType = type, FlashAttention = type == GgmlType.F16 ? null : true, Threads = threads });
            columns.Add(($"{Engine.UpstreamName} {type}", upstream.SecondsAtDepths(UpstreamDepths, tokens)));
        }
        StringBuilder table = new();
        table.AppendLine($"| context | {string.Join(" | ", columns.Select(column => column.Name))} |");
        table.AppendLine($"|---:|{string.Concat(Enumerable.Repeat("---:|", columns.Count))}");
        for (int i = 0; i < depths.Length; i++)
            table.AppendLine($"| {depths[i]} | {string.Join(" | ", columns.Select(column => i < column.Seconds.Length ? Milliseconds(column.Seconds[i]) : "–"))} |");
        return table.ToString();
    }

    private static string Milliseconds(double seconds) => (seconds * 1000).ToString("f2", CultureInfo.InvariantCulture);

    private double[] Ours(KvType type)
    {
        using GgufFile file = GgufFile.Open(model);
        using ThreadTeam team = new(threads);
        using ILanguageModel loaded = LanguageModels.Load(file, new MatMul(team, new KernelSet(KernelSet.Best)), type);
        using KvCache cache = new(loaded.Info.Kv);
        ModelBatch batch = new();
        float[] logits = new float[loaded.Info.VocabularySize];
        int[] text = RandomTokens.Take(tokens, logits.Length);
        double[] seconds = new double[tokens];
        return [.. depths.Select(MedianAt)];

        double MedianAt(int depth)
        {
            cache.Extend(depth - cache.Length);
            for (int i = -2; i < tokens; i++)
            {
                batch.Clear();
                batch.Add(cache, [text[Math.Max(0, i)]], LogitRows.Last);
                long start = Stopwatch.GetTimestamp();
                loaded.Forward(batch, logits);
                if (i >= 0) seconds[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
            }
            Array.Sort(seconds);
            return seconds[tokens / 2];
        }
    }
}
