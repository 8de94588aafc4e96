using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Jibun.Kernels;

/// <summary>A piece of work that can be done for any part of a range, on any thread, with the same result.</summary>
public interface IRangeWork
{
    /// <param name="start">First item.</param>
    /// <param name="end">One past the last item.</param>
    /// <param name="thread">Which of the team's threads runs this: 0 … Threads − 1.</param>
    void Run(int start, int end, int thread);
}

/// <summary>
/// The threads that share every matrix product. They spin between pieces of work, which arrive microseconds apart while a model
/// runs, and park when none comes. Ranges are handed out in chunks, so a thread that the system delays holds nobody up for long.
/// Only one thread may call <see cref="For"/> at a time: the caller is thread 0 of the team.
/// </summary>
public sealed unsafe class ThreadTeam : IDisposable
{
    private const int SpinsBeforeParking = 20_000;
    private const int SpinsBeforeYielding = 4_000;

    private readonly Thread[] _workers;
    private readonly Seat[] _seats;
    private Padded _round, _unfinished, _next;
    private void* _work;
    private delegate*<ThreadTeam, int, void> _execute;
    private int _count, _chunk;
    private volatile bool _stopping;

    public ThreadTeam(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Threads = threads;
        _workers = new Thread[threads - 1];
        _seats = new Seat[threads - 1];
        for (int i = 0; i < _workers.Length; i++)
        {
            int thread = i + 1;
            _seats[i] = new Seat();
            _workers[i] = new Thread(() => Serve(thread)) { IsBackground = true, Name = $"jibun kernel {thread}" };
            _workers[i].Start();
        }
    }

    public int Threads { get; }

    /// <summary>Runs the work over 0 … count − 1 in chunks and returns when all of it is done.</summary>
    public void For<TWork>(ref TWork work, int count, int chunk = 1) where TWork : struct, IRangeWork
    {
        if (count <= 0) return;
        if (_workers.Length == 0 || count <= chunk)
        {
            work.Run(0, count, 0);
            return;
        }
        // The struct lies on the caller's stack, which does not move and outlives the call.
        _work = Unsafe.AsPointer(ref work);
        _execute = &Execute<TWork>;
        _count = count;
        _chunk = chunk;
        _next.Value = 0;
        Volatile.Write(ref _unfinished.Value, _workers.Length);
        Interlocked.Increment(ref _round.Value);
        foreach (Seat seat in _seats) seat.WakeIfParked();
        Execute<TWork>(this, 0);
        for (int spins = 0; Volatile.Read(ref _unfinished.Value) != 0; spins++)
            if (spins < SpinsBeforeYielding) Pause();
            else Thread.Yield();
    }

    public void Dispose()
    {
        _stopping = true;
        Interlocked.Increment(ref _round.Value);
        foreach (Seat seat in _seats) seat.WakeIfParked();
        foreach (Thread worker in _workers) worker.Join();
        foreach (Seat seat in _seats) seat.Dispose();
    }

    private static void Execute<TWork>(ThreadTeam team, int thread) where TWork : struct, IRangeWork
    {
        ref TWork work = ref Unsafe.AsRef<TWork>(team._work);
        int count = team._count, chunk = team._chunk;
        while (true)
        {
            int start = Interlocked.Add(ref team._next.Value, chunk) - chunk;
            if (start >= count) return;
            work.Run(start, Math.Min(start + chunk, count), thread);
        }
    }

    private void Serve(int thread)
    {
        int seen = 0;
        while (true)
        {
            Await(_seats[thread - 1], seen++);
            if (_stopping) return;
            _execute(this, thread);
            Interlocked.Decrement(ref _unfinished.Value);
        }
    }

    private void Await(Seat seat, int seen)
    {
        for (int spins = 0; spins < SpinsBeforeParking; spins++)
        {
            if (Volatile.Read(ref _round.Value) != seen) return;
            Pause();
        }
        seat.Park(ref _round.Value, seen);
    }

    private static void Pause()
    {
        if (X86Base.IsSupported) X86Base.Pause();
        else Thread.SpinWait(1);
    }

    /// <summary>Where one worker sleeps. A wake-up that comes while it is still sitting down is not lost.</summary>
    private sealed class Seat : IDisposable
    {
        private readonly SemaphoreSlim _wake = new(0);
        private int _parked;

        public void Park(ref int round, int seen)
        {
            Interlocked.Exchange(ref _parked, 1);
            while (Volatile.Read(ref round) == seen) _wake.Wait();
            Interlocked.Exchange(ref _parked, 0);
        }

        public void WakeIfParked()
        {
            if (Volatile.Read(ref _parked) != 0) _wake.Release();
        }

        public void Dispose() => _wake.Dispose();
    }

    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Padded
    {
        [FieldOffset(64)] public int Value;
    }
}
