using Jibun.Gguf;
using Jibun.Kernels;
using Jibun.Memory;

namespace Jibun.Models.Shared;

/// <summary>
/// The experts of a model that is larger than its memory. Those in memory lie in their execution layout, as all other weights do;
/// the others are read when a layer needs them, and take the places of those that are least likely to be needed. What the round in
/// work needs is never evicted. Where an expert lies changes nothing of what it computes.
/// </summary>
internal sealed unsafe partial class ExpertCache : IDisposable
{
    private const int Parts = ExpertReader.Parts;
    private const float Certain = 2; // above all chances
    private const int LeastTokens = 2; // whose experts get places even where memory comes slowly: these save more than they cost within a short answer

    private readonly IReadOnlyList<ExpertWeights> _layers;
    private readonly ExpertSizes _sizes;
    private readonly ThreadTeam _team;
    private readonly ExpertReader _reader;
    private readonly HugePageArena _arena;
    private readonly Dictionary<long, SlotPool> _pools = [];
    private readonly int[] _slotOf; // [layers · experts]: −1 where it is not in memory
    private readonly long[] _neededIn; // [layers · experts]: the last round that needs it, negative while that is still to come
    private readonly int[] _missing, _ahead; // experts
    private readonly UseCounts _uses;
    private readonly ExpertUpkeep _upkeep;
    private readonly ExpertRehearsal? _rehearsal;
    private long _round;
    private int _missingCount;
    private ExpertTally _tally;

    public ExpertCache(GgufFile file, IReadOnlyList<ExpertWeights> layers, ExpertSizes sizes, ExpertOptions options, ThreadTeam team)
    {
        (_layers, _sizes, _team) = (layers, sizes, team);
        _rehearsal = options.Rehearsal;
        ExpertCacheShape shape = _rehearsal?.Shape ?? ExpertCacheShape.Of(sizes, options.CacheBytes);
        int experts = layers.Count * sizes.Count;
        _reader = new ExpertReader(file.Shards, experts, ExtentOf, shape.LaneBytes, shape.Lanes);
        _arena = new HugePageArena(shape.Slots.Sum(pool => pool.Key * PlacesOf(pool.Value)));
        foreach ((long bytes, int slots) in shape.Slots)
            _pools[bytes] = new SlotPool(_arena, bytes, slots, sizes.Used * sizes.Layers.Count(layer => layer.MemoryBytes == bytes), PlacesOf(slots));
        _slotOf = new int[experts];
        Array.Fill(_slotOf, -1);
        _neededIn = new long[experts];
        _missing = new int[sizes.Count];
        _ahead = new int[sizes.Count];
        _uses = new UseCounts(layers.Count, sizes.Count);
        if (options.UseFile is { } useFile) _uses.Load(useFile);
        Bytes = shape.Bytes;
        IsWhole = shape.Held == experts;
        MostOfRound = Math.Max(sizes.Used, shape.Slots.Values.Min() / 2);
        if (_rehearsal is not null) Pretend(_rehearsal);
        _upkeep = new ExpertUpkeep(_pools.Values, TryBring, options.UseFile is { } path ? () => _uses.Save(path) : null);
    }

    /// <summary>Of all that it holds and reads into.</summary>
    public long Bytes { get; }

    /// <summary>Whether every expert has a place.</summary>
    public bool IsWhole { get; }

    /// <summary>Experts that a round may need: half of a pool, so that those of the next can come.</summary>
    public int MostOfRound { get; }

    public ExpertTally Tally => _tally;

    /// <summary>Whether <see cref="Rehearse"/> says what is needed.</summary>
    public bool IsRehearsed => _rehearsal is not null;

    /// <summary>Learns how many of a pass's rows chose each expert.</summary>
    public void Learn(ExpertWeights layer, ReadOnlySpan<int> starts, int rows)
    {
        if (IsRehearsed) return;
        for (int expert = 0; expert < _sizes.Count; expert++)
            if (starts[expert + 1] > starts[expert]) _uses.Add(layer.Index, expert, starts[expert + 1] - starts[expert]);
        _uses.Advance(layer.Index, rows);
    }

    /// <summary>In a rehearsal the experts of a row are drawn: [used].</summary>
    public void Rehearse(ExpertWeights layer, Span<int> chosen) => _rehearsal!.Choose(layer.Index, chosen);

    /// <summary>
    /// Begins a round: what the runs need and memory lacks gets a place and is read, then what the rest of the layer needs.
    /// </summary>
    /// <param name="layer">The layer in work.</param>
    /// <param name="runs">The experts of this round.</param>
    /// <param name="later">Experts of the layer that later rounds need; their reading begins when there is room.</param>
    public void Require(ExpertWeights layer, ReadOnlySpan<RowRun> runs, ReadOnlySpan<int> later)
    {
        _isAsked = true;
        lock (_places) RequireAlone(layer, runs, later);
    }

    private void RequireAlone(ExpertWeights layer, ReadOnlySpan<RowRun> runs, ReadOnlySpan<int> later)
    {
        _reader.ThrowIfFailed();
        _round++;
        _missingCount = 0;
        foreach (RowRun run in runs) _neededIn[Id(layer, run.Part)] = _round;
        int ahead = 0;
        foreach (int expert in later)
        {
            int id = Id(layer, expert);
            if (_neededIn[id] != _round) _neededIn[id] = -_round; // needed, but not yet
            if (_slotOf[id] < 0) _ahead[ahead++] = id;
        }
        foreach (RowRun run in runs)
            if (_slotOf[Id(layer, run.Part)] < 0) _missing[_missingCount++] = Id(layer, run.Part);
        Count(layer, runs.Length);
        if (_missingCount == 0 && ahead == 0) return;
        _reader.Want(_missing.AsSpan(0, _missingCount));
        _reader.Foresee(_ahead.AsSpan(0, ahead));
        for (int i = 0; i < _missingCount; i++) Place(_missing[i]);
        if (_missingCount > 0) _upkeep.Call();
    }

    /// <summary>Whether an expert of the round is already there.</summary>
    public bool Has(ExpertWeights layer, int expert) => !Missing.Contains(Id(layer, expert));

    /// <summary>The layer that comes next; null behind the last one, and where its experts cannot be foreseen.</summary>
    public ExpertWeights? Behind(ExpertWeights layer) => _rehearsal is null && layer.Index + 1 < _layers.Count ? _layers[layer.Index + 1] : null;

    /// <summary>A hint: these experts of a layer may be needed next.</summary>
    public void Foresee(ExpertWeights layer, ReadOnlySpan<int> experts)
    {
        int ahead = 0;
        foreach (int expert in experts)
            if (ahead < Math.Min(_reader.Lanes, _ahead.Length) && _slotOf[Id(layer, expert)] < 0) _ahead[ahead++] = Id(layer, expert);
        if (ahead > 0) _reader.Foresee(_ahead.AsSpan(0, ahead));
    }

    /// <summary>Waits for what the round lacks, and packs each part as it comes, with all threads.</summary>
    public void Fill()
    {
        if (_missingCount == 0) return;
        var work = new PackWork { Owner = this };
        _team.For(ref work, _team.Threads);
        try
        {
            _reader.ThrowIfFailed();
        }
        catch
        {
            for (int i = 0; i < _missingCount; i++) Evict(_missing[i]);
            _missingCount = 0;
            throw;
        }
        _missingCount = 0;
    }

    public void Dispose()
    {
        _upkeep.Dispose();
        _reader.Dispose();
        _arena.Dispose();
    }

    private ReadOnlySpan<int> Missing => _missing.AsSpan(0, _missingCount);

    private int Id(ExpertWeights layer, int expert) => layer.Index * _sizes.Count + expert;

    private PendingMatrix Stack(int id, int part) => _layers[id / _sizes.Count].Stacks[part];

    private Matrix MatrixOf(int id, int part) => Stack(id, part).Parts[id % _sizes.Count];

    private SlotPool PoolOf(int id) => _pools[_sizes.Layers[id / _sizes.Count].MemoryBytes];

    private ExpertExtent ExtentOf(int id, int part)
    {
        PendingMatrix stack = Stack(id, part);
        long rowBytes = stack.Format.RowBytes(stack.Columns);
        return new ExpertExtent(stack.Tensor.Shard, stack.Tensor.FileOffset + stack.Slice.FirstRow(id % _sizes.Count) * rowBytes, stack.Rows * rowBytes);
    }

    private void Count(ExpertWeights layer, int needed)
    {
        int foreseen = 0;
        foreach (int id in Missing)
            if (_reader.IsUnderWay(id)) foreseen++;
        _tally = new ExpertTally(_tally.Needed + needed, _tally.InMemory + needed - _missingCount, _tally.Foreseen + foreseen,
            _tally.BytesRead + _missingCount * _sizes.Layers[layer.Index].FileBytes);
    }

    private void Place(int id)
    {
        SlotPool pool = PoolOf(id);
        int slot = Victim(pool);
        if (pool.Holders[slot] is >= 0 and int holder) Evict(holder);
        Settle(id, pool, slot);
    }

    private void Settle(int id, SlotPool pool, int slot)
    {
        pool.Give(slot, id);
        _slotOf[id] = slot;
        byte* next = pool.Address(slot);
        for (int part = 0; part < Parts; part++)
        {
            MatrixOf(id, part).MoveTo(next);
            next += Stack(id, part).PartBytes;
        }
    }

    private int PlacesOf(int slots) => _rehearsal is null ? slots : MadeUpWeights.PlacesOf(slots, _sizes.Used);

    // As if many tokens had passed: what is likeliest is in memory, without having been read.
    private void Pretend(ExpertRehearsal rehearsal)
    {
        MadeUpWeights.Fill(_arena);
        _uses.Assume(rehearsal.Weights);
        foreach (IGrouping<SlotPool, int> mine in Enumerable.Range(0, _slotOf.Length).GroupBy(PoolOf))
            foreach ((int slot, int id) in mine.OrderByDescending(_uses.Chance).Take(mine.Key.Count).Index()) Settle(id, mine.Key, slot);
    }

    private void Evict(int id)
    {
        PoolOf(id).Give(_slotOf[id], -1);
        _slotOf[id] = -1;
        for (int part = 0; part < Parts; part++) MatrixOf(id, part).MoveTo(null);
    }

    // A free place, and beyond the first ones, where the system is slow to give memory, one that is ready; else that of the expert least likely to be used, but of those that later
    // rounds of the layer need only when no place is free at all. What this round needs is never evicted.
    private int Victim(SlotPool pool)
    {
        int best = -1, unready = -1, ready = pool.Ready, taken = 0;
        float least = float.PositiveInfinity;
        ReadOnlySpan<int> holders = pool.Holders;
        for (int slot = 0; slot < holders.Length; slot++)
        {
            int holder = holders[slot];
            if (holder < 0 && slot < ready) return slot;
            if (holder < 0 && unready < 0) unready = slot;
            taken += holder < 0 ? 0 : 1;
            if (holder < 0 || _neededIn[holder] == _round) continue;
            float chance = _uses.Chance(holder) + (_neededIn[holder] == -_round ? Certain : 0);
            if (chance >= least) continue;
            (best, least) = (slot, chance);
        }
        if (unready >= 0 && (!pool.IsSlow || taken < LeastTokens * pool.PerToken || least >= Certain)) return unready;
        return best >= 0 ? best : throw new InvalidOperationException("a round needs more experts than the cache has places");
    }

    private static void Pack(PendingMatrix stack, Matrix target, in ExpertShare share)
    {
        int groups = stack.Value.Groups, first = groups * share.Share / ExpertReader.Shares, last = groups * (share.Share + 1) / ExpertReader.Shares;
        for (int group = first; group < last; group++) target.PackGroup(group, share.Data + group * RowGroupLayout.Rows * stack.Format.RowBytes(stack.Columns));
    }

    private struct PackWork : IRangeWork
    {
        public ExpertCache Owner;

        public readonly void Run(int start, int end, int thread)
        {
            while (Owner._reader.TryTake(Owner.Missing, out ExpertShare share))
            {
                int id = Owner._missing[share.Index];
                Pack(Owner.Stack(id, share.Part), Owner.MatrixOf(id, share.Part), share);
                Owner._reader.Release(share);
            }
        }
    }
}
