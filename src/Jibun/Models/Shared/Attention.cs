using Jibun.Kernels;
using Jibun.Memory;

namespace Jibun.Models.Shared;

/// <summary>How scores become weights.</summary>
internal sealed record AttentionOptions
{
    /// <summary>What scores are multiplied with; 0: 1 / √head size.</summary>
    public float Scale { get; init; }

    /// <summary>Scores are bent towards ± this: cap · tanh(score / cap). 0: they are not.</summary>
    public float Cap { get; init; }

    /// <summary>False: tokens see those behind them too, as far as they are in the same batch.</summary>
    public bool IsCausal { get; init; } = true;
}

/// <summary>
/// Attention over paged caches, grouped queries and windows included. Work is shared out by key heads and blocks of queries, whose rows
/// meet a page together; where there are too few of these, as in generation, also by spans of the context.
/// </summary>
internal sealed unsafe class Attention(MatMul matmul, int heads, KvShape shape, AttentionOptions options) : IDisposable
{
    private const int BlockQueries = 16; // tokens; times the query heads that share a key head
    private const int WritesWorthSharing = 64; // of one head

    private readonly ThreadScratch _scratch = new();
    private readonly NativeBuffer _spans = new();
    private readonly List<Item> _items = [];
    private readonly Kind[] _kinds = [.. shape.Groups.Select(group => new Kind(matmul.Kernels, group, heads, options))];
    private int _rows, _longest, _itemQueries; // the most of an item
    private bool _writesWithReading; // each sequence is one item, and its new tokens lie in one span: who attends over that span writes them first

    public int Heads => heads;

    /// <summary>With the results of spans, where the most rows have them.</summary>
    public long BufferBytes(int contextLength)
    {
        int spans = AttentionSpan.Of(contextLength - 1) + 1, mostItems = AttentionSpan.MostItems(matmul.Team.Threads);
        long most = _kinds.Max(kind => (long)(mostItems / kind.KeyHeads * kind.KeyHeads) * kind.ItemRows * kind.Kernel.StateFloats);
        return ThreadScratch.Bytes(matmul.Team.Threads, ThreadBytes) + (spans > 1 ? most * spans * sizeof(float) : 0);
    }

    public int HeadSize(int layer) => shape.Layers[layer].HeadSize;

    public int KvHeads(int layer) => shape.Layers[layer].KvHeads;

    /// <summary>Lists the pieces of work of a batch: the same for every layer.</summary>
    public void Prepare(ModelBatch batch)
    {
        _items.Clear();
        (_rows, _longest, _itemQueries, _writesWithReading) = (batch.Rows, 0, 0, true);
        for (int sequence = 0; sequence < batch.Sequences.Length; sequence++)
        {
            Sequence one = batch.Sequences[sequence];
            _longest = Math.Max(_longest, one.Position + one.Count);
            _itemQueries = Math.Max(_itemQueries, Math.Min(BlockQueries, one.Count));
            _writesWithReading &= one.Count <= BlockQueries && AttentionSpan.Of(one.Position) == AttentionSpan.Of(one.Position + one.Count - 1);
            for (int query = 0; query < one.Count; query += BlockQueries) _items.Add(new Item(sequence, query, Math.Min(BlockQueries, one.Count - query)));
        }
        _scratch.Require(matmul.Team.Threads, ThreadBytes);
    }

    /// <summary>
    /// Writes the batch's keys and values into the caches, then attends. <paramref name="queries"/> and <paramref name="output"/>
    /// are [rows, heads · head size], <paramref name="keys"/> and <paramref name="values"/> [rows, key heads · head size],
    /// <paramref name="sinks"/> [heads].
    /// </summary>
    public void Run(ModelBatch batch, int layer, float* queries, float* keys, float* values, float* output, Vector? sinks = null)
    {
        var write = new WriteWork { Owner = this, Batch = batch, Layer = layer, Keys = keys, Values = values };
        if (_writesWithReading)
        {
            Read(batch, layer, queries, output, sinks, write);
            return;
        }
        int items = batch.Sequences.Length * KvHeads(layer);
        if (_rows < WritesWorthSharing) write.Run(0, items, 0);
        else matmul.Team.For(ref write, items);
        Read(batch, layer, queries, output, sinks);
    }

    /// <summary>Attends over what the caches hold already.</summary>
    public void Read(ModelBatch batch, int layer, float* queries, float* output, Vector? sinks = null) => Read(batch, layer, queries, output, sinks, null);

    private void Read(ModelBatch batch, int layer, float* queries, float* output, Vector? sinks, WriteWork? write)
    {
        int items = _items.Count * KvHeads(layer), spans = AttentionSpan.Of(_longest - 1) + 1;
        bool areApart = AttentionSpan.AreApart(items, spans, matmul.Team.Threads);
        Kind kind = _kinds[shape.Place(layer).Group];
        var work = new Work { Owner = this, Batch = batch, Layer = layer, Kind = kind, Queries = queries, Output = output, Sinks = sinks, Spans = areApart ? spans : 1, Write = write };
        if (areApart) _spans.Require<float>((long)items * spans * _itemQueries * kind.QueriesPerKey * kind.Kernel.StateFloats);
        matmul.Team.For(ref work, items * work.Spans);
        if (!areApart) return;
        var merge = new MergeWork { Of = work };
        matmul.Team.For(ref merge, items);
    }

    public void Dispose()
    {
        _scratch.Dispose();
        _spans.Dispose();
    }

    private long ThreadBytes
    {
        get
        {
            if (field == 0) field = _kinds.Max(kind => kind.ScratchBytes);
            return field;
        }
    }

    private static int FirstPage(int window, int position) => window == 0 ? 0 : Math.Max(0, position - window + 1) / PagedAttention.PageTokens;

    private float* Span(in Work work, int item, int span) =>
        (float*)_spans.Pointer + ((long)item * work.Spans + span) * _itemQueries * work.Kind.QueriesPerKey * work.Kind.Kernel.StateFloats;

    /// <summary>All spans of an item, merged as they come, or one span of it.</summary>
    private void Attend(in Work work, int index, int oneSpan, int thread)
    {
        (Kind kind, PagedAttention kernel) = (work.Kind, work.Kind.Kernel);
        Item item = _items[index / kind.KeyHeads];
        Sequence sequence = work.Batch.Sequences[item.Sequence];
        int keyHead = index % kind.KeyHeads, rows = item.Count * kind.QueriesPerKey, firstPosition = sequence.Position + item.FirstQuery;
        int end = options.IsCausal ? firstPosition + item.Count : sequence.Position + sequence.Count;
        int firstPage = FirstPage(kind.Window, firstPosition), endPage = (end - 1) / PagedAttention.PageTokens + 1;
        int firstSpan = firstPage / AttentionSpan.Pages, endSpan = (endPage - 1) / AttentionSpan.Pages + 1;
        if (oneSpan >= 0) (firstSpan, endSpan) = (Math.Max(firstSpan, oneSpan), Math.Min(endSpan, oneSpan + 1));
        byte* scratch = _scratch.Of(thread);
        float* part = oneSpan >= 0 ? Span(work, index, oneSpan) : (float*)(scratch + kind.PartOffset), whole = (float*)(scratch + kind.WholeOffset);
        if (oneSpan >= 0)
            for (int row = 0; row < rows; row++) kernel.Begin(part + (long)row * kernel.StateFloats);
        if (firstSpan >= endSpan) return;
        int* positions = (int*)scratch;
        float** tile = stackalloc float*[PagedAttention.TileRows];
        for (int row = 0; row < rows; row++)
        {
            positions[row] = options.IsCausal ? firstPosition + row / kind.QueriesPerKey : end - 1;
            tile[row % PagedAttention.TileRows] = Head(work.Queries, row);
            int inTile = row % PagedAttention.TileRows + 1;
            if (inTile == PagedAttention.TileRows || row == rows - 1) kernel.Take(tile, inTile, scratch + kind.TilesOffset + row / PagedAttention.TileRows * kernel.TileBytes);
            if (oneSpan < 0) Begin(work, keyHead, row, whole);
        }
        for (int span = firstSpan; span < endSpan; span++)
        {
            if (oneSpan < 0)
                for (int row = 0; row < rows; row++) kernel.Begin(part + (long)row * kernel.StateFloats);
            int spanEnd = Math.Min(endPage, (span + 1) * AttentionSpan.Pages);
            for (int page = Math.Max(firstPage, span * AttentionSpan.Pages); page < spanEnd; page++)
            {
                byte* keys = sequence.Cache.Keys(page, work.Layer, keyHead), next = page + 1 < spanEnd ? sequence.Cache.Keys(page + 1, work.Layer, keyHead) : null;
                kernel.Fold(scratch + kind.TilesOffset, rows, positions, kind.Window, page * PagedAttention.PageTokens, keys, keys + kind.KeyBytes, part, scratch + kind.WorkOffset, next);
            }
            if (oneSpan < 0)
                for (int row = 0; row < rows; row++) kernel.Merge(whole + (long)row * kernel.StateFloats, part + (long)row * kernel.StateFloats);
        }
        if (oneSpan >= 0) return;
        for (int row = 0; row < rows; row++) kernel.Finish(whole + (long)row * kernel.StateFloats, Head(work.Output, row));

        float* Head(float* of, int row) =>
            of + ((long)(sequence.FirstRow + item.FirstQuery + row / kind.QueriesPerKey) * heads + keyHead * kind.QueriesPerKey + row % kind.QueriesPerKey) * kind.Size;
    }

    private static void Begin(in Work work, int keyHead, int row, float* states)
    {
        float* state = states + (long)row * work.Kind.Kernel.StateFloats;
        if (work.Sinks is null) work.Kind.Kernel.Begin(state);
        else work.Kind.Kernel.Begin(state, work.Sinks.Pointer[keyHead * work.Kind.QueriesPerKey + row % work.Kind.QueriesPerKey]);
    }

    private void Merge(in Work work, int index, int thread)
    {
        (Kind kind, PagedAttention kernel) = (work.Kind, work.Kind.Kernel);
        Item item = _items[index / kind.KeyHeads];
        Sequence sequence = work.Batch.Sequences[item.Sequence];
        int keyHead = index % kind.KeyHeads;
        float* whole = (float*)(_scratch.Of(thread) + kind.WholeOffset);
        for (int row = 0; row < item.Count * kind.QueriesPerKey; row++)
        {
            Begin(work, keyHead, row, whole);
            float* state = whole + (long)row * kernel.StateFloats;
            for (int span = 0; span < work.Spans; span++) kernel.Merge(state, Span(work, index, span) + (long)row * kernel.StateFloats);
            long outputRow = sequence.FirstRow + item.FirstQuery + row / kind.QueriesPerKey;
            kernel.Finish(state, work.Output + (outputRow * heads + keyHead * kind.QueriesPerKey + row % kind.QueriesPerKey) * kind.Size);
        }
    }

    private readonly record struct Item(int Sequence, int FirstQuery, int Count);

    /// <summary>What layers of one kind need, and where it lies in a thread's scratch memory.</summary>
    private sealed class Kind
    {
        public Kind(KernelSet kernels, KvGroup group, int heads, AttentionOptions options)
        {
            (Size, KeyHeads, Window) = (group.Kind.HeadSize, group.Kind.KvHeads, group.Kind.Window);
            QueriesPerKey = heads / KeyHeads;
            ItemRows = BlockQueries * QueriesPerKey;
            KeyBytes = group.Layout.KeyBytes;
            Kernel = new PagedAttention(kernels, group.Layout, group.Layout, isFine: true, options.Scale != 0 ? options.Scale : 1 / MathF.Sqrt(Size), options.Cap);
            int states = ItemRows * Kernel.StateFloats * sizeof(float);
            WorkOffset = Aligned(ItemRows * sizeof(int));
            PartOffset = WorkOffset + Aligned(Kernel.WorkBytes);
            WholeOffset = PartOffset + Aligned(states);
            TilesOffset = WholeOffset + Aligned(states);
            ScratchBytes = TilesOffset + (ItemRows + PagedAttention.TileRows - 1) / PagedAttention.TileRows * Kernel.TileBytes;
        }

        public PagedAttention Kernel { get; }

        public int Size { get; }

        public int KeyHeads { get; }

        public int QueriesPerKey { get; }

        public int Window { get; }

        public int ItemRows { get; }

        public long KeyBytes { get; }

        public int WorkOffset { get; }

        public int PartOffset { get; }

        public int WholeOffset { get; }

        public int TilesOffset { get; }

        public long ScratchBytes { get; }

        private static int Aligned(int bytes) => (bytes + 63) & ~63;
    }

    private struct WriteWork : IRangeWork
    {
        public Attention Owner;
        public ModelBatch Batch;
        public int Layer;
        public float* Keys, Values;

        /// <summary>Items are the key heads of the first sequence, then of the second …</summary>
        public readonly void Run(int start, int end, int thread)
        {
            int keyHeads = Owner.KvHeads(Layer), size = Owner.HeadSize(Layer);
            for (int i = start; i < end; i++)
            {
                Sequence sequence = Batch.Sequences[i / keyHeads];
                long first = ((long)sequence.FirstRow * keyHeads + i % keyHeads) * size;
                sequence.Cache.Write(sequence.Position, sequence.Count, Layer, i % keyHeads, Keys + first, keyHeads * size, Values + first, keyHeads * size);
            }
        }
    }

    private struct Work : IRangeWork
    {
        public Attention Owner;
        public ModelBatch Batch;
        public Kind Kind;
        public int Layer, Spans;
        public float* Queries, Output;
        public Vector? Sinks;
        public WriteWork? Write;

        public readonly void Run(int start, int end, int thread)
        {
            for (int i = start; i < end; i++)
            {
                int item = i / Spans, span = Spans > 1 ? i % Spans : -1;
                if (Write is { } write && (span < 0 || span == AttentionSpan.Of(Batch.Sequences[item / Kind.KeyHeads].Position))) write.Run(item, item + 1, thread);
                Owner.Attend(in this, item, span, thread);
            }
        }
    }

    private struct MergeWork : IRangeWork
    {
        public Work Of;

        public readonly void Run(int start, int end, int thread)
        {
            for (int i = start; i < end; i++) Of.Owner.Merge(in Of, i, thread);
        }
    }
}
