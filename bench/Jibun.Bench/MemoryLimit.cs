using System.Globalization;

namespace Jibun.Bench;

/// <summary>A control group of Linux with a hard memory limit, for processes that are started in it. Below this process's own group.</summary>
internal sealed class MemoryLimit : IDisposable
{
    private readonly string _folder;

    /// <param name="bytes">What all processes in it may take together, file pages included.</param>
    /// <exception cref="BenchException">The system offers no such group, or not to this user.</exception>
    public MemoryLimit(long bytes)
    {
        (string root, string file) = File.Exists("/sys/fs/cgroup/cgroup.controllers")
            ? (Own("/sys/fs/cgroup", "0::"), "memory.max")
            : (Own("/sys/fs/cgroup/memory", ":memory:"), "memory.limit_in_bytes");
        _folder = Path.Combine(root, $"jibun-bench-{Environment.ProcessId}");
        try
        {
            Directory.CreateDirectory(_folder);
            File.WriteAllText(Path.Combine(_folder, file), bytes.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            throw new BenchException($"no memory limit can be set: {refusal.Message}");
        }
    }

    /// <summary>A program and its arguments, run inside.</summary>
    public (string Program, IReadOnlyList<string> Arguments) Wrap(string program, IEnumerable<string> arguments) =>
        ("/bin/sh", ["-c", "echo $$ > \"$0\" && exec \"$@\"", Path.Combine(_folder, "cgroup.procs"), program, .. arguments]);

    public void Dispose()
    {
        try
        {
            Directory.Delete(_folder); // of a group only the folder can go, and goes
        }
        catch (IOException)
        {
            // something still runs in it
        }
    }

    /// <summary>Bytes of a size such as 6GiB.</summary>
    /// <exception cref="BenchException">It is no size.</exception>
    public static long Parse(string text) =>
        text.EndsWith("GiB", StringComparison.Ordinal) && double.TryParse(text[..^3], CultureInfo.InvariantCulture, out double size) && size > 0
            ? (long)(size * (1L << 30))
            : throw new BenchException($"{text} is no size such as 6GiB");

    private static string Own(string root, string controller)
    {
        string line = File.ReadLines("/proc/self/cgroup").FirstOrDefault(text => text.Contains(controller, StringComparison.Ordinal)) ?? "";
        return Path.Combine(root, line.Split(':', 3)[^1].Trim('/'));
    }
}
