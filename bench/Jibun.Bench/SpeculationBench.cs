using System.Diagnostics;
using System.Globalization;
using Jibun.Generation;
using Jibun.Models;
using Jibun.Peers;

namespace Jibun.Bench;

/// <summary>What further rows of a pass cost, and what guessing brings where answers repeat the conversation and where they do not.</summary>
internal static class SpeculationBench
{
    private const int Words = 160, PromptRows = 64;
    private static readonly int[] s_rows = [1, 2, 3, 4, 5, 6, 8, 12, 16, 17];

    public static async Task RunAsync(string path, int threads, int repetitions, TextWriter output, CancellationToken cancel)
    {
        string root = Path.GetDirectoryName(BenchFolders.Launcher)!;
        string page = await File.ReadAllTextAsync(Path.Combine(root, "docs", "server.md"), cancel);
        string other = await File.ReadAllTextAsync(Path.Combine(root, "docs", "performance.md"), cancel);
        LoadOptions options = new() { Threads = threads };
        using (LoadedModel model = LoadedModel.Open(path, options)) WritePassTimes(model, output);
        string draft = Path.Combine(Path.GetTempPath(), $"jibun-draft-{Guid.NewGuid():N}.gguf");
        SyntheticModel.Write(draft, SyntheticShapes.Llama1B with { Hidden = 256, Layers = 2, Heads = 4, KvHeads = 2, FeedForward = 512 }, new TypeMix("Q8_0"));
        try
        {
            output.WriteLine("\n| answer | guesses | tokens/s without | with | ratio | guesses right |\n|---|---|---:|---:|---:|---:|");
            foreach (GuessedText text in new[] { GuessedText.Corrected(page, Words), GuessedText.Other(page, other, Words) })
                await CompareAsync(path, options, options with { Lookup = true }, "look-up", text, repetitions, output, cancel);
            await CompareAsync(path, options, options with { Draft = draft }, "a draft model that is never right", GuessedText.Corrected(page, Words), repetitions, output, cancel);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    private static void WritePassTimes(LoadedModel model, TextWriter output)
    {
        using KvCache cache = new(model.Model.Info.Kv);
        ModelBatch batch = new();
        float[] logits = new float[Math.Max(PromptRows, s_rows.Max()) * (long)model.Model.Info.VocabularySize];
        Forward(PromptRows);
        List<double>[] times = [.. s_rows.Select(_ => new List<double>())];
        for (int round = 0; round < 9; round++)
            for (int i = 0; i < s_rows.Length; i++)
            {
                long began = Stopwatch.GetTimestamp();
                Forward(s_rows[i]);
                times[i].Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                cache.Truncate(PromptRows);
            }
        double[] medians = [.. times.Select(series => series.Order().ElementAt(series.Count / 2))];
        output.WriteLine($"| rows of a pass | {string.Join(" | ", s_rows)} |\n|---|{string.Concat(s_rows.Select(_ => "---:|"))}");
        output.WriteLine($"| ms | {string.Join(" | ", medians.Select(ms => Text(ms, "0.0")))} |");
        output.WriteLine($"| passes of one row | {string.Join(" | ", medians.Select(ms => Text(ms / medians[0], "0.00")))} |");

        void Forward(int rows)
        {
            batch.Clear();
            batch.Add(cache, Enumerable.Range(1000, rows).ToArray(), LogitRows.All, runLength: 1);
            model.Model.Forward(batch, logits);
        }
    }

    private static async Task CompareAsync(
        string path, LoadOptions plain, LoadOptions guessing, string name, GuessedText text, int repetitions, TextWriter output, CancellationToken cancel)
    {
        using LoadedModel without = LoadedModel.Open(path, plain), with = LoadedModel.Open(path, guessing);
        List<(double Without, double With, double Right)> pairs = [];
        for (int i = 0; i < repetitions; i++)
        {
            (double slow, _) = await RateAsync(without, text, cancel);
            (double fast, GuessCount guesses) = await RateAsync(with, text, cancel);
            pairs.Add((slow, fast, guesses.Acceptance));
        }
        (double slowest, double fastest, double right) = (Median(pair => pair.Without), Median(pair => pair.With), Median(pair => pair.Right));
        output.WriteLine($"| {text.Name} | {name} | {Text(slowest, "0.0")} | {Text(fastest, "0.0")} | {Text(Median(pair => pair.With / pair.Without), "0.00")} | {Text(right, "0 %")} |");

        double Median(Func<(double Without, double With, double Right), double> of) => pairs.Select(of).Order().ElementAt(pairs.Count / 2);
    }

    private static async Task<(double TokensPerSecond, GuessCount Guesses)> RateAsync(LoadedModel model, GuessedText text, CancellationToken cancel)
    {
        using Conversation conversation = model.CreateConversation();
        GenerationOptions options = new()
        {
            Sampling = new SamplingOptions { Temperature = 0 },
            MaxTokens = text.Answer.Length,
            Constraint = text.Constraint(),
            IgnoreEndOfGeneration = true,
        };
        (long first, long last, int count) = (0, 0, 0);
        await foreach (GeneratedToken token in conversation.GenerateAsync(text.Prompt, options, cancel))
        {
            if (token.Id != text.Answer[count]) throw new BenchException($"token {count} is not the text's");
            last = token.Timestamp;
            if (count++ == 0) first = last;
        }
        return ((count - 1) / Stopwatch.GetElapsedTime(first, last).TotalSeconds, conversation.Guesses);
    }

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
