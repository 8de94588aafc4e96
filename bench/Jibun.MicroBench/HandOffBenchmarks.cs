using BenchmarkDotNet.Attributes;
using Jibun.Kernels;

namespace Jibun.MicroBench;

/// <summary>What it costs to hand work over to the team and to have it back: one item for every thread, and nothing to do.</summary>
public class HandOffBenchmarks
{
    private const int Rounds = 100;

    [Benchmark(OperationsPerInvoke = Rounds)]
    public void HandOver()
    {
        for (int i = 0; i < Rounds; i++)
        {
            var work = new Nothing();
            Bench.Team.For(ref work, Bench.Team.Threads * 2);
        }
    }

    /// <summary>The same if the other threads must take part.</summary>
    [Benchmark(OperationsPerInvoke = Rounds)]
    public void HandOverToAll()
    {
        for (int i = 0; i < Rounds; i++)
        {
            var work = new Meeting { Expected = Bench.Team.Threads, Present = _present };
            _present[0] = 0;
            Bench.Team.For(ref work, Bench.Team.Threads);
        }
    }

    private readonly int[] _present = new int[1];

    private readonly struct Nothing : IRangeWork
    {
        public void Run(int start, int end, int thread)
        {
        }
    }

    private struct Meeting : IRangeWork
    {
        public int Expected;
        public int[] Present;

        public readonly void Run(int start, int end, int thread)
        {
            Interlocked.Increment(ref Present[0]);
            while (Volatile.Read(ref Present[0]) < Expected) Thread.SpinWait(1);
        }
    }
}
