using Jibun.Kernels;
using Jibun.Memory;

namespace Jibun.Models.Shared;

/// <content>What is done while nobody asks: the experts that are used most are brought into free places. Whoever asks waits for a quarter of a matrix at most.</content>
internal sealed unsafe partial class ExpertCache
{
    private readonly Lock _places = new(); // who holds them: the model's thread, or the one that brings experts meanwhile
    private volatile bool _isAsked, _mayBring;
    private int[]? _toBring; // experts without a place, those that are used most first
    private int _next;
    private long _roundSeen;

    /// <summary>Loading is over, and leaves the disk to others.</summary>
    public void MayBring() => _mayBring = true;

    /// <summary>Brings one expert if nobody asked since the last call.</summary>
    /// <returns>False when somebody did, or no expert that was ever used lacks a place that is free.</returns>
    internal bool TryBring()
    {
        if (!_mayBring || _rehearsal is not null) return false;
        lock (_places)
        {
            if (_roundSeen != _round || _missingCount > 0 || _isAsked)
            {
                (_roundSeen, _isAsked, _toBring, _next) = (_round, false, null, 0);
                return false;
            }
            _toBring ??= [.. Enumerable.Range(0, _slotOf.Length).Where(id => _slotOf[id] < 0 && _uses.Chance(id) > 0).OrderByDescending(_uses.Chance)];
            while (_next < _toBring.Length && PoolOf(_toBring[_next]).Holders.IndexOf(-1) < 0) _next++;
            return _next < _toBring.Length && Bring(_toBring.AsSpan(_next++));
        }
    }

    // The first of these; those behind it are read meanwhile.
    private bool Bring(ReadOnlySpan<int> ids)
    {
        int id = ids[0];
        SlotPool pool = PoolOf(id);
        int slot = pool.Holders.IndexOf(-1);
        Span<Matrix> parts = [null!, null!, null!];
        byte* next = pool.Address(slot);
        for (int part = 0; part < Parts; part++)
        {
            Matrix known = MatrixOf(id, part);
            parts[part] = new Matrix(known.Name, known.Format, known.Rows, known.Columns, next, 1);
            next += Stack(id, part).PartBytes;
        }
        _reader.Want(ids[..Math.Min(_reader.Lanes, ids.Length)]);
        int shares = 0;
        for (; !_isAsked && _reader.TryTake(ids[..1], out ExpertShare share); shares++)
        {
            Pack(Stack(id, share.Part), parts[share.Part], share);
            _reader.Release(share);
        }
        try
        {
            _reader.ThrowIfFailed();
        }
        catch (ModelException)
        {
            _mayBring = false; // whoever needs it will say so
            return false;
        }
        bool isWhole = shares == Parts * ExpertReader.Shares;
        if (isWhole) Settle(id, pool, slot);
        else _reader.Return(id);
        return isWhole;
    }
}
