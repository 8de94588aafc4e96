using Jibun.Kernels;
using Jibun.Memory;
using Jibun.Models.Shared;

namespace Jibun.Models.DeepSeek;

/// <summary>
/// Latent attention with the making of keys absorbed into the queries: all heads meet the same key, the cached latent and rotated key,
/// and the value is the latent itself (DeepSeek-V2, §2.1.2). Work is shared out by conversations, heads and queries.
/// </summary>
internal sealed unsafe class AbsorbedAttention(MatMul matmul, LatentShape shape, KvType type) : IDisposable
{
    private const int RowsAtOnce = 64, TileQueries = 4;

    private readonly StackedMatMul _stacked = new(matmul);
    private readonly NativeBuffer _buffer = new(), _scratch = new();
    private readonly List<Sequence> _sequences = []; // neighbours in the batch
    private readonly List<Item> _items = [];
    private readonly RowRun[] _absorb = new RowRun[shape.Heads], _value = new RowRun[shape.Heads];
    private readonly int _tileHeads = Math.Clamp(shape.Heads / (2 * matmul.Team.Threads), 4, 32);
    private int _firstRow, _rows;
    private float* _plain; // [heads, rows, plain]
    private float* _absorbed; // [heads, rows, rank + rotated]
    private float* _context; // [heads, rows, rank]

    /// <summary>Puts a conversation off until there are enough of them to share a product.</summary>
    public void Add(Sequence sequence, int layer, float* queries, LatentHeads w, float* attended)
    {
        if (_sequences.Count > 0 && (sequence.FirstRow != _firstRow + _rows || _rows + sequence.Count > RowsAtOnce)) Finish(layer, queries, w, attended);
        if (_sequences.Count == 0) (_firstRow, _rows) = (sequence.FirstRow, 0);
        _sequences.Add(sequence);
        _rows += sequence.Count;
    }

    public void Finish(int layer, float* queries, LatentHeads w, float* attended)
    {
        if (_sequences.Count == 0) return;
        Prepare();
        var split = new SplitWork { Owner = this, Queries = queries + (long)_firstRow * shape.Heads * shape.QuerySize };
        matmul.Team.ForRows(ref split, _rows);
        _stacked.Run(_plain, shape.Plain, _absorb, w.Absorb.Parts, _absorbed, shape.CachedSize);
        var attend = new AttendWork { Owner = this, Layer = layer };
        matmul.Team.For(ref attend, _items.Count);
        int outputWidth = shape.Heads * shape.Value;
        _stacked.Run(_context, shape.Rank, _value, w.Value.Parts, attended + (long)_firstRow * outputWidth, outputWidth);
        _sequences.Clear();
    }

    public long BufferBytes(int rows) => sizeof(float) * (FloatsPerRow * Math.Min(rows, RowsAtOnce) + (long)ScratchFloats * matmul.Team.Threads);

    public void Dispose()
    {
        _stacked.Dispose();
        _buffer.Dispose();
        _scratch.Dispose();
    }

    private LatentShape Shape => shape;

    private long FloatsPerRow => (long)shape.Heads * (shape.Plain + shape.CachedSize + shape.Rank);

    private int StateFloats => (PagedAttention.StateFloats(shape.Rank) + 15) & ~15;

    private int PageFloats => shape.CachedSize * PagedAttention.PageTokens;

    private int ValueFloats => shape.Rank * PagedAttention.PageTokens;

    private int ScratchFloats => PageFloats + ValueFloats + TileQueries * _tileHeads * StateFloats;

    private void Prepare()
    {
        float* next = _buffer.Require<float>(_rows * FloatsPerRow);
        _plain = next;
        _absorbed = next += (long)shape.Heads * _rows * shape.Plain;
        _context = next + (long)shape.Heads * _rows * shape.CachedSize;
        _scratch.Require<float>((long)ScratchFloats * matmul.Team.Threads);
        for (int head = 0; head < shape.Heads; head++)
        {
            _absorb[head] = new RowRun(head, head * _rows, _rows, (long)head * _rows * shape.CachedSize);
            _value[head] = new RowRun(head, head * _rows, _rows, (long)head * shape.Value);
        }
        _items.Clear();
        for (int sequence = 0; sequence < _sequences.Count; sequence++)
            for (int query = 0; query < _sequences[sequence].Count; query += TileQueries)
                for (int head = 0; head < shape.Heads; head += _tileHeads) _items.Add(new Item(sequence, query, head));
    }

    private void Attend(int layer, Item item, int thread)
    {
        Sequence sequence = _sequences[item.Sequence];
        float* scratch = (float*)_scratch.Pointer + (long)thread * ScratchFloats;
        float* values = scratch + PageFloats, states = values + ValueFloats;
        int heads = Math.Min(_tileHeads, shape.Heads - item.FirstHead), queries = Math.Min(TileQueries, sequence.Count - item.FirstQuery);
        int firstPosition = sequence.Position + item.FirstQuery, lastPosition = firstPosition + queries - 1;
        int firstRow = sequence.FirstRow - _firstRow + item.FirstQuery;
        for (int i = 0; i < queries * heads; i++) PagedAttention.Begin(states + (long)i * StateFloats, shape.Rank);
        for (int page = 0; page * PagedAttention.PageTokens <= lastPosition; page++)
        {
            int tokens = Math.Min(PagedAttention.PageTokens, lastPosition + 1 - page * PagedAttention.PageTokens);
            float* keys = LatentPages.Floats(sequence.Cache, page, layer, type, PageFloats, scratch);
            LatentPages.Transpose(keys, shape.Rank, tokens, values, shape.Rank);
            for (int query = 0; query < queries; query++)
            {
                int visible = Math.Min(tokens, firstPosition + query + 1 - page * PagedAttention.PageTokens);
                if (visible <= 0) continue;
                for (int head = 0; head < heads; head++)
                    PagedAttention.Fold(_absorbed + ((long)(item.FirstHead + head) * _rows + firstRow + query) * shape.CachedSize, keys, values, visible,
                        shape.CachedSize, shape.Rank, shape.Scale, states + (long)(query * heads + head) * StateFloats);
            }
        }
        for (int query = 0; query < queries; query++)
            for (int head = 0; head < heads; head++)
                PagedAttention.Finish(states + (long)(query * heads + head) * StateFloats, shape.Rank,
                    _context + ((long)(item.FirstHead + head) * _rows + firstRow + query) * shape.Rank);
    }

    private readonly record struct Item(int Sequence, int FirstQuery, int FirstHead);

    /// <summary>From rows of heads to heads of rows; the rotated part goes straight behind the place of the absorbed one.</summary>
    private struct SplitWork : IRangeWork
    {
        public AbsorbedAttention Owner;
        public float* Queries;

        public readonly void Run(int start, int end, int thread)
        {
            LatentShape s = Owner.Shape;
            for (int row = start; row < end; row++)
                for (int head = 0; head < s.Heads; head++)
                {
                    float* query = Queries + ((long)row * s.Heads + head) * s.QuerySize;
                    long index = (long)head * Owner._rows + row;
                    new Span<float>(query, s.Plain).CopyTo(new Span<float>(Owner._plain + index * s.Plain, s.Plain));
                    new Span<float>(query + s.Plain, s.Rotated).CopyTo(new Span<float>(Owner._absorbed + index * s.CachedSize + s.Rank, s.Rotated));
                }
        }
    }

    private struct AttendWork : IRangeWork
    {
        public AbsorbedAttention Owner;
        public int Layer;

        public readonly void Run(int start, int end, int thread)
        {
            for (int i = start; i < end; i++) Owner.Attend(Layer, Owner._items[i], thread);
        }
    }
}
