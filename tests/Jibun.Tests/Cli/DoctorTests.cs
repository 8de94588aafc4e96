using System.Text.Json;

namespace Jibun.Tests.Cli;

public class DoctorTests
{
    [Fact]
    public async Task The_doctor_measures_and_tells()
    {
        CliRun run = await CliRun.Of("doctor", "--json");
        JsonElement found = JsonDocument.Parse(run.Out).RootElement;
        Assert.Equal((0, "jit"), (run.ExitCode, found.GetProperty("build").GetString()));
        Assert.True(found.GetProperty("memory_bytes").GetInt64() > 1 << 28);
        Assert.True(found.GetProperty("bandwidth_bytes_per_second").GetDouble() > 1e8);
        Assert.NotEmpty(found.GetProperty("processor").GetString()!);
    }
}
