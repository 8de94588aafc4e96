using System.Diagnostics;

namespace Jibun.Bench;

/// <summary>Other programs that want a processor each, as on a machine that does more than run a model.</summary>
internal sealed class BusyProcesses : IDisposable
{
    public const string Argument = "burn";

    private readonly List<Process> _processes = [];

    public BusyProcesses(int count)
    {
        (string program, IReadOnlyList<string> arguments) = Engine.Self(Argument);
        for (int i = 0; i < count; i++) _processes.Add(Process.Start(program, arguments));
    }

    /// <summary>What such a process does, as long as the one that started it runs.</summary>
    public static int Burn(int parent)
    {
        long begun = Stopwatch.GetTimestamp();
        while (true)
        {
            if (Stopwatch.GetElapsedTime(begun).TotalSeconds < 1) continue;
            begun = Stopwatch.GetTimestamp();
            if (!IsRunning(parent)) return 0;
        }
    }

    public void Dispose()
    {
        foreach (Process process in _processes)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }

    private static bool IsRunning(int id)
    {
        try
        {
            using Process process = Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
