using System.Diagnostics;
using System.Text.Json;
using Jibun.Cli.Terminals;
using Jibun.Peers;
using Jibun.Tests.Peers;

namespace Jibun.Tests.Cli;

public sealed class PlanVerbTests
{
    [Fact]
    public async Task A_plan_adds_up_for_people_and_programs()
    {
        Upstream.Require();
        using TemporaryModel model = new(SyntheticShapes.TinyQwen3Moe, "Q8_0");
        CliRun run = await CliRun.Of("plan", model.Path, "--context", "300", "-t", "1", "--json");
        Assert.Equal(0, run.ExitCode);
        JsonElement plan = JsonDocument.Parse(run.Out).RootElement;
        long Number(string name) => plan.GetProperty(name).GetInt64();
        Assert.Equal(Number("weight_bytes"), plan.GetProperty("weights").EnumerateArray().Sum(weights => weights.GetProperty("memory_bytes").GetInt64()));
        Assert.Equal(Number("total_bytes"), Number("weight_bytes") + Number("kv_bytes") + Number("buffer_bytes") + Number("runtime_bytes"));
        Assert.True(plan.GetProperty("fits").GetBoolean());
        Assert.True(plan.GetProperty("generation").GetProperty("tokens_per_second").GetDouble() > 0);
        Assert.True(plan.GetProperty("prompt").GetProperty("tokens_per_second").GetDouble() > 0);
        string[] classes = ["embedding and output", "attention", "router", "experts", "norms"];
        Assert.Equal(classes.Order(), plan.GetProperty("weights").EnumerateArray().Select(weights => weights.GetProperty("class").GetString()).Distinct().Order());

        CliRun table = await CliRun.Of("plan", model.Path, "--context", "300", "-t", "1");
        foreach (string shown in (string[])["embedding and output", "cache", "for 300 tokens", "fits", "yes", "a token reads", "4 of 16 experts"]) Assert.Contains(shown, table.Out);
    }

    [Theory]
    [InlineData("r1-671b", 14848)]
    [InlineData("v2-lite-16b", 0)]
    public async Task Published_models_are_planned_without_their_files(string shape, int experts)
    {
        CliRun run = await CliRun.Of("plan", "--shape", shape, "--memory", "20GiB", "-t", "1", "--json");
        Assert.Equal(0, run.ExitCode);
        JsonElement plan = JsonDocument.Parse(run.Out).RootElement;
        Assert.True(plan.GetProperty("generation").GetProperty("tokens_per_second").GetDouble() > 0);
        Assert.Equal(experts > 0, plan.TryGetProperty("experts", out JsonElement fromDisk));
        if (experts == 0) return;
        Assert.Equal(experts, fromDisk.GetProperty("total").GetInt32());
        Assert.InRange(fromDisk.GetProperty("in_memory").GetInt32(), 400, 1000);
        Assert.InRange(plan.GetProperty("weights").EnumerateArray().Sum(weights => weights.GetProperty("file_bytes").GetInt64()), 125_000_000_000, 145_000_000_000);
    }

    [Fact]
    public async Task What_does_not_fit_is_planned_and_refused()
    {
        Upstream.Require();
        using TemporaryModel model = new(SyntheticShapes.TinyLlama, "Q8_0");
        CliRun run = await CliRun.Of("plan", model.Path, "--memory", "1MiB", "-t", "1", "--json");
        Assert.Equal(4, run.ExitCode);
        Assert.False(JsonDocument.Parse(run.Out).RootElement.GetProperty("fits").GetBoolean());
        Assert.Contains("of the 1 MiB given", run.Error);
        Assert.Equal(2, (await CliRun.Of("plan", model.Path, "--memory", "much")).ExitCode);
    }

    [Theory]
    [InlineData("8GiB", 8L << 30)]
    [InlineData("8G", 8L << 30)]
    [InlineData("1.5 gib", 3L << 29)]
    [InlineData("900MB", 900_000_000L)]
    [InlineData("4096", 4096L)]
    [InlineData("12 B", 12L)]
    [InlineData("0", null)]
    [InlineData("-1G", null)]
    [InlineData("G", null)]
    [InlineData("8Gx", null)]
    [InlineData("", null)]
    [InlineData("1e30", null)]
    public void Sizes_are_read(string text, long? bytes) => Assert.Equal(bytes, Quantity.ParseBytes(text));

    [Theory]
    [InlineData("portable", 0)]
    [InlineData("intrinsics", 0)]
    [InlineData("fastest", 2)]
    public async Task Kernels_are_chosen_by_name(string kernels, int code)
    {
        Upstream.Require();
        using TemporaryModel model = new(SyntheticShapes.TinyLlama, "Q8_0");
        CliRun run = await CliRun.Of("bench", "-m", model.Path, "-p", "4", "-n", "2", "-r", "1", "-t", "1", "--kernels", kernels, "--mlock", "--json");
        Assert.Equal(code, run.ExitCode);
        if (code != 0) return;
        string ran = JsonDocument.Parse(run.Out).RootElement.GetProperty("kernels").GetString()!;
        Assert.NotEqual("Emitted", ran);
        if (kernels == "portable") Assert.Equal("Portable", ran);
    }

    [Fact]
    public async Task The_most_resident_memory_stays_near_the_plan()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("resident memory is counted differently on this system");
        Upstream.Require();
        SyntheticShape shape = SyntheticShapes.TinyLlama with { Hidden = 1024, Layers = 12, Heads = 16, KvHeads = 4, FeedForward = 4096 };
        using TemporaryModel model = new(shape, "Q8_0");
        Assert.True(new FileInfo(model.Path).Length > 150_000_000);
        JsonElement plan = await Run("plan", model.Path, "--context", "320", "-t", "2", "--json");
        JsonElement bench = await Run("bench", "-m", model.Path, "-p", "256", "-n", "8", "-r", "1", "-t", "2", "--json");
        double ratio = (double)bench.GetProperty("peak_resident_bytes").GetInt64() / plan.GetProperty("total_bytes").GetInt64();
        TestContext.Current.TestOutputHelper?.WriteLine($"{ratio:f3}");
        Assert.InRange(ratio, 0.6, 1.15);
    }

    private static async Task<JsonElement> Run(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [typeof(Jibun.Cli.ExitCode).Assembly.Location, .. arguments]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        return JsonDocument.Parse(output).RootElement;
    }
}
