using System.Globalization;
using System.Text;

namespace Jibun.Bench;

/// <summary>One run of the benchmark.</summary>
internal sealed record Report(Machine Machine, Workload Workload, int Repetitions, IReadOnlyList<Comparison> Models)
{
    /// <summary>Medians with their ranges; the ratio is taken pair by pair.</summary>
    public string ToMarkdown()
    {
        StringBuilder text = new();
        string load = Machine.Load?.ToString(CultureInfo.InvariantCulture) ?? "unknown";
        string first = Models[0].FirstEngine, second = Models[0].SecondEngine;
        text.Append(CultureInfo.InvariantCulture, $"""
            | model | MB | test | {first} tokens/s | {second} tokens/s | ratio | {first} GB/s | {first} MB | {second} MB |
            |---|---:|---|---:|---:|---:|---:|---:|---:|

            """);
        foreach (Comparison model in Models)
        {
            AppendRow(text, model, $"prompt {Workload.Prompt}", model.Prompt, readsWeightsOnce: false);
            AppendRow(text, model, $"generation {Workload.Generation}", model.Generation, readsWeightsOnce: true);
        }
        text.Append(CultureInfo.InvariantCulture, $"""

            {Machine.Processor}, {Machine.LogicalProcessors} logical processors, threads used: {Workload.Threads},
            {Megabytes(Machine.MemoryBytes)} MB, pages of {Machine.PageBytes} bytes (huge pages: {Machine.HugePages ?? "–"}),
            {Machine.System}, {Machine.Runtime}, {Machine.Date}, load before {load}.
            {Repetitions} repetitions, {first} and {second} in turns, each in a process of its own: median (lowest–highest).
            The ratio is {first} over {second}, pair by pair; GB/s are weights times tokens/s; the last columns are the most resident memory.

            """);
        return text.ToString();
    }

    private static void AppendRow(StringBuilder text, Comparison model, string test, PairedSeries series, bool readsWeightsOnce)
    {
        Series firstMemory = new(model.First.Select(m => (double)m.PeakResidentBytes));
        Series secondMemory = new(model.Second.Select(m => (double)m.PeakResidentBytes));
        text.Append(CultureInfo.InvariantCulture, $"| {model.Model} | {Megabytes(model.ModelBytes)} | {test} ");
        text.Append(CultureInfo.InvariantCulture, $"| {Range(series.First, "f1")} | {Range(series.Second, "f1")} ");
        text.Append(CultureInfo.InvariantCulture, $"| {Range(series.Ratio, "f2")} ");
        double read = readsWeightsOnce ? model.First[0].WeightBytes * series.First.Median / 1e9 : 0;
        text.Append(CultureInfo.InvariantCulture, $"| {(read > 0 ? read.ToString("f1", CultureInfo.InvariantCulture) : "–")} ");
        text.Append(CultureInfo.InvariantCulture, $"| {Megabytes(firstMemory.Highest)} | {Megabytes(secondMemory.Highest)} |\n");
    }

    private static string Range(Series series, string format)
    {
        string Text(double value) => value.ToString(format, CultureInfo.InvariantCulture);
        return $"{Text(series.Median)} ({Text(series.Lowest)}–{Text(series.Highest)})";
    }

    private static string Megabytes(double bytes) => bytes > 0 ? (bytes / 1e6).ToString("f0", CultureInfo.InvariantCulture) : "–";
}
