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
/// Attention over paged caches, grouped queries and windows included. Work is shared out by key head and by tiles of queries;
/// keys and values of a page are widened to float32 once per tile.
/// </summary>
internal sealed unsafe class Attention(ThreadTeam team, int heads, KvShape shape, AttentionOptions options) : IDisposable
{
    private const int TileQueries = 16; // tokens; times the query heads that share a key head

    private readonly NativeBuffer _scratch = new();
    private readonly List<Item> _items = [];
    private readonly int _scratchFloats = shape.Layers.Max(layer => ScratchFloats(layer, heads / layer.KvHeads)); // per thread

    public int Heads => heads;

    public long ScratchBytes => (long)_scratchFloats * team.Threads * sizeof(float);

    public int HeadSize(int layer) => shape.Layers[layer].HeadSize;

    public int KvHeads(int layer) => shape.Layers[layer].KvHeads;

    /// <summary>Lists the pieces of work of a batch: the same for every layer.</summary>
    public void Prepare(ModelBatch batch)
    {
        _items.Clear();
        for (int sequence = 0; sequence < batch.Sequences.Length; sequence++)
            for (int query = 0; query < batch.Sequences[sequence].Count; query += TileQueries) _items.Add(new Item(sequence, query));
        _scratch.Require(ScratchBytes);
    }

    /// <summary>
    /// Writes the batch's keys and values into the caches, then attends. <paramref name="queries"/> and <paramref name="output"/>
    /// are [rows, heads · head size], <paramref name="keys"/> and <paramref name="values"/> [rows, key heads · head size],
    /// <paramref name="sinks"/> [heads].
    /// </summary>
    public void Run(ModelBatch batch, int layer, float* queries, float* keys, float* values, float* output, Vector? sinks = null)
    {
        KvLayer kind = shape.Layers[layer];
        int width = kind.KvHeads * kind.HeadSize;
        foreach (Sequence sequence in batch.Sequences)
            for (int i = 0; i < sequence.Count; i++)
            {
                long row = (long)(sequence.FirstRow + i) * width;
                for (int head = 0; head < kind.KvHeads; head++)
                    sequence.Cache.Write(sequence.Position + i, layer, head, keys + row + head * kind.HeadSize, values + row + head * kind.HeadSize);
            }
        Read(batch, layer, queries, output, sinks);
    }

    /// <summary>Attends over what the caches hold already.</summary>
    public void Read(ModelBatch batch, int layer, float* queries, float* output, Vector? sinks = null)
    {
        var work = new Work { Owner = this, Batch = batch, Layer = layer, Queries = queries, Output = output, Sinks = sinks };
        team.For(ref work, _items.Count * KvHeads(layer));
    }

    public void Dispose() => _scratch.Dispose();

    private static int StateFloats(KvLayer kind) => (PagedAttention.StateFloats(kind.HeadSize) + 15) & ~15;

    private static int PageFloats(KvLayer kind) => kind.HeadSize * PagedAttention.PageTokens;

    private static int ScratchFloats(KvLayer kind, int queriesPerKey) => 2 * PageFloats(kind) + TileQueries * queriesPerKey * StateFloats(kind);

    private void Attend(ModelBatch batch, int layer, Item item, int keyHead, float* queries, float* output, Vector? sinks, int thread)
    {
        KvLayer kind = shape.Layers[layer];
        Sequence sequence = batch.Sequences[item.Sequence];
        int size = kind.HeadSize, queriesPerKey = heads / kind.KvHeads, stateFloats = StateFloats(kind), window = kind.Window;
        float* keyScratch = (float*)_scratch.Pointer + (long)thread * _scratchFloats;
        float* valueScratch = keyScratch + PageFloats(kind), states = valueScratch + PageFloats(kind);
        float scale = options.Scale != 0 ? options.Scale : 1 / MathF.Sqrt(size);
        int count = Math.Min(TileQueries, sequence.Count - item.FirstQuery);
        int firstPosition = sequence.Position + item.FirstQuery;
        int end = options.IsCausal ? firstPosition + count : sequence.Position + sequence.Count;
        for (int i = 0; i < count * queriesPerKey; i++)
            if (sinks is null) PagedAttention.Begin(states + (long)i * stateFloats, size);
            else PagedAttention.Begin(states + (long)i * stateFloats, size, sinks.Pointer[keyHead * queriesPerKey + i % queriesPerKey]);
        int firstPage = (window == 0 ? 0 : Math.Max(0, firstPosition - window + 1)) / PagedAttention.PageTokens;
        for (int page = firstPage; page * PagedAttention.PageTokens < end; page++)
        {
            int pageStart = page * PagedAttention.PageTokens, tokens = Math.Min(PagedAttention.PageTokens, end - pageStart);
            float* keys = Floats(sequence.Cache.Keys(page, layer, keyHead), keyScratch, PageFloats(kind));
            float* values = Floats(sequence.Cache.Values(page, layer, keyHead), valueScratch, tokens * size);
            for (int query = 0; query < count; query++)
            {
                int position = firstPosition + query;
                int visible = options.IsCausal ? Math.Min(tokens, position + 1 - pageStart) : tokens;
                int hidden = window == 0 ? 0 : Math.Max(0, position - window + 1 - pageStart);
                if (visible <= hidden) continue;
                for (int head = 0; head < queriesPerKey; head++)
                    PagedAttention.Fold(Head(queries, query, head), keys, values, hidden, visible, size, size, scale, options.Cap,
                        states + (long)(query * queriesPerKey + head) * stateFloats);
            }
        }
        for (int query = 0; query < count; query++)
            for (int head = 0; head < queriesPerKey; head++)
                PagedAttention.Finish(states + (long)(query * queriesPerKey + head) * stateFloats, size, Head(output, query, head));

        float* Head(float* rows, int query, int head) =>
            rows + ((long)(sequence.FirstRow + item.FirstQuery + query) * heads + keyHead * queriesPerKey + head) * size;
    }

    private float* Floats(byte* cached, float* scratch, int count)
    {
        if (shape.Type == KvType.F32) return (float*)cached;
        PagedAttention.Widen((ushort*)cached, (count + 15) & ~15, scratch);
        return scratch;
    }

    private readonly record struct Item(int Sequence, int FirstQuery);

    private struct Work : IRangeWork
    {
        public Attention Owner;
        public ModelBatch Batch;
        public int Layer;
        public float* Queries, Output;
        public Vector? Sinks;

        public readonly void Run(int start, int end, int thread)
        {
            int keyHeads = Owner.KvHeads(Layer);
            for (int i = start; i < end; i++) Owner.Attend(Batch, Layer, Owner._items[i / keyHeads], i % keyHeads, Queries, Output, Sinks, thread);
        }
    }
}
