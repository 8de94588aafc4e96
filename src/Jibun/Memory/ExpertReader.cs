using System.Diagnostics.CodeAnalysis;

namespace Jibun.Memory;

/// <summary>
/// Brings experts from disk into lanes, as their file has them, with several reads in flight. What is needed is read first, in the
/// order in which it will be used; what is only foreseen comes behind it and makes room for it. Threads here read and do nothing
/// else: turning what was read into weights is the business of the team that computes.
/// </summary>
public sealed unsafe class ExpertReader : IDisposable
{
    /// <summary>Matrices of an expert: gate, up and down.</summary>
    public const int Parts = 3;

    /// <summary>Pieces that a part is handed out in, so that a team can share one expert.</summary>
    public const int Shares = 4;

    /// <summary>Reads at once: what a disk needs to be busy.</summary>
    public const int InFlight = 6;

    private const int PieceBytes = 1 << 20;

    private readonly object _lock = new();
    private readonly DirectFile[] _files;
    private readonly Func<int, int, ExpertExtent> _extentOf;
    private readonly HugePageArena _arena;
    private readonly Lane[] _lanes;
    private readonly int[] _laneOf; // [experts]: −1 where none has it
    private readonly int[] _wanted; // experts, the first needed first
    private readonly Thread[] _readers;
    private int _wantedCount, _urgentCount;
    private string? _failure;
    private bool _stopping;

    /// <param name="paths">The model's files.</param>
    /// <param name="experts">Their number, all layers together.</param>
    /// <param name="extentOf">Where a part of an expert lies: (expert, part).</param>
    /// <param name="laneBytes">Room for the largest expert: see <see cref="ExpertExtent.RoomFor"/>.</param>
    /// <param name="lanes">Experts that can be on their way: at least one.</param>
    public ExpertReader(IReadOnlyList<string> paths, int experts, Func<int, int, ExpertExtent> extentOf, long laneBytes, int lanes)
    {
        _extentOf = extentOf;
        laneBytes = (laneBytes + DirectFile.Alignment - 1) & ~(DirectFile.Alignment - 1L);
        _laneOf = new int[experts];
        Array.Fill(_laneOf, -1);
        _wanted = new int[experts];
        _files = new DirectFile[paths.Count];
        try
        {
            for (int i = 0; i < _files.Length; i++) _files[i] = DirectFile.Open(paths[i]);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            foreach (DirectFile? file in _files) file?.Dispose();
            throw new ModelException($"experts cannot be read: {error.Message}", error);
        }
        _arena = new HugePageArena(laneBytes * lanes);
        _lanes = new Lane[lanes];
        for (int i = 0; i < lanes; i++) _lanes[i] = new Lane(_arena.Take(laneBytes));
        _readers = new Thread[InFlight];
        for (int i = 0; i < _readers.Length; i++)
        {
            _readers[i] = new Thread(Serve) { IsBackground = true, Name = $"jibun expert reader {i}" };
            _readers[i].Start();
        }
    }

    public int Lanes => _lanes.Length;

    /// <summary>Reads these experts, in this order, before anything else; what was wanted earlier is forgotten.</summary>
    public void Want(ReadOnlySpan<int> experts)
    {
        lock (_lock)
        {
            foreach (Lane lane in _lanes) lane.IsWanted = lane.IsUrgent = false;
            _wantedCount = 0;
            Append(experts, areUrgent: true);
            _urgentCount = _wantedCount;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Reads these too, once all that is wanted is on its way.</summary>
    public void Foresee(ReadOnlySpan<int> experts)
    {
        lock (_lock)
        {
            Append(experts, areUrgent: false);
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Whether an expert was read, or is being read.</summary>
    public bool IsUnderWay(int expert)
    {
        lock (_lock) return _laneOf[expert] >= 0;
    }

    /// <summary>
    /// Waits until a part of one of these experts, all of them wanted, has been read, and hands out a share of it. What is handed out
    /// must be given back to <see cref="Release"/>. Any thread may call.
    /// </summary>
    /// <returns>False when all shares were handed out, or reading failed: see <see cref="ThrowIfFailed"/>.</returns>
    public bool TryTake(ReadOnlySpan<int> experts, out ExpertShare share)
    {
        share = default;
        lock (_lock)
        {
            while (_failure is null)
            {
                bool isWaiting = false;
                for (int i = 0; i < experts.Length; i++)
                {
                    int index = _laneOf[experts[i]];
                    if (index < 0)
                    {
                        isWaiting |= !IsDone(experts[i]);
                        continue;
                    }
                    Lane lane = _lanes[index];
                    for (int part = 0; part < Parts; part++)
                    {
                        if (lane.Taken[part] == Shares) continue;
                        isWaiting = true;
                        if (lane.Unread[part] > 0) continue;
                        ExpertExtent extent = lane.Extents[part];
                        share = new ExpertShare(i, part, lane.Taken[part]++, index, lane.Data + lane.Starts[part] + (extent.Offset - extent.ReadOffset));
                        return true;
                    }
                }
                if (!isWaiting) return false;
                Monitor.Wait(_lock);
            }
            return false;
        }
    }

    /// <summary>A share has been used; a lane all of whose shares were used is free.</summary>
    public void Release(in ExpertShare share)
    {
        lock (_lock)
        {
            Lane lane = _lanes[share.Lane];
            if (++lane.Released < Parts * Shares) return;
            MarkDone(lane.Expert);
            Clear(lane);
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Takes back what was handed out of an expert and is not used: it may be taken again from the start. Nobody else may be using it.</summary>
    public void Return(int expert)
    {
        lock (_lock)
        {
            if (_laneOf[expert] < 0) return;
            Lane lane = _lanes[_laneOf[expert]];
            lane.Released = 0;
            Array.Clear(lane.Taken);
        }
    }

    /// <exception cref="ModelException">A read failed since the last call. All lanes are empty then, and everything may be asked for again.</exception>
    public void ThrowIfFailed()
    {
        lock (_lock)
        {
            if (_failure is null) return;
            string failure = _failure;
            _wantedCount = _urgentCount = 0;
            while (_lanes.Any(lane => lane.InFlight > 0)) Monitor.Wait(_lock);
            foreach (Lane lane in _lanes) Clear(lane);
            _failure = null;
            throw new ModelException(failure);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _stopping = true;
            Monitor.PulseAll(_lock);
        }
        foreach (Thread reader in _readers) reader.Join();
        foreach (DirectFile file in _files) file.Dispose();
        _arena.Dispose();
    }

    // Experts of the wanted list that were used up are marked by a negative number.
    private bool IsDone(int expert) => _wanted.AsSpan(0, _wantedCount).IndexOf(~expert) >= 0;

    private void MarkDone(int expert)
    {
        int place = _wanted.AsSpan(0, _wantedCount).IndexOf(expert);
        if (place >= 0) _wanted[place] = ~expert;
    }

    private void Append(ReadOnlySpan<int> experts, bool areUrgent)
    {
        foreach (int expert in experts)
        {
            if (_wantedCount == _wanted.Length || _wanted.AsSpan(0, _wantedCount).Contains(expert)) continue;
            _wanted[_wantedCount++] = expert;
            if (_laneOf[expert] < 0) continue;
            Lane lane = _lanes[_laneOf[expert]];
            (lane.IsWanted, lane.IsUrgent) = (true, areUrgent);
        }
    }

    private void Serve()
    {
        while (true)
        {
            Lane? lane;
            Piece piece;
            lock (_lock)
            {
                while (!TryStart(out lane, out piece))
                {
                    if (_stopping) return;
                    Monitor.Wait(_lock);
                }
            }
            string? failure = Read(piece);
            lock (_lock)
            {
                lane.InFlight--;
                if (failure is not null) _failure ??= failure;
                if (--lane.Unread[piece.Part] == 0 || failure is not null || lane.InFlight == 0) Monitor.PulseAll(_lock);
            }
        }
    }

    /// <summary>The next piece to read: of the wanted experts in their order, those on their way before those without a lane.</summary>
    private bool TryStart([NotNullWhen(true)] out Lane? lane, out Piece piece)
    {
        lane = null;
        piece = default;
        if (_failure is not null || _stopping) return false;
        for (int i = 0; i < _wantedCount; i++)
        {
            int expert = _wanted[i];
            if (expert < 0) continue;
            if (_laneOf[expert] < 0 && !TryAssign(expert, isUrgent: i < _urgentCount)) return false;
            lane = _lanes[_laneOf[expert]];
            if (lane.NextPart == Parts) continue;
            piece = StartNextPiece(lane);
            return true;
        }
        return false;
    }

    // A free lane; else one whose expert nobody wants any more; for what is needed now, one that was read ahead of time.
    private bool TryAssign(int expert, bool isUrgent)
    {
        int free = Array.FindIndex(_lanes, lane => lane.Expert < 0);
        if (free < 0) free = Array.FindIndex(_lanes, lane => !lane.IsWanted && lane.InFlight == 0);
        if (free < 0 && isUrgent) free = Array.FindIndex(_lanes, lane => !lane.IsUrgent && lane.InFlight == 0);
        if (free < 0) return false;
        Lane lane = _lanes[free];
        Clear(lane);
        (lane.Expert, lane.IsWanted, lane.IsUrgent) = (expert, true, isUrgent);
        _laneOf[expert] = free;
        long start = 0;
        for (int part = 0; part < Parts; part++)
        {
            ExpertExtent extent = _extentOf(expert, part);
            (lane.Extents[part], lane.Starts[part]) = (extent, start);
            lane.Unread[part] = (int)((extent.ReadBytes + PieceBytes - 1) / PieceBytes);
            start += extent.ReadBytes;
        }
        return true;
    }

    private static Piece StartNextPiece(Lane lane)
    {
        int part = lane.NextPart;
        ExpertExtent extent = lane.Extents[part];
        long done = (long)lane.NextPiece * PieceBytes;
        int bytes = (int)Math.Min(PieceBytes, extent.ReadBytes - done);
        Piece piece = new(part, extent.File, lane.Data + lane.Starts[part] + done, extent.ReadOffset + done, bytes,
            (int)Math.Min(bytes, extent.Offset + extent.Bytes - extent.ReadOffset - done));
        lane.InFlight++;
        if (done + bytes == extent.ReadBytes) (lane.NextPart, lane.NextPiece) = (part + 1, 0);
        else lane.NextPiece++;
        return piece;
    }

    private string? Read(in Piece piece)
    {
        DirectFile file = _files[piece.File];
        try
        {
            return file.Read(piece.Target, piece.Offset, piece.Bytes) >= piece.Needed ? null
                : $"{file.Path} became shorter while the model was running: its experts are read from it; put the whole file back and load the model again";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            return $"{file.Path}: experts cannot be read from it any more: {error.Message}";
        }
    }

    private void Clear(Lane lane)
    {
        if (lane.Expert >= 0) _laneOf[lane.Expert] = -1;
        lane.Expert = -1;
        lane.IsWanted = lane.IsUrgent = false;
        lane.NextPart = lane.NextPiece = lane.Released = 0;
        Array.Clear(lane.Taken);
    }

    private readonly record struct Piece(int Part, int File, nint Address, long Offset, int Bytes, int Needed)
    {
        public Piece(int part, int file, byte* target, long offset, int bytes, int needed) : this(part, file, (nint)target, offset, bytes, needed)
        {
        }

        public byte* Target => (byte*)Address;
    }

    /// <summary>Memory for one expert and how far its reading has come.</summary>
    private sealed class Lane(byte* data)
    {
        public readonly byte* Data = data;
        public readonly ExpertExtent[] Extents = new ExpertExtent[Parts];
        public readonly long[] Starts = new long[Parts]; // bytes from Data
        public readonly int[] Unread = new int[Parts], Taken = new int[Parts]; // pieces; shares
        public int Expert = -1;
        public int NextPart, NextPiece, InFlight, Released;
        public bool IsWanted, IsUrgent;
    }
}

/// <summary>A quarter of a matrix that was read.</summary>
/// <param name="Index">Which of the experts asked for.</param>
/// <param name="Part">Gate, up or down.</param>
/// <param name="Share">Which quarter.</param>
/// <param name="Lane">Where it lies.</param>
/// <param name="Address">Of the whole matrix.</param>
public readonly unsafe record struct ExpertShare(int Index, int Part, int Share, int Lane, nint Address)
{
    public ExpertShare(int index, int part, int share, int lane, byte* data) : this(index, part, share, lane, (nint)data)
    {
    }

    public byte* Data => (byte*)Address;
}
