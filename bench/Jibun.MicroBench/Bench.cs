using Jibun.Kernels;

namespace Jibun.MicroBench;

/// <summary>One team for all measurements: as many threads as the machine has, or JIBUN_THREADS.</summary>
internal static class Bench
{
    public static ThreadTeam Team { get; } = new(
        int.TryParse(Environment.GetEnvironmentVariable("JIBUN_THREADS"), out int threads) && threads > 0 ? threads : Environment.ProcessorCount);
}

/// <summary>What one call of a benchmark amounts to, so that rates can be shown.</summary>
/// <param name="Products">Multiplications.</param>
/// <param name="Bytes">Read from memory.</param>
/// <param name="IsFloat">Whether the products are of floats.</param>
internal readonly record struct Effort(double Products, double Bytes, bool IsFloat = false);

/// <summary>A benchmark that knows its effort.</summary>
internal interface IMeasured
{
    Effort EffortOf(string method, Func<string, object> parameter);
}
