using System.Text.Json;
using Jibun.Bench;
using Jibun.Peers;
using Jibun.Tests.Peers;

namespace Jibun.Tests.Bench;

public sealed class ComparisonTests
{
    [Theory]
    [InlineData(new double[] { 3 }, 3)]
    [InlineData(new double[] { 9, 1, 5 }, 5)]
    [InlineData(new double[] { 4, 1, 2, 9 }, 3)]
    public void MediansAreOfSortedValues(double[] values, double median) => Assert.Equal(median, new Series(values).Median);

    [Fact]
    public void RatiosArePairwise()
    {
        PairedSeries series = new([10, 30, 20], [5, 10, 20]);
        Assert.Equal([2, 3, 1], series.Ratio.Values);
    }

    [Fact]
    public void ReadsWhatTheBenchVerbPrints()
    {
        Measurement measurement = Measurement.Parse("""
            {
              "model": "m",
              "prompt": { "tokens": 512, "tokens_per_second": 120.5, "spread": 0.1 },
              "generation": { "tokens": 64, "tokens_per_second": 30 }
            }
            """);
        Assert.Equal(new Speed(512, 120.5), measurement.Prompt);
        Assert.Equal(new Speed(64, 30), measurement.Generation);
        Assert.Throws<JsonException>(() => Measurement.Parse("{}"));
    }

    [Fact]
    public void ReportsMediansAndRatios()
    {
        Comparison comparison = new("m", 5_000_000, 3_000_000, [new("Jibun", [Of(20, 4), Of(40, 4)]), new("llama.cpp", [Of(10, 2), Of(10, 4)]), new("other", null, "no such type")]);
        Machine machine = Machine.Describe(DateTimeOffset.UnixEpoch);
        string table = new Report(machine, new Workload(512, 64, 2), 2, 0, [comparison]).ToMarkdown();
        Assert.Contains("| m | 30.0 (20.0–40.0) | 10.0 (10.0–10.0) | **3.00** (2.00–4.00) | – | – |\n", table);
        Assert.Contains("| m | 4.0 (4.0–4.0) | 3.0 (2.0–4.0) | **1.50** (1.00–2.00) | – | – | 50 % (8.0 GB/s) |\n", table);
        Assert.Contains("| m | 5 | 3 | – | – | – |\n", table);
        Assert.Contains("other does not run m: no such type", table);

        static Measurement Of(double prompt, double generation) =>
            new(new Speed(512, prompt), new Speed(64, generation), BytesPerToken: 2_000_000_000, ShareOfBandwidth: 0.5);
    }

    [Fact]
    public void ReadsWhatLlamaBenchPrints()
    {
        Measurement measurement = IkOutput.Parse("""
            ============ Repacked 113 tensors
            [
              { "n_prompt": 512, "n_gen": 0, "avg_ts": 120.5, "samples_ts": [ 120.5 ] },
              { "n_prompt": 0, "n_gen": 32, "avg_ts": 30.25, "samples_ts": [ 30.25 ] }
            ]
            """);
        Assert.Equal((new Speed(512, 120.5), new Speed(32, 30.25)), (measurement.Prompt, measurement.Generation));
    }

    [Fact]
    public async Task MeasuresUpstreamInAProcessOfItsOwn()
    {
        Upstream.Require();
        using TemporaryModel model = new(SyntheticShapes.TinyLlama, "F32");
        string library = Path.Combine(AppContext.BaseDirectory, "Jibun.Bench.dll");
        Engine upstream = new(Engine.UpstreamName, "dotnet", [library, "--peer", Engine.UpstreamName]);
        Workload workload = new(Prompt: 16, Generation: 4, Threads: 1);
        Measurement measurement = await upstream.Measure(model.Path, workload, TestContext.Current.CancellationToken);
        Assert.Equal((16, 4), (measurement.Prompt.Tokens, measurement.Generation.Tokens));
        Assert.True(measurement.Prompt.TokensPerSecond > 0 && measurement.PeakResidentBytes > 0);
    }

    [Fact]
    public async Task SaysWhichEngineFailed()
    {
        Engine missing = Engine.Jibun(Path.Combine(Path.GetTempPath(), "no-such-program"));
        BenchException error = await Assert.ThrowsAsync<BenchException>(
            () => missing.Measure("m.gguf", new Workload(1, 1, 1), TestContext.Current.CancellationToken));
        Assert.Contains("Jibun does not start", error.Message);
    }
}
