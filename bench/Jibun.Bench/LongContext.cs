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
/// What a generated token costs with many tokens before it. Jibun's cache is not computed but filled with random numbers (memory that was never
/// written would be one page of zeros, again and again), and the depths take turns, so that a busy minute meets all of them; upstream reads
/// random tokens to get from one depth to the next.
/// </summary>
internal sealed unsafe class LongContext(string model, int[] depths, int threads, int tokens, int upstreamLongest)
{
    private const double WarmUpSeconds = 2; // until methods that are called often have been compiled again

    private static readonly KvType[] s_types = [KvType.F16, KvType.Q8_0, KvType.Q4_0];

    private int[] UpstreamDepths => [.. depths.Where(depth => depth <= upstreamLongest)];

    /// <summary>Milliseconds a token, a line for each depth.</summary>
    public string Run()
    {
        List<(string Name, double[] Seconds)> columns = [];
        foreach (KvType type in s_types)
        {
            columns.Add(($"Jibun {type}", Ours(type)));
            if (type is not (KvType.F16 or KvType.Q8_0) || UpstreamDepths.Length == 0) continue;
            GgmlType same = type == KvType.F16 ? GgmlType.F16 : GgmlType.Q8_0;
            using LlamaOracle upstream = LlamaOracle.Open(model, OracleOptions.AsShipped with { KvType = same, FlashAttention = type == KvType.F16 ? null : true, Threads = threads });
            columns.Add(($"{Engine.UpstreamName} {type}", upstream.SecondsAtDepths(UpstreamDepths, tokens)));
        }
        StringBuilder table = new();
        table.AppendLine($"| context | {string.Join(" | ", columns.Select(column => column.Name))} |");
        table.AppendLine($"|---:|{string.Concat(Enumerable.Repeat("---:|", columns.Count))}");
        for (int i = 0; i < depths.Length; i++)
            table.AppendLine($"| {depths[i]} | {string.Join(" | ", columns.Select(column => i < column.Seconds.Length ? Milliseconds(column.Seconds[i]) : "–"))} |");
        return table.ToString();
    }

    private static void Fill(KvCache cache, int tokens)
    {
        const int Rows = 64;
        cache.Extend(tokens);
        Random random = new(1);
        for (int layer = 0; layer < cache.Shape.Layers.Count; layer++)
        {
            KvLayer kind = cache.Shape.Layers[layer];
            float[] numbers = new float[Rows * kind.HeadSize];
            for (int i = 0; i < numbers.Length; i++) numbers[i] = random.NextSingle() * 2 - 1;
            fixed (float* rows = numbers)
                for (int head = 0; head < kind.KvHeads; head++)
                    for (int position = 0; position < tokens; position += Rows)
                        cache.Write(position, Math.Min(Rows, tokens - position), layer, head, rows, kind.HeadSize, rows, kind.HeadSize);
        }
    }

    private static string Milliseconds(double seconds) => (seconds * 1000).ToString("f2", CultureInfo.InvariantCulture);

    private double[] Ours(KvType type)
    {
        using GgufFile file = GgufFile.Open(model);
        using ThreadTeam team = new(threads);
        using ILanguageModel loaded = LanguageModels.Load(file, new MatMul(team, new KernelSet(KernelSet.Best)), type);
        KvCache[] caches = [.. depths.Select(_ => new KvCache(loaded.Info.Kv))];
        ModelBatch batch = new();
        float[] logits = new float[loaded.Info.VocabularySize];
        int[] text = RandomTokens.Take(tokens, logits.Length);
        double[][] seconds = [.. depths.Select(_ => new double[tokens])];
        try
        {
            for (int i = 0; i < depths.Length; i++) Fill(caches[i], depths[i]); // the token that is measured is the last of them
            for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start).TotalSeconds < WarmUpSeconds;)
                for (int i = 0; i < depths.Length; i++) SecondsOf(i, text[0]);
            for (int token = 0; token < tokens; token++)
                for (int i = 0; i < depths.Length; i++) seconds[i][token] = SecondsOf(i, text[token]);
        }
        finally
        {
            foreach (KvCache cache in caches) cache.Dispose();
        }
        foreach (double[] one in seconds) Array.Sort(one);
        return [.. seconds.Select(one => one[tokens / 2])];

        double SecondsOf(int depth, int token)
        {
            caches[depth].Truncate(depths[depth] - 1);
            batch.Clear();
            batch.Add(caches[depth], [token], LogitRows.Last);
            long start = Stopwatch.GetTimestamp();
            loaded.Forward(batch, logits);
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }
}
