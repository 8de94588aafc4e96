using System.Diagnostics;
using System.Runtime.Intrinsics;
using Jibun.Memory;

namespace Jibun.Kernels;

/// <summary>
/// Measures how fast a team reads memory, which bounds how fast a model can write: every token reads every weight. It is the mean over a time,
/// as a model has it, not the best moment.
/// </summary>
public static unsafe class ReadSpeed
{
    private const int Chunk = 1 << 20;

    /// <summary>Bytes a second out of memory of its own on huge pages.</summary>
    public static double Measure(ThreadTeam team, long bytes, TimeSpan time)
    {
        bytes = Math.Max(1, bytes / Chunk) * Chunk;
        using HugePageArena arena = new(bytes);
        Fill fill = new(arena.Take(bytes));
        team.For(ref fill, (int)(bytes / Chunk));
        return Measure(team, arena, time);
    }

    /// <summary>Bytes a second out of what an arena has handed out.</summary>
    internal static double Measure(ThreadTeam team, HugePageArena arena, TimeSpan time)
    {
        int chunks = (int)(arena.Used / Chunk);
        if (chunks == 0) return 0;
        long[] sums = new long[team.Threads * 16]; // 16: a cache line and more for each thread
        long passes = 0, begun = Stopwatch.GetTimestamp();
        fixed (long* sum = sums)
        {
            Read read = new(arena.Start, sum);
            do
            {
                team.For(ref read, chunks);
                passes++;
            }
            while (Stopwatch.GetElapsedTime(begun) < time);
        }
        return passes * (double)chunks * Chunk / Stopwatch.GetElapsedTime(begun).TotalSeconds;
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
