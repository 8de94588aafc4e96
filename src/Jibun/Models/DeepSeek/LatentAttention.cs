using Jibun.Kernels;
using Jibun.Models.Shared;

namespace Jibun.Models.DeepSeek;

/// <summary>
/// Multi-head latent attention: the cache keeps one latent and one rotated key a token, from which all heads make their keys and
/// values. Generated tokens and short prompts attend to latents, long prompts to the keys and values made from them.
/// </summary>
internal sealed unsafe class LatentAttention(MatMul matmul, LatentShape shape, KvShape cached) : IDisposable
{
    private readonly AbsorbedAttention _absorbed = new(matmul, shape, cached.Groups[0].Layout);
    private readonly ExpandedAttention _expanded = new(matmul, shape, cached.Groups[0].Layout);

    /// <summary>Bytes of the buffers for a batch of so many rows and contexts of so many tokens.</summary>
    public long BufferBytes(int rows, int contextLength) => _absorbed.BufferBytes(rows, contextLength) + _expanded.BufferBytes(rows);

    /// <summary>Normalizes latents, rotates, and writes the batch's latents into the caches, then attends.</summary>
    /// <param name="batch">What is computed.</param>
    /// <param name="layer">Which layer of the caches.</param>
    /// <param name="queries">[rows, heads · query size].</param>
    /// <param name="latents">[rows, rank + rotated].</param>
    /// <param name="w">The layer.</param>
    /// <param name="positions">Angles of the rows.</param>
    /// <param name="epsilon">Of the norm.</param>
    /// <param name="attended">[rows, heads · value].</param>
    public void Run(
        ModelBatch batch, int layer, float* queries, float* latents, DeepSeekLayer w, RotaryPositions positions, float epsilon, float* attended)
    {
        var prepare = new PrepareWork { Shape = shape, Queries = queries, Latents = latents, Norm = w.LatentNorm, Positions = positions, Epsilon = epsilon };
        matmul.Team.ForRows(ref prepare, batch.Rows);
        foreach (Sequence sequence in batch.Sequences) Write(sequence, layer, latents);
        foreach (Sequence sequence in batch.Sequences)
        {
            if (shape.IsExpandingCheaper(sequence.RunLength)) _expanded.Run(sequence, layer, queries, w.Heads, attended);
            else _absorbed.Add(sequence, layer, queries, w.Heads, attended);
        }
        _absorbed.Finish(layer, queries, w.Heads, attended);
    }

    // Tokens of different pages may be written side by side.
    private void Write(Sequence sequence, int layer, float* latents)
    {
        var write = new WriteWork { Sequence = sequence, Layer = layer, Latents = latents, Width = shape.CachedSize };
        int pages = (sequence.Position + sequence.Count - 1) / PagedAttention.PageTokens - sequence.Position / PagedAttention.PageTokens + 1;
        if (sequence.Count == 1) write.Run(0, pages, 0);
        else matmul.Team.For(ref write, pages);
    }

    public void Dispose()
    {
        _absorbed.Dispose();
        _expanded.Dispose();
    }

    private struct PrepareWork : IRangeWork
    {
        public LatentShape Shape;
        public float* Queries, Latents;
        public Vector Norm;
        public RotaryPositions Positions;
        public float Epsilon;

        public readonly void Run(int start, int end, int thread)
        {
            for (int row = start; row < end; row++)
            {
                float* latent = Latents + (long)row * Shape.CachedSize;
                Elementwise.RmsNorm(latent, Norm.Pointer, latent, Shape.Rank, Epsilon);
                Positions.Apply(row, latent + Shape.Rank, 1, Shape.Rotated);
                Positions.Apply(row, Queries + (long)row * Shape.Heads * Shape.QuerySize + Shape.Plain, Shape.Heads, Shape.QuerySize);
            }
        }
    }

    private struct WriteWork : IRangeWork
    {
        public Sequence Sequence;
        public float* Latents;
        public int Layer, Width;

        public readonly void Run(int start, int end, int thread)
        {
            int firstPage = Sequence.Position / PagedAttention.PageTokens, behind = Sequence.Position + Sequence.Count;
            int from = Math.Max(Sequence.Position, (firstPage + start) * PagedAttention.PageTokens), to = Math.Min(behind, (firstPage + end) * PagedAttention.PageTokens);
            Sequence.Cache.Write(from, to - from, Layer, 0, Latents + (long)(Sequence.FirstRow + from - Sequence.Position) * Width, Width, null, 0);
        }
    }
}
