using System.Text.Json;
using Jibun.Peers;

namespace Jibun.Bench;

/// <summary>The peer's side: measures upstream in this process and prints what `jibun bench --json` would.</summary>
internal static class UpstreamProcess
{
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
