using System.Globalization;
using System.Text;

namespace Jibun.Bench;

/// <summary>One run of the benchmark.</summary>
internal sealed record Report(Machine Machine, Workload Workload, int Repetitions, int Burners, IReadOnlyList<Comparison> Models)
{
    private IReadOnlyList<string> Engines => [.. Models[0].Engines.Select(runs => runs.Engine)];

    /// <summary>Medians with their ranges; ratios are taken pair by pair.</summary>
    public string ToMarkdown()
    {
        StringBuilder text = new();
        string load = Machine.Load?.ToString(CultureInfo.InvariantCulture) ?? "unknown", first = Engines[0];
        string peers = string.Concat(Engines.Skip(1).Select(peer => $" {peer} tokens/s | ratio |"));
        string peersMemory = string.Concat(Engines.Skip(1).Select(peer => $" {peer} MB |"));
        text.Append(CultureInfo.InvariantCulture, $"""
            | model | MB | test | {first} tokens/s |{peers} {first} GB/s | of the bandwidth | planned MB | {first} MB |{peersMemory}
            |---|---:|---|---:|{Repeat("---:|---:|")}---:|---:|---:|---:|{Repeat("---:|")}

            """);
        foreach (Comparison model in Models)
        {
            AppendRow(text, model, $"prompt {Workload.Prompt}", model.Prompt, isGeneration: false);
            AppendRow(text, model, $"generation {Workload.Generation}", model.Generation, isGeneration: true);
        }
        text.Append(CultureInfo.InvariantCulture, $"""

            {Machine.Processor}, {Machine.LogicalProcessors} logical processors, threads used: {Workload.Threads}{(Burners > 0 ? $", beside {Burners} processes that want a processor each" : "")},
            {Megabytes(Machine.MemoryBytes)} MB, pages of {Machine.PageBytes} bytes (huge pages: {Machine.HugePages ?? "–"}),
            {Machine.System}, {Machine.Runtime}, {Machine.Date}, load before {load}.
            {Repetitions} repetitions, {string.Join(" and ", Engines)} in turns, each in a process of its own: median (lowest–highest).
            The ratio is {first} over the peer, pair by pair; GB/s are weights times tokens/s, beside them their share of what the same threads read of the same
            memory just before and after when they do nothing else; the last columns are the most resident memory.

            """);
        foreach (Comparison model in Models)
            foreach (EngineRuns runs in model.Engines)
                if (runs.Refusal is { } refusal) text.Append(CultureInfo.InvariantCulture, $"- {runs.Engine} does not run {model.Model}: {refusal}\n");
        return text.ToString();

        string Repeat(string column) => string.Concat(Enumerable.Repeat(column, Engines.Count - 1));
    }

    private void AppendRow(StringBuilder text, Comparison model, string test, Func<int, PairedSeries?> seriesOf, bool isGeneration)
    {
        IReadOnlyList<Measurement> ours = model.Engines[0].Measurements!;
        Series speed = seriesOf(0)!.First;
        text.Append(CultureInfo.InvariantCulture, $"| {model.Model} | {Megabytes(model.ModelBytes)} | {test} | {Range(speed, "f1")} ");
        for (int peer = 1; peer < model.Engines.Count; peer++)
            text.Append(seriesOf(peer) is { } series ? $"| {Range(series.Second, "f1")} | {Range(series.Ratio, "f2")} " : "| – | – ");
        double read = isGeneration ? ours[0].ReadBytes * speed.Median / 1e9 : 0, share = isGeneration ? new Series(ours.Select(m => m.ShareOfBandwidth)).Median : 0;
        text.Append(CultureInfo.InvariantCulture, $"| {(read > 0 ? read.ToString("f1", CultureInfo.InvariantCulture) : "–")} ");
        text.Append(CultureInfo.InvariantCulture, $"| {(share > 0 ? (100 * share).ToString("f0", CultureInfo.InvariantCulture) + " %" : "–")} | {Megabytes(model.PlannedBytes)} |");
        foreach (EngineRuns runs in model.Engines)
            text.Append(CultureInfo.InvariantCulture, $" {(runs.Measurements is { } all ? Megabytes(all.Max(m => m.PeakResidentBytes)) : "–")} |");
        text.Append('\n');
    }

    private static string Range(Series series, string format)
    {
        string Text(double value) => value.ToString(format, CultureInfo.InvariantCulture);
        return $"{Text(series.Median)} ({Text(series.Lowest)}–{Text(series.Highest)})";
    }

    private static string Megabytes(double bytes) => bytes > 0 ? (bytes / 1e6).ToString("f0", CultureInfo.InvariantCulture) : "–";
}
