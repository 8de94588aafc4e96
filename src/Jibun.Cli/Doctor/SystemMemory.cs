using System.Globalization;

namespace Jibun.Cli.Doctor;

/// <summary>Main memory in bytes; a container's limit counts as all there is.</summary>
internal static class SystemMemory
{
    public static long Total { get; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>What programs can still get without swapping; null where the system does not say.</summary>
    public static long? Available()
    {
        const string file = "/proc/meminfo";
        if (File.Exists(file) && File.ReadLines(file).FirstOrDefault(line => line.StartsWith("MemAvailable:", StringComparison.Ordinal)) is { } line
            && long.TryParse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture, out long kibibytes))
            return Math.Min(kibibytes * 1024, Total);
        GC.Collect(); // the load is measured at a collection
        GCMemoryInfo info = GC.GetGCMemoryInfo();
        return info.MemoryLoadBytes > 0 ? Math.Max(0, Total - info.MemoryLoadBytes) : null;
    }
}
