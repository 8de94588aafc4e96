using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Jibun.Bench;

/// <summary>A program that measures a model once and prints a <see cref="Measurement"/>.</summary>
internal sealed record Engine(string Name, string Program, IReadOnlyList<string> FixedArguments)
{
    public const string UpstreamName = "llama.cpp";

    /// <summary>Reads what the program prints.</summary>
    public Func<string, Measurement> Parse { get; init; } = Measurement.Parse;

    /// <summary>Whether it is no error if the engine cannot run a model.</summary>
    public bool MayRefuse { get; init; }

    /// <summary>Jibun as its users start it.</summary>
    public static Engine Jibun(string launcher, string? kernels = null) => kernels is null
        ? new("Jibun", launcher, ["bench", "--json"])
        : new($"Jibun, {kernels}", launcher, ["bench", "--json", "--kernels", kernels]);

    /// <summary>Upstream in a process of its own: this program again, with <c>--peer</c>.</summary>
    public static Engine Upstream()
    {
        (string program, IReadOnlyList<string> arguments) = Self(UpstreamName);
        return new(UpstreamName, program, arguments);
    }

    /// <summary>ik_llama.cpp by its own <c>llama-bench</c>, with its defaults and with weights repacked when they are loaded.</summary>
    public static Engine Ik(string program) => new("ik_llama.cpp", program, ["-o", "json", "-rtr", "1"]) { Parse = IkOutput.Parse, MayRefuse = true };

    /// <summary>This program again, in a part of its own.</summary>
    public static (string Program, IReadOnlyList<string> Arguments) Self(string part)
    {
        string self = Environment.ProcessPath!;
        bool isHost = Path.GetFileNameWithoutExtension(self).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        string library = Path.Combine(AppContext.BaseDirectory, "Jibun.Bench.dll");
        string parent = Number(Environment.ProcessId);
        return (self, isHost ? [library, "--peer", part, "--parent", parent] : ["--peer", part, "--parent", parent]);
    }

    /// <exception cref="BenchException">The program does not start, fails or prints something else.</exception>
    public async Task<Measurement> Measure(string model, Workload workload, CancellationToken cancel)
    {
        (string output, long peak) = await Run(
            [.. FixedArguments, "-m", model, "-p", Number(workload.Prompt), "-n", Number(workload.Generation), "-t", Number(workload.Threads), "-r", "1"], cancel);
        try
        {
            Measurement measurement = Parse(output);
            return measurement.PeakResidentBytes > 0 ? measurement : measurement with { PeakResidentBytes = peak };
        }
        catch (JsonException error)
        {
            throw new BenchException($"{Name} printed no measurement: {error.Message}");
        }
    }

    /// <summary>Bytes that Jibun plans for the whole process; 0 of an engine that plans nothing.</summary>
    public async Task<long> Plan(string model, Workload workload, CancellationToken cancel)
    {
        if (!FixedArguments.Contains("bench")) return 0;
        string context = Number(Math.Max(workload.Prompt, workload.Generation) + 1);
        (string output, _) = await Run(["plan", "--json", "-m", model, "--context", context, "-t", Number(workload.Threads), .. FixedArguments.Skip(2)], cancel);
        using JsonDocument plan = JsonDocument.Parse(output);
        return plan.RootElement.GetProperty("total_bytes").GetInt64();
    }

    private async Task<(string Output, long PeakResidentBytes)> Run(IEnumerable<string> arguments, CancellationToken cancel)
    {
        ProcessStartInfo start = new(Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Start(start);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancel);
            Task<string> notes = process.StandardError.ReadToEndAsync(cancel);
            long peak = await WatchMemory(process, cancel);
            if (process.ExitCode != 0) throw new BenchException($"{Name} exited with {process.ExitCode}: {LastLine(await notes)}");
            return (await output, peak);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
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

    private static string LastLine(string notes) => notes.Trim().Split('\n')[^1].Trim();

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
