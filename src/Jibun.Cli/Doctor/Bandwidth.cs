using Jibun.Kernels;

namespace Jibun.Cli.Doctor;

/// <summary>How fast memory is read, which bounds how fast a model can write: every token reads every weight.</summary>
internal static class Bandwidth
{
    private const long Sample = 256 << 20, Much = 1 << 30;

    private static readonly TimeSpan s_moment = TimeSpan.FromSeconds(0.5), s_while = TimeSpan.FromSeconds(1);

    /// <summary>Bytes per second that <paramref name="threads"/> threads read together from huge pages, half a second long out of 256 MiB.</summary>
    public static double Measure(int threads, long availableBytes) => Measure(threads, Math.Min(Sample, availableBytes / 4), s_moment);

    /// <summary>The same a second long out of 1 GiB: no cache has a part in it, and no short burst.</summary>
    public static double MeasureSustained(int threads, long availableBytes) => Measure(threads, Math.Min(Much, availableBytes / 4), s_while);

    private static double Measure(int threads, long bytes, TimeSpan time)
    {
        using ThreadTeam team = new(threads);
        return ReadSpeed.Measure(team, bytes, time);
    }
}
