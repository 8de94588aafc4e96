using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Jibun.Cli.Bench;
using Jibun.Cli.Models;
using Jibun.Cli.Terminals;
using Jibun.Generation;

namespace Jibun.Cli.Verbs;

internal static class BenchVerb
{
    public static Command Create(Terminal terminal)
    {
        Option<string> model = VerbOptions.Model();
        Option<int> prompt = new("--prompt", "-p") { Description = "Tokens of the prompt; 0 leaves it out", HelpName = "N", DefaultValueFactory = _ => 512 };
        Option<int> generation = new("--generate", "-n") { Description = "Tokens written; 0 leaves it out", HelpName = "N", DefaultValueFactory = _ => 128 };
        LoadFlags loading = new();
        Option<int> repetitions = new("--repetitions", "-r") { Description = "Measurements of each kind", HelpName = "N", DefaultValueFactory = _ => 5 };
        Option<bool> json = VerbOptions.Json();
        Command verb = new("bench", "Tokens per second: median and spread") { model, prompt, generation, repetitions };
        loading.AddTo(verb);
        verb.Add(json);
        verb.SetAction(async (parsed, cancel) =>
        {
            int promptTokens = parsed.GetValue(prompt), generatedTokens = parsed.GetValue(generation);
            if (promptTokens < 0 || generatedTokens < 0 || promptTokens + generatedTokens == 0) throw new UsageException("-p and -n must not be negative nor both 0");
            if (parsed.GetValue(repetitions) < 1) throw new UsageException("-r must be at least 1");
            ModelReference reference = ModelReference.Resolve(parsed.GetValue(model));
            long begun = Stopwatch.GetTimestamp();
            using LoadedModel loaded = reference.Load(loading.Read(parsed), terminal);
            TimeSpan loadTime = Stopwatch.GetElapsedTime(begun);
            Benchmark benchmark = new(loaded, promptTokens, generatedTokens, parsed.GetValue(repetitions));
            var (read, written) = await benchmark.RunAsync(cancel);
            if (parsed.GetValue(json)) terminal.WriteJson(writer => Write(writer, reference, loaded, loadTime, benchmark, read, written));
            else Write(terminal, reference, loaded, loadTime, benchmark, read, written);
        });
        return verb;
    }

    private static void Write(Terminal terminal, ModelReference reference, LoadedModel model, TimeSpan loadTime, Benchmark benchmark, Speed? prompt, Speed? generation)
    {
        FactTable table = new();
        table.Add("model", $"{reference.Name}, {Quantity.Bytes(model.Model.Info.WeightBytes)} of weights");
        table.Add("kernels", $"{model.Tier}, {model.Threads} threads");
        table.Add("loading", $"{Quantity.Significant(loadTime.TotalSeconds)} s");
        table.AddKnown("prompt", Describe(prompt));
        table.AddKnown("generation", Describe(generation));
        if (benchmark.Bandwidths.Count > 0)
            table.Add("bandwidth", $"{Quantity.Significant(Median(benchmark.Bandwidths) / 1e9)} GB/s read of the weights alone; generation reaches {100 * Median(benchmark.SharesOfBandwidth):0} % of it");
        if (model.ExpertTally is { HitRate: { } hits } tally)
            table.Add("experts", $"{100 * hits:0} % were in memory, {Quantity.Bytes(tally.BytesRead)} were read");
        table.Write(terminal);
    }

    private static double Median(List<double> values) => Speed.MedianOf([.. values.Order()]);

    private static string? Describe(Speed? speed) => speed is null ? null
        : $"{Quantity.Significant(speed.Median)} tokens/s ({Quantity.Significant(speed.Lowest)} to {Quantity.Significant(speed.Highest)} in {speed.Rates.Count} runs of {speed.Tokens} tokens)";

    private static void Write(Utf8JsonWriter json, ModelReference reference, LoadedModel model, TimeSpan loadTime, Benchmark benchmark, Speed? prompt, Speed? generation)
    {
        json.WriteStartObject();
        json.WriteString("model", reference.Name);
        json.WriteNumber("weight_bytes", model.Model.Info.WeightBytes);
        json.WriteString("kernels", model.Tier.ToString());
        json.WriteNumber("threads", model.Threads);
        json.WriteNumber("load_seconds", Math.Round(loadTime.TotalSeconds, 4));
        if (prompt is not null) Write(json, "prompt", prompt);
        if (generation is not null) Write(json, "generation", generation);
        json.WriteNumber("bytes_per_token", model.Plan.BytesPerToken);
        if (benchmark.Bandwidths.Count > 0)
        {
            json.WriteNumber("bandwidth_bytes_per_second", Math.Round(Median(benchmark.Bandwidths)));
            json.WriteNumber("share_of_bandwidth", Math.Round(Median(benchmark.SharesOfBandwidth), 4));
        }
        if (model.ExpertTally is { HitRate: { } hits } tally)
        {
            json.WriteNumber("expert_hit_rate", Math.Round(hits, 4));
            json.WriteNumber("expert_bytes_read", tally.BytesRead);
            json.WriteNumber("experts_foreseen", tally.Foreseen);
            json.WriteNumber("experts_needed", tally.Needed);
        }
        using Process self = Process.GetCurrentProcess();
        json.WriteNumber("peak_resident_bytes", self.PeakWorkingSet64);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, Speed speed)
    {
        json.WriteStartObject(name);
        json.WriteNumber("tokens", speed.Tokens);
        json.WriteNumber("tokens_per_second", Math.Round(speed.Median, 3));
        json.WriteNumber("lowest", Math.Round(speed.Lowest, 3));
        json.WriteNumber("highest", Math.Round(speed.Highest, 3));
        json.WriteEndObject();
    }
}
