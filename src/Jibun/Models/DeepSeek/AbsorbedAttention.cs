using Jibun.Kernels;
using Jibun.Memory;
using Jibun.Models.Shared;

namespace Jibun.Models.DeepSeek;

/// <summary>
/// Latent attention with the making of keys absorbed into the queries: all heads meet the same key, the cached latent and rotated key,
/// and the value is the latent itself (DeepSeek-V2, §2.1.2). Work is shared out by conversations, heads and queries, and by spans of the
/// context where that is too little.
/// </summary>
internal sealed unsafe class AbsorbedAttention : IDisposable
{
    private const int RowsAtOnce = 64, ItemRows = 64;
    private const int SpanHeads = 32; // results of spans take some kilobytes a head: the more heads, the longer the spans

    private readonly MatMul _matmul;
    private readonly LatentShape _shape;
    private readonly AttentionLayout _keys, _values;
    private readonly PagedAttention _kernel;
    private readonly StackedMatMul _stacked;
    private readonly NativeBuffer _buffer = new(), _tiles = new(), _spanStates = new();
    private readonly ThreadScratch _scratch = new();
    private readonly List<Sequence> _sequences = []; // neighbours in the batch
    private readonly List<Item> _items = [];
    private readonly RowRun[] _absorb, _value;
    private readonly int _spanPages, _itemHeads, _itemQueries, _itemTileBytes, _workOffset, _partOffset, _wholeOffset, _pageOffset;
    private readonly long _threadBytes;
    private int _firstRow, _rows, _spans;
    private float* _plain; // [heads, rows, plain]
    private float* _absorbed; // [heads, rows, rank + rotated]
    private float* _context; // [heads, rows, rank]

    public AbsorbedAttention(MatMul matmul, LatentShape shape, AttentionLayout keys)
    {
        (_matmul, _shape, _keys, _values) = (matmul, shape, keys, LatentPages.ValueLayout(keys, shape.Rank));
        _kernel = new PagedAttention(matmul.Kernels, keys, _values, isFine: false, shape.Scale);
        _stacked = new StackedMatMul(matmul);
        (_absorb, _value) = (new RowRun[shape.Heads], new RowRun[shape.Heads]);
        _spanPages = AttentionSpan.Pages * Math.Max(1, shape.Heads / SpanHeads);
        _itemHeads = Math.Clamp(shape.Heads / matmul.Team.Threads, Math.Min(PagedAttention.TileRows, shape.Heads), ItemRows);
        _itemQueries = ItemRows / _itemHeads;
        _itemTileBytes = (_itemHeads * _itemQueries + PagedAttention.TileRows - 1) / PagedAttention.TileRows * _kernel.TileBytes;
        int states = _itemHeads * _itemQueries * _kernel.StateFloats * sizeof(float);
        _workOffset = Aligned(ItemRows * sizeof(int));
        _partOffset = _workOffset + Aligned(_kernel.WorkBytes);
        _wholeOffset = _partOffset + Aligned(states);
        _pageOffset = _wholeOffset + Aligned(states);
        _threadBytes = _pageOffset + Aligned((int)_values.Bytes);
    }

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
        var split = new SplitWork { Owner = this, Queries = queries + (long)_firstRow * _shape.Heads * _shape.QuerySize };
        _matmul.Team.ForRows(ref split, _rows);
        _stacked.Run(_plain, _shape.Plain, _absorb, w.Absorb.Parts, _absorbed, _shape.CachedSize);
        var take = new TakeWork { Owner = this };
        _matmul.Team.For(ref take, _items.Count);
        var attend = new AttendWork { Owner = this, Layer = layer };
        _matmul.Team.For(ref attend, _items.Count * _spans);
        var merge = new MergeWork { Owner = this };
        if (_spans > 1) _matmul.Team.For(ref merge, _items.Count);
        int outputWidth = _shape.Heads * _shape.Value;
        _stacked.Run(_context, _shape.Rank, _value, w.Value.Parts, attended + (long)_firstRow * outputWidth, outputWidth);
        _sequences.Clear();
    }

    public long BufferBytes(int rows, int contextLength)
    {
        int atOnce = Math.Min(rows, RowsAtOnce), items = atOnce * ((_shape.Heads + _itemHeads - 1) / _itemHeads), spans = Spans(contextLength);
        long spanItems = spans > 1 ? Math.Min(items, AttentionSpan.MostItems(_matmul.Team.Threads)) : 0;
        return sizeof(float) * (FloatsPerRow * atOnce + spanItems * spans * ItemFloats) + (long)items * _itemTileBytes + ThreadScratch.Bytes(_matmul.Team.Threads, _threadBytes);
    }

    public void Dispose()
    {
        _stacked.Dispose();
        _buffer.Dispose();
        _scratch.Dispose();
        _tiles.Dispose();
        _spanStates.Dispose();
    }

    private static int Aligned(int bytes) => (bytes + 63) & ~63;

    private long FloatsPerRow => (long)_shape.Heads * (_shape.Plain + _shape.CachedSize + _shape.Rank);

    private long ItemFloats => (long)_itemHeads * _itemQueries * _kernel.StateFloats;

    private void Prepare()
    {
        float* next = _buffer.Require<float>(_rows * FloatsPerRow);
        _plain = next;
        _absorbed = next += (long)_shape.Heads * _rows * _shape.Plain;
        _context = next + (long)_shape.Heads * _rows * _shape.CachedSize;
        _scratch.Require(_matmul.Team.Threads, _threadBytes);
        for (int head = 0; head < _shape.Heads; head++)
        {
            _absorb[head] = new RowRun(head, head * _rows, _rows, (long)head * _rows * _shape.CachedSize);
            _value[head] = new RowRun(head, head * _rows, _rows, (long)head * _shape.Value);
        }
        _items.Clear();
        int longest = 0;
        for (int i = 0; i < _sequences.Count; i++)
        {
            Sequence sequence = _sequences[i];
            longest = Math.Max(longest, sequence.Position + sequence.Count);
            for (int query = 0; query < sequence.Count; query += _itemQueries)
                for (int head = 0; head < _shape.Heads; head += _itemHeads)
                    _items.Add(new Item(i, query, Math.Min(_itemQueries, sequence.Count - query), head, Math.Min(_itemHeads, _shape.Heads - head)));
        }
        _tiles.Require((long)_items.Count * _itemTileBytes);
        _spans = Spans(longest);
        if (!AttentionSpan.AreApart(_items.Count, _spans, _matmul.Team.Threads)) _spans = 1;
        else _spanStates.Require<float>(_items.Count * _spans * ItemFloats);
    }

    private int Spans(int tokens) => (tokens - 1) / (_spanPages * PagedAttention.PageTokens) + 1;

    private float* SpanState(int item, int span) => (float*)_spanStates.Pointer + ((long)item * _spans + span) * ItemFloats;

    private float* Row(float* rows, int width, Item item, int row) =>
        rows + ((long)(item.FirstHead + row % item.Heads) * _rows + _sequences[item.Sequence].FirstRow - _firstRow + item.FirstQuery + row / item.Heads) * width;

    /// <summary>All spans of an item, merged as they come, or one of them.</summary>
    private void Attend(int layer, int index, int oneSpan, int thread)
    {
        Item item = _items[index];
        Sequence sequence = _sequences[item.Sequence];
        byte* scratch = _scratch.Of(thread), page = scratch + _pageOffset;
        int* positions = (int*)scratch;
        float* part = (float*)(scratch + _partOffset), whole = (float*)(scratch + _wholeOffset);
        int rows = item.Queries * item.Heads, stride = _kernel.StateFloats, firstPosition = sequence.Position + item.FirstQuery;
        int endPage = (firstPosition + item.Queries - 1) / PagedAttention.PageTokens + 1;
        int firstSpan = Math.Max(0, oneSpan), endSpan = oneSpan >= 0 ? oneSpan + 1 : (endPage - 1) / _spanPages + 1;
        for (int row = 0; row < rows; row++)
        {
            positions[row] = firstPosition + row / item.Heads;
            if (oneSpan < 0) _kernel.Begin(whole + (long)row * stride);
        }
        for (int span = firstSpan; span < endSpan; span++)
        {
            for (int row = 0; row < rows; row++) _kernel.Begin(part + (long)row * stride);
            int end = Math.Min(endPage, (span + 1) * _spanPages);
            for (int i = span * _spanPages; i < end; i++)
            {
                byte* keys = sequence.Cache.Keys(i, layer, 0), next = i + 1 < endPage ? sequence.Cache.Keys(i + 1, layer, 0) : null;
                LatentPages.Turn(_keys, keys, _values, page);
                _kernel.Fold(Tiles(index), rows, positions, 0, i * PagedAttention.PageTokens, keys, page, part, scratch + _workOffset, next);
            }
            if (oneSpan < 0)
                for (int row = 0; row < rows; row++) _kernel.Merge(whole + (long)row * stride, part + (long)row * stride);
        }
        if (oneSpan >= 0)
        {
            long bytes = (long)rows * stride * sizeof(float);
            Buffer.MemoryCopy(part, SpanState(index, oneSpan), bytes, bytes);
            return;
        }
        for (int row = 0; row < rows; row++) _kernel.Finish(whole + (long)row * stride, Row(_context, _shape.Rank, item, row));
    }

    private byte* Tiles(int item) => _tiles.Pointer + (long)item * _itemTileBytes;

    private void Take(int index)
    {
        Item item = _items[index];
        float** tile = stackalloc float*[PagedAttention.TileRows];
        for (int row = 0; row < item.Queries * item.Heads; row += PagedAttention.TileRows)
        {
            int count = Math.Min(PagedAttention.TileRows, item.Queries * item.Heads - row);
            for (int i = 0; i < count; i++) tile[i] = Row(_absorbed, _shape.CachedSize, item, row + i);
            _kernel.Take(tile, count, Tiles(index) + row / PagedAttention.TileRows * _kernel.TileBytes);
        }
    }

    private void Merge(int index, int thread)
    {
        Item item = _items[index];
        float* whole = (float*)(_scratch.Of(thread) + _wholeOffset);
        for (int row = 0; row < item.Queries * item.Heads; row++)
        {
            _kernel.Begin(whole);
            for (int span = 0; span < _spans; span++) _kernel.Merge(whole, SpanState(index, span) + (long)row * _kernel.StateFloats);
            _kernel.Finish(whole, Row(_context, _shape.Rank, item, row));
        }
    }

    private readonly record struct Item(int Sequence, int FirstQuery, int Queries, int FirstHead, int Heads);

    /// <summary>From rows of heads to heads of rows; the rotated part goes straight behind the place of the absorbed one.</summary>
    private struct SplitWork : IRangeWork
    {
        public AbsorbedAttention Owner;
        public float* Queries;

        public readonly void Run(int start, int end, int thread)
        {
            LatentShape s = Owner._shape;
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

    private struct TakeWork : IRangeWork
    {
        public AbsorbedAttention Owner;

        public readonly void Run(int start, int end, int thread)
        {
            for (int i = start; i < end; i++) Owner.Take(i);
        }
    }

    private struct AttendWork : IRangeWork
    {
        public AbsorbedAttention Owner;
        public int Layer;

        public readonly void Run(int start, int end, int thread)
        {
            int spans = Owner._spans;
            for (int i = start; i < end; i++) Owner.Attend(Layer, i / spans, spans > 1 ? i % spans : -1, thread);
        }
    }

    private struct MergeWork : IRangeWork
    {
        public AbsorbedAttention Owner;

        public readonly void Run(int start, int end, int thread)
        {
            for (int i = start; i < end; i++) Owner.Merge(i, thread);
        }
    }
}
