using System.Diagnostics;
using Jibun.Generation;

namespace Jibun.Cli.Bench;

/// <summary>Tokens per second of several repetitions.</summary>
internal sealed record Speed(int Tokens, IReadOnlyList<double> Rates)
{
    public double Median { get; } = MedianOf([.. Rates.Order()]);

    public double Lowest => Rates.Min();

    public double Highest => Rates.Max();

    public static double MedianOf(double[] sorted)
    {
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}

/// <summary>Measures what users wait for: reading a prompt, and writing token after token from an empty conversation.</summary>
internal sealed class Benchmark(LoadedModel model, int promptTokens, int generatedTokens, int repetitions)
{
    private static readonly SamplingOptions s_greedy = new() { Temperature = 0 };

    private static readonly TimeSpan s_reading = TimeSpan.FromSeconds(0.5);

    /// <summary>Shares of what the memory allowed at the time: weights that the tokens read, over what the same threads read in a moment before and one after.</summary>
    public List<double> SharesOfBandwidth { get; } = [];

    /// <summary>Bytes a second that the threads read of the weights, a value for each repetition.</summary>
    public List<double> Bandwidths { get; } = [];

    /// <summary>One warm-up of each kind, then prompt and generation in turn, so that a busy moment touches both.</summary>
    public async Task<(Speed? Prompt, Speed? Generation)> RunAsync(CancellationToken cancel)
    {
        if (generatedTokens + 2 > model.ContextLength)
            throw new JibunException($"{generatedTokens} tokens were to be written and the context holds {model.ContextLength}: write fewer (-n)");
        List<double> prompt = [], generation = [];
        for (int i = -1; i < repetitions; i++)
        {
            if (promptTokens > 0 && await PromptAsync(cancel) is var read && i >= 0) prompt.Add(read);
            if (generatedTokens == 0) continue;
            bool isRead = i >= 0 && model.ExpertTally is null; // experts from disk are bound by something else
            double before = isRead ? model.MeasureReading(s_reading) : 0, written = await GenerationAsync(cancel);
            if (i < 0) continue;
            generation.Add(written);
            if (!isRead) continue;
            Bandwidths.Add((before + model.MeasureReading(s_reading)) / 2);
            SharesOfBandwidth.Add(written * model.Plan.BytesPerToken / Bandwidths[^1]);
        }
        return (prompt.Count > 0 ? new Speed(promptTokens, prompt) : null, generation.Count > 0 ? new Speed(generatedTokens, generation) : null);
    }

    private async Task<double> PromptAsync(CancellationToken cancel)
    {
        Random random = new(promptTokens);
        int[] tokens = [.. Enumerable.Range(0, promptTokens).Select(_ => random.Next(model.Model.Info.VocabularySize))];
        long begun = Stopwatch.GetTimestamp();
        using Conversation conversation = model.CreateConversation();
        long read = begun;
        await foreach (GeneratedToken token in conversation.GenerateAsync(tokens, Options(1), cancel)) read = token.Timestamp;
        return promptTokens / Stopwatch.GetElapsedTime(begun, read).TotalSeconds;
    }

    private async Task<double> GenerationAsync(CancellationToken cancel)
    {
        int[] start = [model.Tokenizer.Bos ?? 0];
        (long first, long last) = (0, 0);
        using Conversation conversation = model.CreateConversation();
        await foreach (GeneratedToken token in conversation.GenerateAsync(start, Options(generatedTokens + 1), cancel))
        {
            last = token.Timestamp;
            if (first == 0) first = last;
        }
        return generatedTokens / Stopwatch.GetElapsedTime(first, last).TotalSeconds;
    }

    private static GenerationOptions Options(int tokens) => new() { Sampling = s_greedy, MaxTokens = tokens, IgnoreEndOfGeneration = true };
}
