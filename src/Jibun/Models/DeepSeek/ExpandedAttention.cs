using Jibun.Formats;
using Jibun.Kernels;
using Jibun.Memory;
using Jibun.Models.Shared;

namespace Jibun.Models.DeepSeek;

/// <summary>
/// Latent attention as it is defined: keys and values of every head are made from the latents, a few pages at a time, and met by
/// all queries of a conversation before the next pages come.
/// </summary>
internal sealed unsafe class ExpandedAttention(MatMul matmul, LatentShape shape, AttentionLayout cached) : IDisposable
{
    private const int PagesAtOnce = 2, BlockTokens = PagesAtOnce * PagedAttention.PageTokens, TileQueries = 128;

    private readonly AttentionLayout _expanded = new(GgmlType.F32, shape.QuerySize, shape.Value);
    private readonly PagedAttention _kernel = KernelOf(matmul, shape);
    private readonly StackedMatMul _stacked = new(matmul);
    private readonly NativeBuffer _buffer = new(), _states = new();
    private readonly ThreadScratch _scratch = new();
    private readonly RowRun[] _keyRuns = new RowRun[shape.Heads], _valueRuns = new RowRun[shape.Heads];
    private float* _latents; // [tokens of a block, rank]
    private float* _rotated; // [pages of a block][4][rotated][16 tokens]
    private float* _keys; // [tokens of a block, heads · plain]
    private float* _values; // [tokens of a block, heads · value]

    public void Run(Sequence sequence, int layer, float* queries, LatentHeads w, float* attended)
    {
        Reserve(sequence.Count);
        var begin = new BeginWork { Owner = this };
        matmul.Team.ForRows(ref begin, shape.Heads * sequence.Count);
        int tiles = (sequence.Count + TileQueries - 1) / TileQueries, length = sequence.Position + sequence.Count;
        for (int first = 0; first < length; first += BlockTokens)
        {
            int tokens = Math.Min(BlockTokens, length - first);
            var read = new ReadWork { Owner = this, Cache = sequence.Cache, Layer = layer, FirstPage = first / PagedAttention.PageTokens, Tokens = tokens };
            matmul.Team.For(ref read, (tokens + PagedAttention.PageTokens - 1) / PagedAttention.PageTokens);
            Expand(tokens, w);
            var fold = new FoldWork { Owner = this, Sequence = sequence, Queries = queries, First = first, Tokens = tokens, Tiles = tiles };
            matmul.Team.For(ref fold, shape.Heads * tiles);
        }
        var finish = new FinishWork { Owner = this, Sequence = sequence, Attended = attended };
        matmul.Team.ForRows(ref finish, shape.Heads * sequence.Count);
    }

    public long BufferBytes(int rows) =>
        sizeof(float) * (BlockFloats + (long)shape.Heads * rows * StateFloats) + ThreadScratch.Bytes(matmul.Team.Threads, ScratchFloats * sizeof(float));

    public void Dispose()
    {
        _stacked.Dispose();
        _buffer.Dispose();
        _states.Dispose();
        _scratch.Dispose();
    }

    private LatentShape Shape => shape;

    private long BlockFloats => (long)BlockTokens * (shape.CachedSize + shape.Heads * (shape.Plain + shape.Value));

    private int StateFloats => _kernel.StateFloats;

    private int PageFloats => (int)(_expanded.Bytes / sizeof(float));

    private int DecodedFloats => AttentionLayout.Whole(shape.CachedSize) * PagedAttention.PageTokens;

    private int ScratchFloats => Math.Max(DecodedFloats, (PageFloats + (_kernel.WorkBytes + _kernel.TileBytes) / sizeof(float) + 15) & ~15);

    private static PagedAttention KernelOf(MatMul matmul, LatentShape shape)
    {
        AttentionLayout layout = new(GgmlType.F32, shape.QuerySize, shape.Value);
        return new PagedAttention(matmul.Kernels, layout, layout, isFine: false, shape.Scale);
    }

    private void Reserve(int queries)
    {
        float* next = _buffer.Require<float>(BlockFloats);
        _latents = next;
        _rotated = next += BlockTokens * shape.Rank;
        _keys = next += BlockTokens * shape.Rotated;
        _values = next + (long)BlockTokens * shape.Heads * shape.Plain;
        _states.Require<float>((long)shape.Heads * queries * StateFloats);
        _scratch.Require(matmul.Team.Threads, ScratchFloats * sizeof(float));
    }

    private void Expand(int tokens, LatentHeads w)
    {
        for (int head = 0; head < shape.Heads; head++)
        {
            _keyRuns[head] = new RowRun(head, 0, tokens, (long)head * shape.Plain);
            _valueRuns[head] = new RowRun(head, 0, tokens, (long)head * shape.Value);
        }
        _stacked.Run(_latents, shape.Rank, _keyRuns, w.Key.Parts, _keys, shape.Heads * shape.Plain);
        _stacked.Run(_latents, shape.Rank, _valueRuns, w.Value.Parts, _values, shape.Heads * shape.Value);
    }

    private float* State(int head, int query, int queries) => (float*)_states.Pointer + ((long)head * queries + query) * StateFloats;

    private float* Scratch(int thread) => (float*)_scratch.Of(thread);

    private void Fold(in FoldWork work, int head, int firstQuery, int thread)
    {
        const int PageTokens = PagedAttention.PageTokens;
        Sequence sequence = work.Sequence;
        float* keys = Scratch(thread), values = keys + _expanded.KeyBytes / sizeof(float);
        byte* tile = (byte*)(keys + PageFloats), fold = tile + _kernel.TileBytes;
        int endQuery = Math.Min(firstQuery + TileQueries, sequence.Count);
        float** rows = stackalloc float*[PagedAttention.TileRows];
        int* positions = stackalloc int[PagedAttention.TileRows];
        for (int start = 0; start < work.Tokens; start += PageTokens)
        {
            int tokens = Math.Min(PageTokens, work.Tokens - start), seen = work.First + start;
            if (sequence.Position + endQuery <= seen) return;
            Arrange(head, start, tokens, keys, values);
            for (int query = firstQuery; query < endQuery; query += PagedAttention.TileRows)
            {
                int count = Math.Min(PagedAttention.TileRows, endQuery - query);
                for (int row = 0; row < count; row++)
                {
                    rows[row] = work.Queries + ((long)(sequence.FirstRow + query + row) * shape.Heads + head) * shape.QuerySize;
                    positions[row] = sequence.Position + query + row;
                }
                _kernel.Take(rows, count, tile);
                _kernel.Fold(tile, count, positions, 0, seen, (byte*)keys, (byte*)values, State(head, query, sequence.Count), fold);
            }
        }
    }

    /// <summary>Lays a head's keys and values of a page out as pages lie.</summary>
    private void Arrange(int head, int start, int tokens, float* keys, float* values)
    {
        const int PageTokens = PagedAttention.PageTokens, Lanes = RowGroupLayout.Rows;
        LatentPages.FromRows(_keys + ((long)start * shape.Heads + head) * shape.Plain, shape.Heads * shape.Plain, shape.Plain, tokens, keys, shape.QuerySize);
        for (int group = 0; group < PageTokens / Lanes; group++)
            new Span<float>(_rotated + (start + group * Lanes) * shape.Rotated, shape.Rotated * Lanes).CopyTo(
                new Span<float>(keys + (group * shape.QuerySize + shape.Plain) * Lanes, shape.Rotated * Lanes));
        if (tokens < PageTokens || shape.Value % AttentionLayout.Block != 0) new Span<float>(values, _expanded.ValueRows * PageTokens).Clear();
        for (int token = 0; token < tokens; token++)
        {
            float* value = _values + ((long)(start + token) * shape.Heads + head) * shape.Value;
            for (int row = 0; row < shape.Value; row += Lanes)
            {
                int count = Math.Min(Lanes, shape.Value - row);
                new Span<float>(value + row, count).CopyTo(new Span<float>(values + AttentionLayout.ValueIndex(row, token), count));
            }
        }
    }

    private struct BeginWork : IRangeWork
    {
        public ExpandedAttention Owner;

        public readonly void Run(int start, int end, int thread)
        {
            for (int i = start; i < end; i++) Owner._kernel.Begin(Owner.State(0, i, 0));
        }
    }

    /// <summary>Items are pages: their latents as rows, their rotated keys as they are.</summary>
    private struct ReadWork : IRangeWork
    {
        public ExpandedAttention Owner;
        public KvCache Cache;
        public int Layer, FirstPage, Tokens;

        public readonly void Run(int start, int end, int thread)
        {
            const int PageTokens = PagedAttention.PageTokens, Lanes = RowGroupLayout.Rows;
            LatentShape s = Owner.Shape;
            for (int page = start; page < end; page++)
            {
                byte* keys = Cache.Keys(FirstPage + page, Layer, 0);
                float* decoded = Owner.Scratch(thread);
                for (int group = 0; group < PageTokens / Lanes; group++)
                {
                    float* columns = decoded + group * s.CachedSize * Lanes;
                    Owner.Cached.DecodeKeys(keys + group * Owner.Cached.KeyGroupBytes, s.CachedSize, columns);
                    new Span<float>(columns + s.Rank * Lanes, s.Rotated * Lanes).CopyTo(
                        new Span<float>(Owner._rotated + (page * PageTokens + group * Lanes) * s.Rotated, s.Rotated * Lanes));
                }
                LatentPages.ToRows(decoded, s.CachedSize, s.Rank, Math.Min(PageTokens, Tokens - page * PageTokens), Owner._latents + (long)page * PageTokens * s.Rank, s.Rank);
            }
        }
    }

    private AttentionLayout Cached => cached;

    private struct FoldWork : IRangeWork
    {
        public ExpandedAttention Owner;
        public Sequence Sequence;
        public float* Queries;
        public int First, Tokens, Tiles;

        public readonly void Run(int start, int end, int thread)
        {
            for (int i = start; i < end; i++) Owner.Fold(in this, i / Tiles, i % Tiles * TileQueries, thread);
        }
    }

    private struct FinishWork : IRangeWork
    {
        public ExpandedAttention Owner;
        public Sequence Sequence;
        public float* Attended;

        public readonly void Run(int start, int end, int thread)
        {
            LatentShape s = Owner.Shape;
            for (int i = start; i < end; i++)
            {
                int head = i / Sequence.Count, query = i % Sequence.Count;
                Owner._kernel.Finish(Owner.State(head, query, Sequence.Count),
                    Attended + ((long)(Sequence.FirstRow + query) * s.Heads + head) * s.Value);
            }
        }
    }
}
