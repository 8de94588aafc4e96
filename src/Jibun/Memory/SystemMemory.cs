using System.Globalization;

namespace Jibun.Memory;

/// <summary>Main memory in bytes; a container's limit counts as all there is.</summary>
public static class SystemMemory
{
    /// <summary>What the machine or the container has.</summary>
    public static long Total { get; } = Math.Min(Known("MemTotal:") ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, ControlGroup.Find()?.Limit ?? long.MaxValue);

    /// <summary>What programs can still get without swapping; null where the system does not say.</summary>
    public static long? Available()
    {
        if (Known("MemAvailable:") is { } free) return Math.Clamp(ControlGroup.Find()?.Available ?? long.MaxValue, 0, free);
        if (!OperatingSystem.IsWindows()) return null;
        GC.Collect(0); // the load is measured at a collection
        GCMemoryInfo info = GC.GetGCMemoryInfo();
        return info.MemoryLoadBytes > 0 ? Math.Max(0, Total - info.MemoryLoadBytes) : null;
    }

    /// <summary>What the system could still move to disk to make room; 0 where it does not say.</summary>
    public static long FreeSwap() => ControlGroup.Find() is null ? Known("SwapFree:") ?? 0 : 0;

    private static long? Known(string name)
    {
        const string file = "/proc/meminfo";
        return File.Exists(file) && File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } line
            && long.TryParse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture, out long kibibytes)
            ? kibibytes * 1024
            : null;
    }

    /// <summary>The memory controller of Linux, both versions. Cached file pages count as used there, but are given back on demand.</summary>
    private sealed record ControlGroup(long Limit, long Used, long Cached)
    {
        public long Available => Limit - Used + Cached;

        public static ControlGroup? Find() => !OperatingSystem.IsLinux() ? null
            : Read("/sys/fs/cgroup", OwnPath("0::"), "memory.max", "memory.current", "inactive_file")
            ?? Read("/sys/fs/cgroup/memory", OwnPath(":memory:"), "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file");

        private static string OwnPath(string controller)
        {
            const string file = "/proc/self/cgroup";
            string? line = File.Exists(file) ? File.ReadLines(file).FirstOrDefault(text => text.Contains(controller, StringComparison.Ordinal)) : null;
            return line?.Split(':', 3)[^1].Trim('/') ?? "";
        }

        // Inside a container the path may name a place outside of it; the limit then stands at the root.
        private static ControlGroup? Read(string root, string path, string limit, string used, string cached)
        {
            foreach (string folder in (string[])[Path.Combine(root, path), root])
                if (Number(Path.Combine(folder, limit)) is < long.MaxValue / 2 and { } bytes && Number(Path.Combine(folder, used)) is { } taken)
                    return new ControlGroup(bytes, taken, Statistic(Path.Combine(folder, "memory.stat"), cached));
            return null;
        }

        private static long? Number(string file)
        {
            try
            {
                return long.TryParse(File.ReadAllText(file).Trim(), CultureInfo.InvariantCulture, out long value) ? value : null;
            }
            catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }

        private static long Statistic(string file, string name)
        {
            if (!File.Exists(file)) return 0;
            string? line = File.ReadLines(file).FirstOrDefault(text => text.StartsWith(name + " ", StringComparison.Ordinal));
            return long.TryParse(line?[(name.Length + 1)..], CultureInfo.InvariantCulture, out long value) ? value : 0;
        }
    }
}
