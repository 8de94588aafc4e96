using System.Text.Json;
using System.Text.Json.Serialization;

namespace Jibun.Bench;

/// <summary>What one engine's process prints: the JSON of `jibun bench --json`, read as far as the comparison needs it.</summary>
/// <param name="WeightBytes">All weights in their execution layout, if the engine says so.</param>
/// <param name="BytesPerToken">Weights that one token reads, if the engine says so.</param>
/// <param name="BandwidthBytesPerSecond">What the engine's threads read of the same memory when they do nothing else.</param>
/// <param name="ShareOfBandwidth">Of that, what generation reads.</param>
/// <param name="PeakResidentBytes">The most memory the process held, mapped files included; 0 where it is not known.</param>
internal sealed record Measurement(
    Speed Prompt, Speed Generation, long PeakResidentBytes = 0, long WeightBytes = 0, long BytesPerToken = 0, double BandwidthBytesPerSecond = 0,
    double ShareOfBandwidth = 0)
{
    public long ReadBytes => BytesPerToken > 0 ? BytesPerToken : WeightBytes;

    public static Measurement Parse(string json) =>
        JsonSerializer.Deserialize(json, BenchJson.Default.Measurement) is { Prompt: not null, Generation: not null } measurement
            ? measurement
            : throw new JsonException("no prompt or generation speed");
}

internal sealed record Speed(int Tokens, double TokensPerSecond);

/// <summary>What is measured: prompt and generated tokens, threads.</summary>
internal sealed record Workload(int Prompt, int Generation, int Threads);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(Measurement))]
[JsonSerializable(typeof(Report))]
[JsonSerializable(typeof(ColdRun))]
[JsonSerializable(typeof(MemoryCurve))]
internal sealed partial class BenchJson : JsonSerializerContext;
