using System.Diagnostics;
using System.Runtime.Intrinsics;
using Jibun.Kernels;
using Jibun.Memory;

namespace Jibun.Cli.Doctor;

/// <summary>How fast memory is read, which bounds how fast a model can write: every token reads every weight.</summary>
internal static unsafe class Bandwidth
{
    private const long MaxBytes = 256 << 20;
    private const int Chunk = 1 << 20;

    private static readonly TimeSpan s_budget = TimeSpan.FromMilliseconds(500);

    /// <summary>Bytes per second that <paramref name="threads"/> threads read together from huge pages: the best of several passes.</summary>
    public static double Measure(int threads, long availableBytes)
    {
        long bytes = Math.Max(Chunk, Math.Min(MaxBytes, availableBytes / 4) / Chunk * Chunk);
        using HugePageArena arena = new(bytes);
        using ThreadTeam team = new(threads);
        byte* start = arena.Take(bytes);
        Fill fill = new(start);
        team.For(ref fill, (int)(bytes / Chunk));

        long[] sums = new long[threads * 16]; // 16: a cache line and more for each thread
        double best = 0;
        long begun = Stopwatch.GetTimestamp();
        fixed (long* sum = sums)
        {
            do
            {
                Read read = new(start, sum);
                long passBegun = Stopwatch.GetTimestamp();
                team.For(ref read, (int)(bytes / Chunk));
                best = Math.Max(best, bytes / Stopwatch.GetElapsedTime(passBegun).TotalSeconds);
            }
            while (Stopwatch.GetElapsedTime(begun) < s_budget);
        }
        return best;
    }

    private readonly struct Fill(byte* start) : IRangeWork
    {
        public void Run(int first, int end, int thread)
        {
            for (int chunk = first; chunk < end; chunk++) new Span<byte>(start + (long)chunk * Chunk, Chunk).Fill(1);
        }
    }

    private readonly struct Read(byte* start, long* sums) : IRangeWork
    {
        public void Run(int first, int end, int thread)
        {
            Vector512<long> a = default, b = default, c = default, d = default;
            byte* at = start + (long)first * Chunk;
            byte* stop = start + (long)end * Chunk;
            for (; at < stop; at += 256)
            {
                a += Vector512.Load((long*)at);
                b += Vector512.Load((long*)(at + 64));
                c += Vector512.Load((long*)(at + 128));
                d += Vector512.Load((long*)(at + 192));
            }
            sums[thread * 16] += Vector512.Sum(a + b + c + d); // so that the loads are needed
        }
    }
}
