using System.Globalization;
using System.Runtime.InteropServices;

namespace Jibun.Bench;

/// <summary>What a reader must know to judge a figure.</summary>
/// <param name="Load">The one-minute load before the run: more than a fraction says that others were working too.</param>
internal sealed record Machine(
    string Processor,
    int LogicalProcessors,
    long MemoryBytes,
    int PageBytes,
    string? HugePages,
    string System,
    string Runtime,
    double? Load,
    string Date)
{
    public static Machine Describe(DateTimeOffset now) => new(
        FirstLineValue("/proc/cpuinfo", "model name") ?? RuntimeInformation.ProcessArchitecture.ToString(),
        Environment.ProcessorCount,
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        Environment.SystemPageSize,
        Selected("/sys/kernel/mm/transparent_hugepage/enabled"),
        RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription,
        Text("/proc/loadavg") is { } load ? double.Parse(load.Split(' ')[0], CultureInfo.InvariantCulture) : null,
        now.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture));

    private static string? FirstLineValue(string path, string name) =>
        Text(path)?.Split('\n').FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2)[^1].Trim();

    private static string? Selected(string path) // "always [madvise] never"
    {
        string? text = Text(path);
        int open = text?.IndexOf('[') ?? -1, close = text?.IndexOf(']') ?? -1;
        return open >= 0 && close > open ? text![(open + 1)..close] : null;
    }

    private static string? Text(string path) => File.Exists(path) ? File.ReadAllText(path) : null;
}
