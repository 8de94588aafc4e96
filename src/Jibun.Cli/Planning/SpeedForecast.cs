using Jibun.Cli.Doctor;
using Jibun.Cli.Terminals;
using Jibun.Formats;
using Jibun.Generation;
using Jibun.Kernels;
using Jibun.Memory;

namespace Jibun.Cli.Planning;

/// <summary>What a plan predicts and what it rests on.</summary>
internal sealed record Forecast(double TokensPerSecond, string Why);

/// <summary>
/// Measures what bounds a model's speed, memory and the products of its main formats, and divides. What is left out
/// (attention, norms, handing work over) makes a model a little slower than predicted.
/// </summary>
internal sealed class SpeedForecast
{
    private const double MainShare = 0.1; // of the work: formats with less are taken to be as fast as the others
    private const int PromptRows = 128;
    private const double AssumedDisk = 2e9; // bytes a second, where no file is there to measure
    private const long GenerationBytes = 128 << 20, PromptBytes = 8 << 20;

    private readonly Plan _plan;
    private readonly MatMul _matmul;
    private readonly long _generationBytes;

    public SpeedForecast(Plan plan, MatMul matmul, long availableBytes)
    {
        (_plan, _matmul) = (plan, matmul);
        _generationBytes = Math.Clamp(availableBytes / 8, PromptBytes, GenerationBytes);
        BandwidthBytes = Bandwidth.Measure(matmul.Team.Threads, availableBytes);
        Generation = ForecastGeneration();
        Prompt = ForecastPrompt();
    }

    /// <summary>Bytes a second that all threads read together.</summary>
    public double BandwidthBytes { get; }

    /// <summary>With an empty cache.</summary>
    public Forecast Generation { get; }

    /// <summary>With a full cache, which every token reads too.</summary>
    public double GenerationAtTheEnd => 1 / (1 / Generation.TokensPerSecond + _plan.KvBytes / BandwidthBytes);

    public Forecast Prompt { get; }

    private string Threads => _matmul.Team.Threads == 1 ? "1 thread" : $"{_matmul.Team.Threads} threads";

    private Forecast ForecastGeneration()
    {
        (double seconds, List<string> reasons) = Divide(weights => weights.BytesPerToken, BandwidthBytes, (format, bitsPerWeight) =>
        {
            double rate = ProductSpeed.Measure(format, _matmul, 1, _generationBytes) * bitsPerWeight / 8;
            return (rate, $"{format.Name} weights are multiplied at {Quantity.Significant(rate / 1e9)} GB/s");
        });
        string fromDisk = "";
        if (_plan.Experts is { } experts) seconds += DiskSeconds(experts, out fromDisk);
        return new Forecast(1 / seconds, $"a token reads {Quantity.Bytes(_plan.BytesPerToken)} of weights; {Threads} read {Quantity.Significant(BandwidthBytes / 1e9)} GB/s"
            + string.Concat(reasons.Select(reason => $", {reason}")) + fromDisk);
    }

    // Reading and packing go on side by side, so that the slower of the two decides.
    private double DiskSeconds(PlannedExperts experts, out string why)
    {
        BlockFormat format = _plan.Weights.Where(weights => weights.Class == WeightClass.Experts && weights.Kernels is not null).MaxBy(weights => weights.FileBytes)!.Layout!;
        double packing = ProductSpeed.MeasurePacking(format, _matmul.Team);
        double? disk = DiskSpeed.Measure(_plan.Path);
        why = $"; {Quantity.Bytes((long)experts.DiskBytesPerToken)} of experts come from disk, which "
            + (disk is { } rate ? $"gives {Quantity.Significant(rate / 1e9)} GB/s" : $"is taken to give {AssumedDisk / 1e9:0} GB/s")
            + $", and are packed at {Quantity.Significant(packing / 1e9)} GB/s";
        return experts.DiskBytesPerToken / Math.Min(disk ?? AssumedDisk, packing);
    }

    private Forecast ForecastPrompt()
    {
        (double seconds, List<string> reasons) = Divide(weights => weights.ProductsPerToken, double.PositiveInfinity, (format, _) =>
        {
            double rate = ProductSpeed.Measure(format, _matmul, PromptRows, PromptBytes);
            return (rate, $"{format.Name} reaches {Quantity.Significant(rate / 1e9)} G/s");
        });
        return new Forecast(1 / seconds, $"a token takes {Quantity.Count(_plan.ProductsPerToken)} multiplications; with {Threads} {string.Join(", ", reasons)}");
    }

    // Seconds a token: each main format at its own rate; the rest at the others' average, at most what anything can reach.
    private (double Seconds, List<string> Reasons) Divide(
        Func<PlannedWeights, long> workOf, double fastest, Func<BlockFormat, double, (double Rate, string Reason)> measure)
    {
        double all = _plan.Weights.Sum(workOf), measured = 0, seconds = 0;
        List<string> reasons = [];
        foreach (var alike in _plan.Weights.Where(weights => weights.Kernels is not null).GroupBy(weights => weights.Layout!).OrderByDescending(group => group.Sum(workOf)))
        {
            double work = alike.Sum(workOf);
            if (work < MainShare * all) break;
            (double rate, string reason) = measure(alike.Key, 8.0 * alike.Sum(weights => weights.MemoryBytes) / alike.Sum(weights => weights.Weights));
            seconds += work / Math.Min(rate, fastest);
            measured += work;
            reasons.Add(reason);
        }
        return (measured == 0 ? all / BandwidthBytes : seconds * all / measured, reasons);
    }
}
