using System.Diagnostics;
using System.Text.Json;
using Jibun.Peers;

namespace Jibun.Bench;

/// <summary>The peer's side: measures upstream in this process and prints what `jibun bench --json` would.</summary>
internal static class UpstreamProcess
{
    public const string Cold = "cold";

    /// <summary>One greedy continuation from a cold start, its tokens and their times printed as `jibun run --json` does.</summary>
    public static int RunCold(string model, Workload workload)
    {
        using LlamaOracle upstream = LlamaOracle.Open(model, OracleOptions.AsShipped with { Threads = workload.Threads });
        long begun = Stopwatch.GetTimestamp();
        List<double> seconds = [];
        int[] tokens = upstream.Greedy(MemoryCurve.Prompt(workload, upstream.VocabularySize), workload.Generation, () => seconds.Add(Stopwatch.GetElapsedTime(begun).TotalSeconds));
        Console.WriteLine(JsonSerializer.Serialize(new ColdRun { Tokens = tokens, TokenSeconds = [.. seconds] }, BenchJson.Default.ColdRun));
        return 0;
    }

    public static int Run(string model, Workload workload, int repetitions)
    {
        if (PeerLibraries.MissingReason is { } reason)
        {
            Console.Error.WriteLine(reason);
            return 1;
        }
        using LlamaOracle upstream = LlamaOracle.Open(model, OracleOptions.AsShipped with { Threads = workload.Threads });
        OracleSpeed speed = upstream.Bench(workload.Prompt, workload.Generation, repetitions);
        Measurement measurement = new(
            new(workload.Prompt, new Series(speed.Prompt).Median), new(workload.Generation, new Series(speed.Generation).Median));
        Console.WriteLine(JsonSerializer.Serialize(measurement, BenchJson.Default.Measurement));
        return 0;
    }
}
