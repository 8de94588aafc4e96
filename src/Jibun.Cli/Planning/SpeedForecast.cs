using Jibun.Cli.Doctor;
using Jibun.Cli.Terminals;
using Jibun.Formats;
using Jibun.Generation;
using Jibun.Gguf;
using Jibun.Kernels;
using Jibun.Memory;

namespace Jibun.Cli.Planning;

/// <summary>What a plan predicts and what it rests on.</summary>
internal sealed record Forecast(double TokensPerSecond, string Why);

/// <summary>
/// Predicts a model's speed from a rehearsal of some of its layers. Where there is no memory for one, it measures how fast memory is read and the main
/// formats are multiplied, and divides: what is left out then (attention, norms, handing work over) makes a model slower than predicted.
/// </summary>
internal sealed class SpeedForecast
{
    private const double MainShare = 0.1; // of the work: formats with less are taken to be as fast as the others
    private const int PromptRows = 128;
    private const double AssumedDisk = 2e9; // bytes a second, where no file is there to measure
    private const long GenerationBytes = 128 << 20, PromptBytes = 8 << 20;

    private readonly Plan _plan;
    private readonly MatMul _matmul;
    private readonly Rehearsal? _rehearsal;
    private readonly long _generationBytes;

    private SpeedForecast(Plan plan, MatMul matmul, Rehearsal? rehearsal, long availableBytes)
    {
        (_plan, _matmul, _rehearsal) = (plan, matmul, rehearsal);
        _generationBytes = Math.Clamp(availableBytes / 8, PromptBytes, GenerationBytes);
        BandwidthBytes = Bandwidth.Measure(matmul.Team.Threads, availableBytes);
        (double packing, DiskRate? disk) = plan.Experts is null ? default : (MeasurePacking(), DiskSpeed.Measure(plan.Path));
        Generation = ForecastGeneration(packing, disk);
        Prompt = ForecastPrompt(packing, disk);
    }

    /// <param name="file">Its data are not read, but for the speed of the disk.</param>
    /// <param name="plan">Of this file.</param>
    /// <param name="options">The plan's.</param>
    /// <param name="matmul">Kernels and threads.</param>
    /// <param name="availableBytes">Memory: half of it may be used to measure.</param>
    public static SpeedForecast Of(GgufFile file, Plan plan, LoadOptions options, MatMul matmul, long availableBytes) =>
        new(plan, matmul, Rehearsal.Of(file, plan, options, matmul, availableBytes / 2), availableBytes);

    /// <summary>Bytes a second that all threads read together.</summary>
    public double BandwidthBytes { get; }

    /// <summary>With an empty cache.</summary>
    public Forecast Generation { get; }

    /// <summary>With a full cache, which every token reads too.</summary>
    public double GenerationAtTheEnd => 1 / (1 / Generation.TokensPerSecond + _plan.KvBytes / BandwidthBytes);

    public Forecast Prompt { get; }

    private string Threads => _matmul.Team.Threads == 1 ? "1 thread" : $"{_matmul.Team.Threads} threads";

    private string Measured => $"measured with {_rehearsal!.Layers} of {_plan.Layers.Count} layers";

    private Forecast ForecastGeneration(double packing, DiskRate? disk)
    {
        string alone = $"{Threads} that do nothing else read {Quantity.Significant(BandwidthBytes / 1e9)} GB/s";
        if (_rehearsal?.FromDisk is { } run)
        {
            return new Forecast(1 / run.GenerationSeconds, $"a token needs {Quantity.Bytes(_plan.BytesPerToken)} of weights; measured with {run.Layers} of {_plan.Layers.Count} layers, "
                + $"{Quantity.Significant(100 * (1 - run.HitRate))} % of whose experts came from disk at {Quantity.Significant(run.BytesPerSecond / 1e9)} GB/s while they ran; {alone}");
        }
        (double seconds, string reasons) = _rehearsal is null ? DivideGeneration()
            : (_rehearsal.GenerationSeconds, $" at {Quantity.Significant(_plan.BytesPerToken / _rehearsal.GenerationSeconds / 1e9)} GB/s ({Measured})");
        string fromDisk = "";
        if (_plan.Experts is { } experts)
        {
            // Few experts at a time leave little to do side by side: what was read is packed, and then the next layer asks.
            seconds += experts.DiskBytesPerToken * (1 / RateOf(disk) + 1 / packing);
            fromDisk = $"; {Quantity.Bytes((long)experts.DiskBytesPerToken)} of experts come from disk, which {Describe(disk)}, and are packed at {Quantity.Significant(packing / 1e9)} GB/s";
        }
        return new Forecast(1 / seconds, $"a token reads {Quantity.Bytes(_plan.BytesPerToken)} of weights{reasons}; {alone}{fromDisk}");
    }

    private Forecast ForecastPrompt(double packing, DiskRate? disk)
    {
        (double seconds, string reasons) = _rehearsal is null ? DividePrompt()
            : (_rehearsal.PromptSeconds + _rehearsal.OutputSeconds / _rehearsal.PromptTokens,
                $"{Threads} reach {Quantity.Significant(_plan.ProductsPerToken / _rehearsal.PromptSeconds / 1e9)} G/s in prompts of {_rehearsal.PromptTokens} tokens ({Measured})");
        string fromDisk = "";
        if (_plan.Experts is { } experts)
        {
            int tokens = _rehearsal?.PromptTokens ?? PromptRows;
            double bytes = experts.DiskBytesOfPrompt(tokens);
            seconds = Math.Max(seconds + bytes / packing / tokens, bytes / RateOf(disk) / tokens);
            fromDisk = $"; {Quantity.Bytes((long)bytes)} of experts come from disk for each {tokens} of them";
        }
        return new Forecast(1 / seconds, $"a token takes {Quantity.Count(_plan.ProductsPerToken)} multiplications; {reasons}{fromDisk}");
    }

    private double MeasurePacking() => ProductSpeed.MeasurePacking(
        _plan.Weights.Where(weights => weights.Class == WeightClass.Experts && weights.Kernels is not null).MaxBy(weights => weights.FileBytes)!.Layout!, _matmul.Team);

    private static double RateOf(DiskRate? disk) => disk?.Median ?? AssumedDisk;

    private static string Describe(DiskRate? disk) => disk is not { } rate ? $"is taken to give {AssumedDisk / 1e9:0} GB/s"
        : $"gives {Quantity.Significant(rate.Median / 1e9)} GB/s"
            + (rate.IsUnsteady ? $" (from moment to moment {Quantity.Significant(rate.Lowest / 1e9)} to {Quantity.Significant(rate.Highest / 1e9)})" : "");

    private (double Seconds, string Reasons) DivideGeneration() => Divide(weights => weights.BytesPerToken, BandwidthBytes, (format, bitsPerWeight) =>
    {
        double rate = ProductSpeed.Measure(format, _matmul, 1, _generationBytes) * bitsPerWeight / 8;
        return (rate, $", {format.Name} weights are multiplied at {Quantity.Significant(rate / 1e9)} GB/s");
    });

    private (double Seconds, string Reasons) DividePrompt()
    {
        (double seconds, string reasons) = Divide(weights => weights.ProductsPerToken, double.PositiveInfinity, (format, _) =>
        {
            double rate = ProductSpeed.Measure(format, _matmul, PromptRows, PromptBytes);
            return (rate, $", {format.Name} reaches {Quantity.Significant(rate / 1e9)} G/s");
        });
        return (seconds, $"with {Threads}{reasons}");
    }

    // Seconds a token: each main format at its own rate; the rest at the others' average, at most what anything can reach.
    private (double Seconds, string Reasons) Divide(
        Func<PlannedWeights, long> workOf, double fastest, Func<BlockFormat, double, (double Rate, string Reason)> measure)
    {
        double all = _plan.Weights.Sum(workOf), measured = 0, seconds = 0;
        string reasons = "";
        foreach (var alike in _plan.Weights.Where(weights => weights.Kernels is not null).GroupBy(weights => weights.Layout!).OrderByDescending(group => group.Sum(workOf)))
        {
            double work = alike.Sum(workOf);
            if (work < MainShare * all) break;
            (double rate, string reason) = measure(alike.Key, 8.0 * alike.Sum(weights => weights.MemoryBytes) / alike.Sum(weights => weights.Weights));
            seconds += work / Math.Min(rate, fastest);
            measured += work;
            reasons += reason;
        }
        return (measured == 0 ? all / BandwidthBytes : seconds * all / measured, reasons);
    }
}
