using System.Globalization;
using System.Runtime.InteropServices;

namespace Jibun.Memory;

/// <summary>Memory that must stay in memory: mlock, or VirtualLock on Windows.</summary>
internal static unsafe partial class MemoryLock
{
    private const nuint Slack = 16 << 20; // of the working set, beside what is locked

    /// <returns>Null, or why the system refused and what would help.</returns>
    public static string? Take(byte* start, nuint bytes)
    {
        if (OperatingSystem.IsWindows()) return TakeOnWindows(start, bytes);
        if (MLock(start, bytes) == 0) return null;
        string reason = Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
        return $"{bytes >> 20} MiB of weights could not be locked in memory ({reason}): {Advice()}";
    }

    // Linux tells the limit; elsewhere the error has to do.
    private static string Advice()
    {
        const string file = "/proc/self/limits", row = "Max locked memory";
        string? line = File.Exists(file) ? File.ReadLines(file).FirstOrDefault(text => text.StartsWith(row, StringComparison.Ordinal)) : null;
        string? limit = line?[row.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var soft, ..] ? soft : null;
        return limit is not null && long.TryParse(limit, CultureInfo.InvariantCulture, out long bytes)
            ? $"this process may lock {bytes >> 10} KiB; raise the limit with ulimit -l, LimitMEMLOCK= of a service, or --ulimit memlock=-1 of a container"
            : "free some memory, or do without --mlock";
    }

    private static string? TakeOnWindows(byte* start, nuint bytes)
    {
        nint self = GetCurrentProcess();
        // Only what the working set is allowed to hold can be locked.
        if (GetProcessWorkingSetSize(self, out nuint least, out nuint most) != 0)
            _ = SetProcessWorkingSetSize(self, least + bytes + Slack, Math.Max(most, least + bytes + 2 * Slack));
        if (VirtualLock(start, bytes) != 0) return null;
        string reason = Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
        return $"{bytes >> 20} MiB of weights could not be locked in memory ({reason}): free some memory, or do without --mlock";
    }

    [LibraryImport("libc", EntryPoint = "mlock", SetLastError = true)]
    private static partial int MLock(void* address, nuint length);

    [LibraryImport("kernel32", SetLastError = true)]
    private static partial int VirtualLock(void* address, nuint size);

    [LibraryImport("kernel32")]
    private static partial nint GetCurrentProcess();

    [LibraryImport("kernel32")]
    private static partial int GetProcessWorkingSetSize(nint process, out nuint least, out nuint most);

    [LibraryImport("kernel32")]
    private static partial int SetProcessWorkingSetSize(nint process, nuint least, nuint most);
}
