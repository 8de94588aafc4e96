namespace Jibun.Bench;

/// <summary>Two engines on one model, in turns: A B A B … so that a change of the machine's mood meets both.</summary>
/// <param name="First">The measurements of the engine under test, in order.</param>
/// <param name="Second">The measurements of its peer, each taken right after its counterpart in <paramref name="First"/>.</param>
internal sealed record Comparison(
    string Model,
    long ModelBytes,
    string FirstEngine,
    string SecondEngine,
    IReadOnlyList<Measurement> First,
    IReadOnlyList<Measurement> Second)
{
    public static async Task<Comparison> Run(
        Engine first,
        Engine second,
        string model,
        string peerModel,
        Workload workload,
        int repetitions,
        Action<string> note,
        CancellationToken cancel)
    {
        List<Measurement> a = [], b = [];
        for (int repetition = 1; repetition <= repetitions; repetition++)
        {
            a.Add(await Measure(first, model));
            b.Add(await Measure(second, peerModel));

            async Task<Measurement> Measure(Engine engine, string file)
            {
                Measurement measurement = await engine.Measure(file, workload, cancel);
                double prompt = measurement.Prompt.TokensPerSecond, generation = measurement.Generation.TokensPerSecond;
                note($"{Path.GetFileName(file)} {repetition}/{repetitions} {engine.Name}: "
                    + $"prompt {prompt:f1}, generation {generation:f1} tokens/s");
                return measurement;
            }
        }
        string name = Path.GetFileNameWithoutExtension(model);
        if (peerModel != model) name += $" ({second.Name}: {Path.GetFileNameWithoutExtension(peerModel).Split('-')[^1]})";
        return new(name, new FileInfo(model).Length, first.Name, second.Name, a, b);
    }

    public PairedSeries Prompt => Pair(m => m.Prompt.TokensPerSecond);

    public PairedSeries Generation => Pair(m => m.Generation.TokensPerSecond);

    private PairedSeries Pair(Func<Measurement, double> value) => new(First.Select(value), Second.Select(value));
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
