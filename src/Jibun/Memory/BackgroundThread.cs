using System.Runtime.InteropServices;

namespace Jibun.Memory;

/// <summary>A thread that takes the time which others leave.</summary>
internal static partial class BackgroundThread
{
    private const int Nice = 10; // a tenth of what an ordinary thread gets, where there is not enough

    public static Thread Start(string name, Action work)
    {
        Thread thread = new(() =>
        {
            if (OperatingSystem.IsLinux()) _ = SetPriority(0, 0, Nice);
            work();
        })
        { IsBackground = true, Name = name, Priority = ThreadPriority.BelowNormal };
        thread.Start();
        return thread;
    }

    // On Linux 0 is the calling thread, not its process.
    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int priority);
}
