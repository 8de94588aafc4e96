using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Jibun.Bench;

/// <summary>What a cold run printed.</summary>
internal sealed record ColdRun
{
    [JsonPropertyName("time_to_first_token_seconds")] public double TimeToFirstTokenSeconds { get; init; }

    [JsonPropertyName("generation_seconds")] public double GenerationSeconds { get; init; }

    [JsonPropertyName("tokens_per_second")] public double TokensPerSecond { get; init; }

    [JsonPropertyName("expert_hit_rate")] public double? ExpertHitRate { get; init; }

    [JsonPropertyName("tokens")] public int[] Tokens { get; init; } = [];
}

/// <summary>Both engines under one limit.</summary>
internal sealed record CurvePoint(long LimitBytes, ColdRun Jibun, ColdRun? Upstream);

/// <summary>
/// Generation from a cold start under hard memory limits, for models larger than these. Every run is a new process in a control group of its
/// own, after the page cache was emptied.
/// </summary>
internal sealed record MemoryCurve(string Model, long ModelBytes, Workload Workload, IReadOnlyList<CurvePoint> Points)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    public static int[] Prompt(Workload workload, int vocabulary)
    {
        Random random = new(7);
        return [.. Enumerable.Range(0, workload.Prompt).Select(_ => random.Next(Math.Min(3, vocabulary - 1), vocabulary))];
    }

    public static async Task<MemoryCurve> Measure(
        string model, IReadOnlyList<long> limits, Workload workload, string launcher, Action<string> note, CancellationToken cancel)
    {
        Engine peer = Engine.Upstream();
        List<string> peerArguments = [.. peer.FixedArguments.Select(argument => argument == Engine.UpstreamName ? UpstreamProcess.Cold : argument)];
        int vocabulary;
        using (Gguf.GgufFile file = Gguf.GgufFile.OpenHeader(model)) vocabulary = (int)file.GetTensor("token_embd.weight").Rows;
        string tokens = string.Join(',', Prompt(workload, vocabulary));
        List<string> ours = ["run", "--json", "-m", model, "--tokens", tokens, "-n", Number(workload.Generation), "--temp", "0", "-t", Number(workload.Threads), "--context", "1024"];
        List<string> theirs = [.. peerArguments, "-m", model, "-p", Number(workload.Prompt), "-n", Number(workload.Generation), "-t", Number(workload.Threads)];
        List<CurvePoint> points = [];
        foreach (long limit in limits)
        {
            ColdRun jibun = await Run("Jibun", launcher, ours, limit) ?? throw new BenchException($"Jibun did not end in {s_patience} under {Size(limit)}");
            points.Add(new CurvePoint(limit, jibun, await Run(Engine.UpstreamName, peer.Program, theirs, limit)));
        }
        return new MemoryCurve(Path.GetFileNameWithoutExtension(model), new FileInfo(model).Length, workload, points);

        async Task<ColdRun?> Run(string name, string program, List<string> arguments, long limit)
        {
            await EmptyPageCache(cancel);
            using MemoryLimit group = new(limit);
            (string start, IReadOnlyList<string> list) = group.Wrap(program, arguments);
            DirectoryInfo data = Directory.CreateTempSubdirectory("jibun-bench-"); // nothing is known of how experts are used
            ProcessStartInfo startInfo = new(start, list) { RedirectStandardOutput = true, RedirectStandardError = true };
            startInfo.Environment["XDG_DATA_HOME"] = data.FullName;
            using Process process = Process.Start(startInfo)!;
            using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            patience.CancelAfter(s_patience);
            try
            {
                Task<string> output = process.StandardOutput.ReadToEndAsync(patience.Token), errors = process.StandardError.ReadToEndAsync(patience.Token);
                await process.WaitForExitAsync(patience.Token);
                if (process.ExitCode != 0) throw new BenchException($"{name} exited with {process.ExitCode} under {Size(limit)}: {(await errors).Trim()}");
                ColdRun run = JsonSerializer.Deserialize(await output, BenchJson.Default.ColdRun)!;
                note($"{Size(limit)} {name}: {run.TokensPerSecond:f2} tokens/s, first token after {run.TimeToFirstTokenSeconds:f1} s"
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

    public string ToMarkdown()
    {
        StringBuilder table = new();
        table.AppendLine("| limit | Jibun tokens/s | first token | experts in memory | llama.cpp tokens/s | first token | ratio |");
        table.AppendLine("|---|---|---|---|---|---|---|");
        foreach (CurvePoint point in Points)
        {
            table.Append(CultureInfo.InvariantCulture,
                $"| {Size(point.LimitBytes)} | {point.Jibun.TokensPerSecond:f2} | {point.Jibun.TimeToFirstTokenSeconds:f1} s | {100 * point.Jibun.ExpertHitRate:f0} % | ");
            if (point.Upstream is { } peer)
                table.AppendLine(CultureInfo.InvariantCulture, $"{peer.TokensPerSecond:f2} | {peer.TimeToFirstTokenSeconds:f1} s | {point.Jibun.TokensPerSecond / peer.TokensPerSecond:f2} |");
            else table.AppendLine("– | – | – |");
        }
        table.AppendLine().AppendLine(Sameness("Jibun", [.. Points.Select(point => (point.LimitBytes, point.Jibun.Tokens))]));
        table.AppendLine(Sameness(Engine.UpstreamName, [.. Points.Where(point => point.Upstream is not null).Select(point => (point.LimitBytes, point.Upstream!.Tokens))]));
        return table.ToString();
    }

    /// <summary>Whether an engine wrote the same under every limit, all tokens compared.</summary>
    internal static string Sameness(string engine, IReadOnlyList<(long LimitBytes, int[] Tokens)> runs)
    {
        if (runs.Count == 0) return $"{engine} wrote nothing.";
        int[] first = runs[0].Tokens;
        string[] others = [.. from run in runs
                              where !run.Tokens.AsSpan().SequenceEqual(first)
                              select $"other tokens from number {run.Tokens.AsSpan().CommonPrefixLength(first) + 1} on under {Size(run.LimitBytes)}"];
        return others.Length > 0 ? $"{engine}: {string.Join(", ", others)} than under {Size(runs[0].LimitBytes)}."
            : $"{engine}: all {first.Length} tokens are the same under every limit ({string.Join(", ", runs.Select(run => Size(run.LimitBytes)))}).";
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
