using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Jibun.Bench;

/// <summary>A program that measures a model once and prints a <see cref="Measurement"/>.</summary>
internal sealed record Engine(string Name, string Program, IReadOnlyList<string> FixedArguments)
{
    public const string UpstreamName = "llama.cpp";

    /// <summary>Jibun as its users start it.</summary>
    public static Engine Jibun(string launcher, string? kernels = null) => kernels is null
        ? new("Jibun", launcher, ["bench", "--json"])
        : new($"Jibun, {kernels}", launcher, ["bench", "--json", "--kernels", kernels]);

    /// <summary>Upstream in a process of its own: this program again, with <c>--peer</c>.</summary>
    public static Engine Upstream()
    {
        string self = Environment.ProcessPath!;
        bool isHost = Path.GetFileNameWithoutExtension(self).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        string library = Path.Combine(AppContext.BaseDirectory, "Jibun.Bench.dll");
        return new(UpstreamName, self, isHost ? [library, "--peer", UpstreamName] : ["--peer", UpstreamName]);
    }

    /// <exception cref="BenchException">The program does not start, fails or prints something else.</exception>
    public async Task<Measurement> Measure(string model, Workload workload, CancellationToken cancel)
    {
        ProcessStartInfo start = new(Program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in FixedArguments) start.ArgumentList.Add(argument);
        AddOption("-m", model);
        AddOption("-p", Number(workload.Prompt));
        AddOption("-n", Number(workload.Generation));
        AddOption("-t", Number(workload.Threads));
        AddOption("-r", "1");
        using Process process = Start(start);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancel);
            Task<string> notes = process.StandardError.ReadToEndAsync(cancel);
            long peak = await WatchMemory(process, cancel);
            if (process.ExitCode != 0) throw new BenchException($"{Name} exited with {process.ExitCode}: {(await notes).Trim()}");
            Measurement measurement = Measurement.Parse(await output);
            return measurement.PeakResidentBytes > 0 ? measurement : measurement with { PeakResidentBytes = peak };
        }
        catch (JsonException error)
        {
            throw new BenchException($"{Name} printed no measurement: {error.Message}");
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }

        void AddOption(string name, string value)
        {
            start.ArgumentList.Add(name);
            start.ArgumentList.Add(value);
        }
    }

    private Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new BenchException($"{Name} does not start: {Program}: {error.Message}");
        }
    }

    private static async Task<long> WatchMemory(Process process, CancellationToken cancel)
    {
        long peak = 0;
        Task exit = process.WaitForExitAsync(cancel);
        while (!exit.IsCompleted)
        {
            try
            {
                process.Refresh();
                peak = Math.Max(peak, process.PeakWorkingSet64);
            }
            catch (InvalidOperationException)
            {
                // it ended meanwhile
            }
            await Task.WhenAny(exit, Task.Delay(TimeSpan.FromMilliseconds(250), cancel));
        }
        await exit;
        return peak;
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}

internal sealed class BenchException(string message) : Exception(message);
