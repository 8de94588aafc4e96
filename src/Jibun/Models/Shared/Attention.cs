using Jibun.Kernels;
using Jibun.Memory;

namespace Jibun.Models.Shared;

/// <summary>
/// Causal attention over paged caches, grouped queries included. Work is shared out by key head and by tiles of queries;
/// keys and values of a page are widened to float32 once per tile.
/// </summary>
internal sealed unsafe class Attention(ThreadTeam team, int heads, KvShape shape) : IDisposable
{
    private const int TileQueries = 16; // tokens; times the query heads that share a key head

    private readonly NativeBuffer _scratch = new();
    private readonly List<Item> _items = [];
    private readonly float _scale = 1 / MathF.Sqrt(shape.HeadSize);

    public int Heads => heads;

    public int HeadSize => shape.HeadSize;

    public int KvHeads => shape.KvHeads;

    /// <summary>Lists the pieces of work of a batch: the same for every layer.</summary>
    public void Prepare(ModelBatch batch)
    {
        _items.Clear();
        for (int sequence = 0; sequence < batch.Sequences.Length; sequence++)
            for (int query = 0; query < batch.Sequences[sequence].Count; query += TileQueries)
                for (int head = 0; head < shape.KvHeads; head++) _items.Add(new Item(sequence, query, head));
        _scratch.Require<float>((long)ScratchFloats * team.Threads);
    }

    /// <summary>
    /// Writes the batch's keys and values into the caches, then attends. <paramref name="queries"/> and <paramref name="output"/>
    /// are [rows, heads · head size], <paramref name="keys"/> and <paramref name="values"/> [rows, key heads · head size].
    /// </summary>
    public void Run(ModelBatch batch, int layer, float* queries, float* keys, float* values, float* output)
    {
        int width = shape.KvHeads * shape.HeadSize;
        foreach (Sequence sequence in batch.Sequences)
            for (int i = 0; i < sequence.Count; i++)
            {
                long row = (long)(sequence.FirstRow + i) * width;
                for (int head = 0; head < shape.KvHeads; head++)
                    sequence.Cache.Write(sequence.Position + i, layer, head, keys + row + head * shape.HeadSize, values + row + head * shape.HeadSize);
            }
        var work = new Work { Owner = this, Batch = batch, Layer = layer, Queries = queries, Output = output };
        team.For(ref work, _items.Count);
    }

    public void Dispose() => _scratch.Dispose();

    private int QueriesPerKey => heads / shape.KvHeads;

    private int StateFloats => (PagedAttention.StateFloats(shape.HeadSize) + 15) & ~15;

    private int PageFloats => shape.HeadSize * PagedAttention.PageTokens;

    private int ScratchFloats => 2 * PageFloats + TileQueries * QueriesPerKey * StateFloats;

    private void Attend(ModelBatch batch, int layer, Item item, float* queries, float* output, int thread)
    {
        Sequence sequence = batch.Sequences[item.Sequence];
        float* scratch = (float*)_scratch.Pointer + (long)thread * ScratchFloats;
        float* states = scratch + 2 * PageFloats;
        int count = Math.Min(TileQueries, sequence.Count - item.FirstQuery);
        int firstPosition = sequence.Position + item.FirstQuery, lastPosition = firstPosition + count - 1;
        for (int i = 0; i < count * QueriesPerKey; i++) PagedAttention.Begin(states + (long)i * StateFloats, shape.HeadSize);
        for (int page = 0; page * PagedAttention.PageTokens <= lastPosition; page++)
        {
            int tokens = Math.Min(PagedAttention.PageTokens, lastPosition + 1 - page * PagedAttention.PageTokens);
            float* keys = Floats(sequence.Cache.Keys(page, layer, item.Head), scratch, PageFloats);
            float* values = Floats(sequence.Cache.Values(page, layer, item.Head), scratch + PageFloats, tokens * shape.HeadSize);
            for (int query = 0; query < count; query++)
            {
                int visible = Math.Min(tokens, firstPosition + query + 1 - page * PagedAttention.PageTokens);
                if (visible <= 0) continue;
                for (int head = 0; head < QueriesPerKey; head++)
                    PagedAttention.Fold(Head(queries, sequence, item, query, head), keys, values, visible, shape.HeadSize, _scale,
                        states + (long)(query * QueriesPerKey + head) * StateFloats);
            }
        }
        for (int query = 0; query < count; query++)
            for (int head = 0; head < QueriesPerKey; head++)
                PagedAttention.Finish(states + (long)(query * QueriesPerKey + head) * StateFloats, shape.HeadSize,
                    Head(output, sequence, item, query, head));
    }

    private float* Head(float* rows, Sequence sequence, Item item, int query, int head) =>
        rows + ((long)(sequence.FirstRow + item.FirstQuery + query) * heads + item.Head * QueriesPerKey + head) * shape.HeadSize;

    private float* Floats(byte* cached, float* scratch, int count)
    {
        if (shape.Type == KvType.F32) return (float*)cached;
        PagedAttention.Widen((ushort*)cached, (count + 15) & ~15, scratch);
        return scratch;
    }

    private readonly record struct Item(int Sequence, int FirstQuery, int Head);

    private struct Work : IRangeWork
    {
        public Attention Owner;
        public ModelBatch Batch;
        public int Layer;
        public float* Queries, Output;

        public readonly void Run(int start, int end, int thread)
        {
            for (int i = start; i < end; i++) Owner.Attend(Batch, Layer, Owner._items[i], Queries, Output, thread);
        }
    }
}
