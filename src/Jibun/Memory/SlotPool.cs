namespace Jibun.Memory;

/// <summary>
/// Places of one size in memory and who holds them. Memory that a program has never written must be found and cleared by the system first, which
/// takes longer than a read from disk where a host machine has to find it; so places are made ready one by one, from the first on, by
/// whoever has time for it.
/// </summary>
public sealed unsafe class SlotPool
{
    private const int Page = 4096;
    private const double SlowBytes = 2e9; // a second
    private const int SlowInARow = 3;

    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(2);

    private readonly byte* _start;
    private readonly long _stride;
    private readonly int[] _holders;
    private readonly int _places;
    private readonly TimeProvider _clock;
    private int _ready, _slow;

    /// <param name="arena">Where the places are taken from.</param>
    /// <param name="slotBytes">Of one place.</param>
    /// <param name="slots">Their number.</param>
    /// <param name="perToken">Those that a token needs.</param>
    /// <param name="places">Memory for so many, which all share; null: for all. Only where nobody minds what they hold.</param>
    /// <param name="clock">Tells how long the system takes; null: the system's own.</param>
    public SlotPool(HugePageArena arena, long slotBytes, int slots, int perToken, int? places = null, TimeProvider? clock = null)
    {
        PerToken = perToken;
        _clock = clock ?? TimeProvider.System;
        _stride = (slotBytes + 63) & ~63L;
        _places = places ?? slots;
        _start = arena.Take(_stride * _places);
        _holders = new int[slots];
        Array.Fill(_holders, -1);
    }

    public int Count => _holders.Length;

    public int PerToken { get; }

    /// <summary>Places, from the first on, whose memory the system has given.</summary>
    public int Ready => Volatile.Read(ref _ready);

    /// <summary>Whether the system takes long to give memory: an expert that is needed little had better go than one more place be taken.</summary>
    public bool IsSlow => Volatile.Read(ref _slow) >= SlowInARow;

    /// <summary>The share of its places that are ready.</summary>
    public float ReadyShare => (float)Ready / Count;

    /// <summary>Who holds each place; −1: nobody.</summary>
    public ReadOnlySpan<int> Holders => _holders;

    public byte* Address(int slot) => _start + _stride * (slot % _places);

    public void Give(int slot, int holder) => _holders[slot] = holder;

    /// <summary>Makes one more place ready if fewer than a token needs are both ready and free. One thread may call, beside one that uses the pool.</summary>
    /// <param name="isIdle">Nobody needs the processors: where the system is slow, all places are made ready.</param>
    /// <returns>False when there was nothing to do.</returns>
    public bool MakeReady(bool isIdle = false)
    {
        int next = _ready;
        while (next < Count && _holders[next] >= 0) next++; // who holds a place writes it
        Volatile.Write(ref _ready, next);
        if (next == Count || !(isIdle && IsSlow) && _holders.AsSpan(0, next).Count(-1) >= PerToken) return false;
        byte* start = Address(next), end = start + _stride;
        long begun = _clock.GetTimestamp();
        // Changes nothing: the place may be taken meanwhile.
        for (byte* at = start; at < end; at = (byte*)(((nint)at + Page) & ~(nint)(Page - 1))) Interlocked.Or(ref *(int*)at, 0);
        TimeSpan taken = _clock.GetElapsedTime(begun);
        // A place that was taken meanwhile was written by two: that tells something only if it took long all the same.
        if (taken > s_short && _stride < SlowBytes * taken.TotalSeconds) Volatile.Write(ref _slow, _slow + 1);
        else if (_holders[next] < 0) Volatile.Write(ref _slow, 0);
        Volatile.Write(ref _ready, next + 1);
        return true;
    }
}
