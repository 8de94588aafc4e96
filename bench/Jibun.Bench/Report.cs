using System.Globalization;
using System.Text;

namespace Jibun.Bench;

/// <summary>One run of the benchmark.</summary>
internal sealed record Report(Machine Machine, Workload Workload, int Repetitions, int Burners, IReadOnlyList<Comparison> Models)
{
    private IReadOnlyList<string> Engines => [.. Models[0].Engines.Select(runs => runs.Engine)];

    /// <summary>A table of tokens/s for each test, one of memory; medians with their ranges, ratios taken pair by pair.</summary>
    public string ToMarkdown()
    {
        StringBuilder text = new();
        string load = Machine.Load?.ToString(CultureInfo.InvariantCulture) ?? "unknown", first = Engines[0];
        AppendSpeeds(text, $"Generation, {Workload.Generation} tokens: tokens/s", (model, peer) => model.Generation(peer), ShareOfBandwidth);
        AppendSpeeds(text, $"Prompt of {Workload.Prompt}: tokens/s", (model, peer) => model.Prompt(peer));
        AppendMemory(text);
        text.Append(CultureInfo.InvariantCulture, $"""
            {Machine.Processor}, {Machine.LogicalProcessors} logical processors, threads used: {Workload.Threads}{(Burners > 0 ? $", beside {Burners} processes that want a processor each" : "")},
            {Megabytes(Machine.MemoryBytes)} MB, pages of {Machine.PageBytes} bytes (huge pages: {Machine.HugePages ?? "–"}),
            {Machine.System}, {Machine.Runtime}, {Machine.Date}, load before {load}.
            {Repetitions} repetitions, {string.Join(" and ", Engines)} in turns, each in a process of its own: median (lowest–highest).
            A ratio is {first} over the peer, pair by pair. The share of the bandwidth is what {first} reads of the weights, beside what the same threads read of the same memory
            just before and after when they do nothing else.

            """);
        foreach (Comparison model in Models)
            foreach (EngineRuns runs in model.Engines)
                if (runs.Refusal is { } refusal) text.Append(CultureInfo.InvariantCulture, $"- {runs.Engine} does not run {model.Model}: {refusal}\n");
        return text.ToString();
    }

    private static string ShareOfBandwidth(Comparison model)
    {
        IReadOnlyList<Measurement> ours = model.Engines[0].Measurements!;
        double share = new Series(ours.Select(m => m.ShareOfBandwidth)).Median;
        double read = ours[0].ReadBytes * model.Generation(0)!.First.Median / 1e9;
        return share > 0 ? string.Create(CultureInfo.InvariantCulture, $" {100 * share:f0} % ({read:f1} GB/s) |") : " – |";
    }

    private void AppendSpeeds(StringBuilder text, string test, Func<Comparison, int, PairedSeries?> seriesOf, Func<Comparison, string>? share = null)
    {
        string peers = string.Concat(Engines.Skip(1).Select(peer => $" {peer} | ratio |")), bandwidth = share is null ? "" : " of the bandwidth |";
        text.Append(CultureInfo.InvariantCulture, $"""
            | {test} | {Engines[0]} |{peers}{bandwidth}
            |---|---:|{Columns(2)}{(share is null ? "" : "---:|")}

            """);
        foreach (Comparison model in Models)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {model.Model} | {Range(seriesOf(model, 0)!.First, "f1")} |");
            for (int peer = 1; peer < model.Engines.Count; peer++)
                text.Append(seriesOf(model, peer) is { } series ? $" {Range(series.Second, "f1")} | **{Text(series.Ratio.Median)}** ({Text(series.Ratio.Lowest)}–{Text(series.Ratio.Highest)}) |" : " – | – |");
            text.Append(share?.Invoke(model)).Append('\n');
        }
        text.Append('\n');

        static string Text(double ratio) => ratio.ToString("f2", CultureInfo.InvariantCulture);
    }

    private void AppendMemory(StringBuilder text)
    {
        text.Append(CultureInfo.InvariantCulture, $"""
            | Memory, most resident: MB | file | planned | {string.Join(" | ", Engines)} |
            |---|---:|---:|---:|{Columns(1)}

            """);
        foreach (Comparison model in Models)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {model.Model} | {Megabytes(model.ModelBytes)} | {Megabytes(model.PlannedBytes)} |");
            foreach (EngineRuns runs in model.Engines)
                text.Append(CultureInfo.InvariantCulture, $" {(runs.Measurements is { } all ? Megabytes(all.Max(m => m.PeakResidentBytes)) : "–")} |");
            text.Append('\n');
        }
        text.Append('\n');
    }

    private string Columns(int ofPeer) => string.Concat(Enumerable.Repeat("---:|", ofPeer * (Engines.Count - 1)));

    private static string Range(Series series, string format)
    {
        string Text(double value) => value.ToString(format, CultureInfo.InvariantCulture);
        return $"{Text(series.Median)} ({Text(series.Lowest)}–{Text(series.Highest)})";
    }

    private static string Megabytes(double bytes) => bytes > 0 ? (bytes / 1e6).ToString("f0", CultureInfo.InvariantCulture) : "–";
}
