namespace Jibun.Bench;

/// <summary>What one engine did with a model.</summary>
/// <param name="Measurements">In order; null where it cannot run the model.</param>
/// <param name="Refusal">What it said then.</param>
internal sealed record EngineRuns(string Engine, IReadOnlyList<Measurement>? Measurements, string? Refusal = null);

/// <summary>Engines on one model, in turns: A B A B … so that a change of the machine's mood meets all.</summary>
/// <param name="Engines">The engine under test, then its peers; each measurement right after its counterpart of the engine before.</param>
/// <param name="PlannedBytes">What the engine under test says it will take; 0 where it was not asked.</param>
internal sealed record Comparison(string Model, long ModelBytes, long PlannedBytes, IReadOnlyList<EngineRuns> Engines)
{
    /// <param name="engines">The engine under test, then its peers.</param>
    /// <param name="models">What each of them runs.</param>
    /// <param name="burners">Processes that keep processors busy meanwhile.</param>
    public static async Task<Comparison> Run(
        IReadOnlyList<Engine> engines, IReadOnlyList<string> models, Workload workload, int repetitions, int burners, Action<string> note, CancellationToken cancel)
    {
        List<Measurement>?[] measured = [.. engines.Select(_ => new List<Measurement>())];
        string?[] refusals = new string?[engines.Count];
        using BusyProcesses busy = new(burners);
        for (int repetition = 1; repetition <= repetitions; repetition++)
            for (int i = 0; i < engines.Count; i++)
            {
                if (measured[i] is not { } runs) continue;
                string file = Path.GetFileName(models[i]);
                try
                {
                    Measurement measurement = await engines[i].Measure(models[i], workload, cancel);
                    runs.Add(measurement);
                    double prompt = measurement.Prompt.TokensPerSecond, generation = measurement.Generation.TokensPerSecond;
                    note($"{file} {repetition}/{repetitions} {engines[i].Name}: prompt {prompt:f1}, generation {generation:f1} tokens/s");
                }
                catch (BenchException refused) when (engines[i].MayRefuse)
                {
                    (measured[i], refusals[i]) = (null, refused.Message);
                    note($"{file} {engines[i].Name}: {refused.Message}");
                }
            }
        string name = Path.GetFileNameWithoutExtension(models[0]);
        foreach (var other in engines.Zip(models).Skip(1).Where(peer => peer.Second != models[0]).GroupBy(peer => peer.Second))
            name += $" ({string.Join(", ", other.Select(peer => peer.First.Name))}: {Path.GetFileNameWithoutExtension(other.Key).Split('-')[^1]})";
        long planned = await engines[0].Plan(models[0], workload, cancel);
        return new(name, new FileInfo(models[0]).Length, planned, [.. engines.Select((engine, i) => new EngineRuns(engine.Name, measured[i], refusals[i]))]);
    }

    /// <summary>The engine under test beside a peer; null where the peer cannot run the model.</summary>
    public PairedSeries? Prompt(int peer) => Pair(peer, m => m.Prompt.TokensPerSecond);

    public PairedSeries? Generation(int peer) => Pair(peer, m => m.Generation.TokensPerSecond);

    private PairedSeries? Pair(int peer, Func<Measurement, double> value) =>
        Engines[peer].Measurements is { } others ? new(Engines[0].Measurements!.Select(value), others.Select(value)) : null;
}

/// <summary>Speeds of two engines, measured in pairs.</summary>
internal sealed class PairedSeries(IEnumerable<double> first, IEnumerable<double> second)
{
    public Series First { get; } = new(first);

    public Series Second { get; } = new(second);

    /// <summary>First over second, pair by pair.</summary>
    public Series Ratio => new(First.Values.Zip(Second.Values, (a, b) => a / b));
}

internal sealed class Series(IEnumerable<double> values)
{
    public IReadOnlyList<double> Values { get; } = [.. values];

    public double Lowest => Values.Min();

    public double Highest => Values.Max();

    public double Median
    {
        get
        {
            double[] sorted = [.. Values.Order()];
            int middle = sorted.Length / 2;
            return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        }
    }
}
