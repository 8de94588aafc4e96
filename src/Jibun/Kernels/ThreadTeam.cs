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
/// The threads that share every matrix product. Each has its own part of a range, taken in chunks, and helps the others when it is
/// done. They spin between pieces of work, which arrive microseconds apart while a model runs, and park when none comes.
/// Nobody waits for a thread that has not begun: on a busy machine the others do its part, and it comes too late.
/// Only one thread may call <see cref="For"/> at a time: the caller is thread 0 of the team.
/// </summary>
public sealed unsafe class ThreadTeam : IDisposable
{
    private const int SpinsBeforeParking = 20_000; // some 300 µs
    private const int SpinsBeforeYielding = 2_000;
    private const int SpinsBetweenYields = 64;
    private const int SpinsOfTooMany = 50; // threads than processors
    private const int AheadBytes = 4 * CacheLine.Bytes; // fetched between two looks at the gate
    private const int WorkBytes = 3 * CacheLine.Bytes; // of a piece of work, more or less
    private const long Open = 1L << 31;
    private const long Inside = Open - 1;

    private readonly Thread[] _workers;
    private readonly Seat[] _seats;
    private readonly Share[] _shares;
    private readonly int _spins;
    private Gate _gate;
    private int _round;
    private volatile bool _stopping;

    public ThreadTeam(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Threads = threads;
        _spins = threads > Environment.ProcessorCount ? SpinsOfTooMany : SpinsBeforeParking;
        _shares = new Share[threads];
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

    /// <summary>Workers that sleep.</summary>
    internal int Parked => _seats.Count(seat => seat.IsTaken);

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
        _gate.Work = Unsafe.AsPointer(ref work);
        _gate.Execute = &Execute<TWork>;
        _gate.Chunk = chunk;
        for (int thread = 0; thread < Threads; thread++)
            (_shares[thread].Next, _shares[thread].End) = (StartOf(thread, count), StartOf(thread + 1, count));
        Interlocked.Exchange(ref _gate.State, (long)++_round << 32 | Open);
        foreach (Seat seat in _seats) seat.WakeIfParked();
        try
        {
            Execute<TWork>(this, 0);
        }
        finally
        {
            Interlocked.And(ref _gate.State, ~Open);
            for (int spins = 0; (Volatile.Read(ref _gate.State) & Inside) != 0; spins++)
                if (!FetchAhead(ref _shares[0])) Wait(spins);
        }
    }

    /// <summary>Where the part of a thread begins.</summary>
    public int StartOf(int thread, int count) => (int)((long)count * thread / Threads);

    /// <summary>Memory that a thread reads first in a later piece of work: while it waits, it brings it into its cache.</summary>
    public void ReadAhead(int thread, byte* start, long bytes)
    {
        ref Share share = ref _shares[thread];
        Volatile.Write(ref share.Ahead, (nint)start); // a pair that is read half-written does no harm: fetching never faults
        Volatile.Write(ref share.AheadEnd, (nint)start + (nint)bytes);
    }

    public void Dispose()
    {
        _stopping = true;
        Interlocked.Exchange(ref _gate.State, (long)++_round << 32);
        foreach (Seat seat in _seats) seat.WakeIfParked();
        foreach (Thread worker in _workers) worker.Join();
        foreach (Seat seat in _seats) seat.Dispose();
    }

    private static void Execute<TWork>(ThreadTeam team, int thread) where TWork : struct, IRangeWork
    {
        ref TWork work = ref Unsafe.AsRef<TWork>(team._gate.Work);
        int chunk = team._gate.Chunk;
        for (int i = 0; i < team.Threads; i++)
        {
            ref Share share = ref team._shares[(thread + i) % team.Threads];
            for (int start, end = share.End; (start = Interlocked.Add(ref share.Next, chunk) - chunk) < end;)
                work.Run(start, Math.Min(start + chunk, end), thread);
        }
    }

    private void Serve(int thread)
    {
        int seen = 0;
        while (!_stopping) // asked after each look at the gate: whoever has seen the last round must not wait for another
        {
            Await(thread, seen);
            if (!TryJoin(ref seen)) continue;
            _gate.Execute(this, thread);
            Interlocked.Decrement(ref _gate.State);
        }
    }

    private bool TryJoin(ref int seen)
    {
        while (true)
        {
            long gate = Volatile.Read(ref _gate.State);
            seen = RoundOf(gate);
            if ((gate & Open) == 0) return false;
            CacheLine.Fetch((byte*)_gate.Work, (byte*)_gate.Work + WorkBytes); // on its way while joining; it may be gone already, which does no harm
            if (Interlocked.CompareExchange(ref _gate.State, gate + 1, gate) == gate) return true;
        }
    }

    private void Await(int thread, int seen)
    {
        ref Share share = ref _shares[thread];
        for (int spins = 0; spins < _spins; spins++)
        {
            if (RoundOf(Volatile.Read(ref _gate.State)) != seen) return;
            if (!FetchAhead(ref share)) Wait(spins);
        }
        _seats[thread - 1].Park(ref _gate.State, seen);
    }

    /// <summary>Asks for a part of the thread's memory; false if there is nothing left.</summary>
    private static bool FetchAhead(ref Share share)
    {
        nint line = Volatile.Read(ref share.Ahead);
        if (!Sse.IsSupported || line >= Volatile.Read(ref share.AheadEnd)) return false;
        CacheLine.FetchForLater((byte*)line, (byte*)line + AheadBytes);
        Interlocked.CompareExchange(ref share.Ahead, line + AheadBytes, line); // unless it has been given another
        return true;
    }

    private static int RoundOf(long gate) => (int)(gate >> 32);

    private static void Wait(int spins)
    {
        if (spins >= SpinsBeforeYielding && spins % SpinsBetweenYields == 0) Thread.Yield();
        else if (X86Base.IsSupported) X86Base.Pause();
        else Thread.SpinWait(1);
    }

    /// <summary>Where one worker sleeps. A wake-up that comes while it is still sitting down is not lost.</summary>
    private sealed class Seat : IDisposable
    {
        private readonly SemaphoreSlim _wake = new(0);
        private int _parked;

        public bool IsTaken => Volatile.Read(ref _parked) != 0;

        public void Park(ref long gate, int seen)
        {
            Interlocked.Exchange(ref _parked, 1);
            bool isLate = RoundOf(Volatile.Read(ref gate)) != seen;
            if (!isLate || Interlocked.Exchange(ref _parked, 0) == 0) _wake.Wait();
        }

        public void WakeIfParked()
        {
            if (Volatile.Read(ref _parked) != 0 && Interlocked.Exchange(ref _parked, 0) != 0) _wake.Release();
        }

        public void Dispose() => _wake.Dispose();
    }

    [StructLayout(LayoutKind.Explicit, Size = 192)]
    private struct Gate // what is to be done comes with the line that a waiting thread looks at
    {
        [FieldOffset(64)] public long State; // round, whether threads may still join it, how many are inside
        [FieldOffset(72)] public void* Work;
        [FieldOffset(80)] public delegate*<ThreadTeam, int, void> Execute;
        [FieldOffset(88)] public int Chunk;
    }

    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Share
    {
        [FieldOffset(64)] public int Next;
        [FieldOffset(68)] public int End;
        [FieldOffset(72)] public nint Ahead;
        [FieldOffset(80)] public nint AheadEnd;
    }
}
