using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Jibun.Bench;

/// <summary>A cold run: what it printed, and how long it took.</summary>
internal sealed record ColdRun
{
    [JsonPropertyName("tokens")] public int[] Tokens { get; init; } = [];

    /// <summary>When each token came, from the moment at which the loaded model got the prompt.</summary>
    [JsonPropertyName("token_seconds")] public double[] TokenSeconds { get; init; } = [];

    [JsonPropertyName("expert_hit_rate")] public double? ExpertHitRate { get; init; }

    /// <summary>From its start to its end, loading included.</summary>
    [JsonPropertyName("process_seconds")] public double ProcessSeconds { get; init; }

    /// <summary>From the start of the process to a token, from 1.</summary>
    public double SecondsTo(int token) => ProcessSeconds - (TokenSeconds[^1] - TokenSeconds[token - 1]);

    /// <summary>Of the first tokens, behind the very first.</summary>
    public double RateOfFirst(int tokens) => (tokens - 1) / (TokenSeconds[tokens - 1] - TokenSeconds[0]);

    /// <summary>Of the last tokens.</summary>
    public double RateOfLast(int tokens) => tokens / (TokenSeconds[^1] - TokenSeconds[^(tokens + 1)]);
}

/// <summary>Both engines under one limit.</summary>
internal sealed record CurvePoint(long LimitBytes, ColdRun Jibun, ColdRun? Upstream);

/// <summary>
/// Generation from a cold start under hard memory limits, for models larger than these. Every run is a new process in a control group of its
/// own, after the page cache was emptied. Two things are looked at: how long a short answer takes from the start of the process, loading
/// included, and how fast an answer runs at last, when caches have filled.
/// </summary>
internal sealed record MemoryCurve(string Model, long ModelBytes, int Threads, IReadOnlyList<CurvePoint> Points)
{
    public const int Short = 32, Last = 32; // tokens

    // A host may need a while to take back what the last process freed: until then memory comes faster than it would.
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    public static int[] Prompt(Workload workload, int vocabulary)
    {
        Random random = new(7);
        return [.. Enumerable.Range(0, workload.Prompt).Select(_ => random.Next(Math.Min(3, vocabulary - 1), vocabulary))];
    }

    public static async Task<MemoryCurve> Measure(
        string model, IReadOnlyList<long> limits, Workload workload, int upstreamTokens, string launcher, Action<string> note, CancellationToken cancel)
    {
        Engine peer = Engine.Upstream();
        List<string> peerArguments = [.. peer.FixedArguments.Select(argument => argument == Engine.UpstreamName ? UpstreamProcess.Cold : argument)];
        int vocabulary;
        using (Gguf.GgufFile file = Gguf.GgufFile.OpenHeader(model)) vocabulary = (int)file.GetTensor("token_embd.weight").Rows;
        string tokens = string.Join(',', Prompt(workload, vocabulary));
        List<string> ours = ["run", "--json", "-m", model, "--tokens", tokens, "-n", Number(workload.Generation), "--ignore-eos", "--temp", "0", "-t", Number(workload.Threads), "--context", "1024"];
        List<string> theirs = [.. peerArguments, "-m", model, "-p", Number(workload.Prompt), "-n", Number(upstreamTokens), "-t", Number(workload.Threads)];
        List<CurvePoint> points = [];
        foreach (long limit in limits)
        {
            ColdRun jibun = await Run("Jibun", launcher, ours, limit) ?? throw new BenchException($"Jibun did not end in {s_patience} under {Size(limit)}");
            points.Add(new CurvePoint(limit, jibun, await Run(Engine.UpstreamName, peer.Program, theirs, limit)));
        }
        return new MemoryCurve(Path.GetFileNameWithoutExtension(model), new FileInfo(model).Length, workload.Threads, points);

        async Task<ColdRun?> Run(string name, string program, List<string> arguments, long limit)
        {
            await Task.Delay(s_pause, cancel);
            await EmptyPageCache(cancel);
            using MemoryLimit group = new(limit);
            (string start, IReadOnlyList<string> list) = group.Wrap(program, arguments);
            DirectoryInfo data = Directory.CreateTempSubdirectory("jibun-bench-"); // nothing is known of how experts are used
            ProcessStartInfo startInfo = new(start, list) { RedirectStandardOutput = true, RedirectStandardError = true };
            startInfo.Environment["XDG_DATA_HOME"] = data.FullName;
            long begun = Stopwatch.GetTimestamp();
            using Process process = Process.Start(startInfo)!;
            using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            patience.CancelAfter(s_patience);
            try
            {
                Task<string> output = process.StandardOutput.ReadToEndAsync(patience.Token), errors = process.StandardError.ReadToEndAsync(patience.Token);
                await process.WaitForExitAsync(patience.Token);
                if (process.ExitCode != 0) throw new BenchException($"{name} exited with {process.ExitCode} under {Size(limit)}: {(await errors).Trim()}");
                ColdRun run = JsonSerializer.Deserialize(await output, BenchJson.Default.ColdRun)! with { ProcessSeconds = Stopwatch.GetElapsedTime(begun).TotalSeconds };
                if (run.TokenSeconds.Length <= Math.Max(Short, Last)) throw new BenchException($"{name} wrote {run.TokenSeconds.Length} tokens: too few to measure");
                note($"{Size(limit)} {name}: {Short} tokens after {run.SecondsTo(Short):f1} s (the first after {run.SecondsTo(1):f1} s), the last {Last} of {run.Tokens.Length} at {run.RateOfLast(Last):f2} tokens/s"
                    + (run.ExpertHitRate is { } hits ? $", {100 * hits:f0} % of experts in memory" : "") + $", tokens {string.Join(' ', run.Tokens.Take(8))} …");
                return run;
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                note($"{Size(limit)} {name}: not done after {s_patience}");
                return null;
            }
            finally
            {
                if (!process.HasExited)
                {
                    process.Kill(entireProcessTree: true);
                    await process.WaitForExitAsync(CancellationToken.None);
                }
                data.Delete(recursive: true);
            }
        }
    }

    /// <summary>Takes in what an earlier run measured of the same model under other limits.</summary>
    public MemoryCurve With(MemoryCurve? earlier) => earlier is null || earlier.Model != Model || earlier.Threads != Threads ? this : this with
    {
        Points = [.. earlier.Points.ExceptBy(Points.Select(point => point.LimitBytes), point => point.LimitBytes).Concat(Points).OrderBy(point => point.LimitBytes)],
    };

    public string ToMarkdown()
    {
        StringBuilder table = new();
        table.AppendLine($"| limit | start to token {Short}, s | ratio | tokens/s, first {Short} | ratio | tokens/s, last {Last} | ratio | tokens written | experts in memory, all tokens |");
        table.AppendLine("|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        foreach (CurvePoint point in Points)
        {
            string Pair(Func<ColdRun, double> value, string format) => value(point.Jibun).ToString(format, CultureInfo.InvariantCulture)
                + (point.Upstream is { } run ? " : " + value(run).ToString(format, CultureInfo.InvariantCulture) : "");
            string Ratio(Func<ColdRun, double> speed) => point.Upstream is { } run ? (speed(point.Jibun) / speed(run)).ToString("f1", CultureInfo.InvariantCulture) : "–";
            table.Append(CultureInfo.InvariantCulture, $"| {Size(point.LimitBytes)} | {Pair(run => run.SecondsTo(Short), "f1")} | {Ratio(run => 1 / run.SecondsTo(Short))} ");
            table.Append(CultureInfo.InvariantCulture, $"| {Pair(run => run.RateOfFirst(Short), "f2")} | {Ratio(run => run.RateOfFirst(Short))} ");
            table.AppendLine(CultureInfo.InvariantCulture,
                $"| {Pair(run => run.RateOfLast(Last), "f2")} | {Ratio(run => run.RateOfLast(Last))} | {Pair(run => run.Tokens.Length, "f0")} | {100 * point.Jibun.ExpertHitRate:f0} % |");
        }
        table.AppendLine().AppendLine(Sameness("Jibun", [.. Points.Select(point => (point.LimitBytes, point.Jibun.Tokens))]));
        table.AppendLine(Sameness(Engine.UpstreamName, [.. Points.Where(point => point.Upstream is not null).Select(point => (point.LimitBytes, point.Upstream!.Tokens))]));
        return table.ToString();
    }

    /// <summary>Whether an engine wrote the same under every limit: all tokens are compared, as far as each answer goes.</summary>
    internal static string Sameness(string engine, IReadOnlyList<(long LimitBytes, int[] Tokens)> runs)
    {
        if (runs.Count == 0) return $"{engine} wrote nothing.";
        (long limit, int[] longest) = runs.MaxBy(run => run.Tokens.Length);
        string[] others = [.. from run in runs
                              let same = run.Tokens.AsSpan().CommonPrefixLength(longest)
                              where same < run.Tokens.Length
                              select $"other tokens from number {same + 1} on under {Size(run.LimitBytes)}"];
        return others.Length > 0 ? $"{engine}: {string.Join(", ", others)} than under {Size(limit)}."
            : $"{engine}: the same tokens under every limit ({string.Join(", ", runs.Select(run => $"{run.Tokens.Length} under {Size(run.LimitBytes)}"))}).";
    }

    public static string Size(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.##} GiB");

    private static async Task EmptyPageCache(CancellationToken cancel)
    {
        try
        {
            await File.WriteAllTextAsync("/proc/sys/vm/drop_caches", "3", cancel);
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            throw new BenchException($"the page cache cannot be emptied, so that no start is cold: {refusal.Message}");
        }
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
