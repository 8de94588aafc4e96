using Jibun.Kernels;
using Jibun.Memory;

namespace Jibun.Models.Shared;

/// <summary>
/// The steps that decoder families are written with, over the buffers of one forward pass.
/// </summary>
internal sealed unsafe class DecoderPass(MatMul matmul, DecoderShape shape) : IDisposable
{
    private readonly ActivationBatch _input = new();
    private readonly Attention? _attention = shape.Kv.Layers[0].ValueSize == 0 ? null : new(matmul, shape.Heads, shape.Kv, shape.Attention);
    private readonly NativeBuffer _buffers = new();
    private ModelBatch _batch = null!;

    /// <summary>The residual stream: [rows, width].</summary>
    public float* X { get; private set; }

    /// <summary>What a block works on and leaves behind: [rows, width].</summary>
    public float* H { get; private set; }

    public float* Queries { get; private set; } // [rows, heads · head size]

    public float* Keys { get; private set; } // [rows, key heads · head size]

    public float* Values { get; private set; } // [rows, key heads · head size]

    public float* Attended { get; private set; } // [rows, heads · head size]

    public float* Gate { get; private set; } // [rows, feed-forward width]

    public float* Up { get; private set; } // [rows, feed-forward width]

    public int Rows => _batch.Rows;

    private float EmbeddingScale => shape.EmbeddingScale;

    /// <summary>Bytes that the buffers take for a batch of so many rows and contexts of so many tokens.</summary>
    public long BufferBytes(int rows, int contextLength, params ReadOnlySpan<RotaryPositions> rotations)
    {
        long bytes = rows * FloatsPerRow * sizeof(float) + (_attention?.BufferBytes(contextLength) ?? 0);
        foreach (RotaryPositions positions in rotations) bytes += positions.BufferBytes(rows);
        return bytes;
    }

    /// <summary>Extends the caches and looks up the embeddings.</summary>
    public void Begin(ModelBatch batch, Embedding embedding, params ReadOnlySpan<RotaryPositions> rotations)
    {
        embedding.ThrowIfLost();
        _batch = batch;
        Reserve(batch.Rows);
        foreach (Sequence sequence in batch.Sequences) sequence.Cache.Extend(sequence.Count);
        foreach (RotaryPositions positions in rotations) positions.Prepare(batch);
        _attention?.Prepare(batch);
        var work = new EmbedWork { Pass = this, Embedding = embedding };
        matmul.Team.ForRows(ref work, batch.Rows);
    }

    public void Norm(float* x, Vector weight, float* y, int width) => matmul.Team.RmsNorm(x, weight, y, width, Rows, shape.NormEpsilon);

    /// <summary>Shifts every row to the mean 0 and scales it to the variance 1, then by the weights.</summary>
    public void LayerNorm(float* x, NormWeights norm) => matmul.Team.LayerNorm(x, norm, shape.Width, Rows, shape.NormEpsilon);

    /// <summary>Normalizes every head of every row by itself; the weight is as long as a head.</summary>
    public void NormHeads(float* x, Vector weight, int heads) =>
        matmul.Team.RmsNorm(x, weight, x, weight.Length, checked(Rows * heads), shape.NormEpsilon);

    public void Project(float* input, int width, Linear linear, float* output)
    {
        _input.Set(input, Rows, width);
        matmul.Run(_input, Product(linear, output));
        Complete(linear, output);
    }

    public void Project(float* input, int width, Linear first, float* firstOutput, Linear second, float* secondOutput)
    {
        _input.Set(input, Rows, width);
        matmul.Run(_input, Product(first, firstOutput), Product(second, secondOutput));
        Complete(first, firstOutput);
        Complete(second, secondOutput);
    }

    public void ProjectQueriesKeysValues(float* input, Linear queries, Linear keys, Linear values)
    {
        _input.Set(input, Rows, shape.Width);
        matmul.Run(_input, Product(queries, Queries), Product(keys, Keys), Product(values, Values));
        Complete(queries, Queries);
        Complete(keys, Keys);
        Complete(values, Values);
    }

    public void Rotate(RotaryPositions positions, int layer = 0)
    {
        var work = new RotateWork { Pass = this, Positions = positions, Layer = layer, WithKeys = true };
        matmul.Team.ForRows(ref work, Rows);
    }

    /// <summary>Queries of a layer that attends over another's keys, which are rotated already.</summary>
    public void RotateQueries(RotaryPositions positions, int source)
    {
        var work = new RotateWork { Pass = this, Positions = positions, Layer = source };
        matmul.Team.ForRows(ref work, Rows);
    }

    /// <summary>Over caches of keys and values; families with another cache bring their own attention.</summary>
    public void Attend(int layer, Vector? sinks = null) => _attention!.Run(_batch, layer, Queries, Keys, Values, Attended, sinks);

    /// <summary>Over keys and values that an earlier layer has written.</summary>
    public void AttendAgain(int source) => _attention!.Read(_batch, source, Queries, Attended);

    /// <summary>Multiplies the queries of each row with a number that its position gives.</summary>
    public void ScaleQueries(Func<int, float> scaleOf)
    {
        foreach (Sequence sequence in _batch.Sequences)
            for (int i = 0; i < sequence.Count; i++)
                if (scaleOf(sequence.Position + i) is not 1 and float scale)
                    Elementwise.Scale(Row(Queries, sequence.FirstRow + i, shape.QueryWidth), scale, shape.QueryWidth);
    }

    public void AddToResidual(float* h) => matmul.Team.Add(h, shape.ResidualScale, X, shape.Width, Rows);

    /// <summary>Adds one block's output to another's.</summary>
    public void Add(float* from, float* to) => matmul.Team.Add(from, 1, to, shape.Width, Rows);

    /// <summary>Gate = activation(Gate) · Up.</summary>
    public void Activate(GatedActivation activation) => Activate(activation, shape.FeedForwardWidth);

    /// <summary>The same of rows that are narrower than the feed-forward width.</summary>
    public void Activate(GatedActivation activation, int width) => matmul.Team.Activate(activation, Gate, Up, width, Rows);

    /// <summary>A gated feed-forward block of any width up to the shape's; <paramref name="output"/> may be the input.</summary>
    public void FeedForward(float* input, FeedForward w, GatedActivation activation, float* output)
    {
        Project(input, w.Gate.Columns, w.Gate, Gate, w.Up, Up);
        Activate(activation, w.Gate.Rows);
        Project(Gate, w.Down.Columns, w.Down, output);
    }

    /// <summary>Normalizes the rows that want logits and multiplies them with the output matrix.</summary>
    public void Logits(Vector norm, Embedding embedding, Span<float> logits)
    {
        int count = _batch.LogitCount;
        int columns = _batch.WantsStates ? shape.Width : embedding.Vocabulary;
        if (logits.Length < (long)count * columns)
            throw new ArgumentException($"{count} rows of {columns} numbers do not fit {logits.Length} floats", nameof(logits));
        if (count == 0) return;
        int kept = 0;
        foreach (Sequence sequence in _batch.Sequences)
        {
            int skip = sequence.Logits switch { LogitRows.All => 0, LogitRows.Last => sequence.Count - 1, _ => sequence.Count };
            for (int i = Math.Max(skip, 0); i < sequence.Count; i++)
                Elementwise.RmsNorm(Row(X, sequence.FirstRow + i, shape.Width), norm.Pointer, Row(H, kept++, shape.Width), shape.Width, shape.NormEpsilon);
        }
        if (_batch.WantsStates)
        {
            Numbers.ThrowIfNotFinite(new ReadOnlySpan<float>(H, count * shape.Width));
            new ReadOnlySpan<float>(H, count * shape.Width).CopyTo(logits);
            return;
        }
        _input.Set(H, count, shape.Width);
        fixed (float* output = logits)
        {
            matmul.Run(_input, new Product(embedding.Output, output, embedding.Vocabulary));
            if (shape.LogitScale != 1 || shape.LogitCap != 0)
                matmul.Team.ScaleAndCap(output, shape.LogitScale, shape.LogitCap, embedding.Vocabulary, count);
        }
        Numbers.ThrowIfNotFinite(logits[..(count * embedding.Vocabulary)]);
    }

    public void Dispose()
    {
        _input.Dispose();
        _attention?.Dispose();
        _buffers.Dispose();
    }

    private long FloatsPerRow => 2L * shape.Width + 2L * shape.QueryWidth + 2L * shape.KeyWidth + 2L * shape.FeedForwardWidth;

    private void Reserve(int rows)
    {
        float* next = _buffers.Require<float>(rows * FloatsPerRow);
        float* Take(int width)
        {
            float* taken = next;
            next += (long)rows * width;
            return taken;
        }
        X = Take(shape.Width);
        H = Take(shape.Width);
        Queries = Take(shape.QueryWidth);
        Attended = Take(shape.QueryWidth);
        Keys = Take(shape.KeyWidth);
        Values = Take(shape.KeyWidth);
        Gate = Take(shape.FeedForwardWidth);
        Up = Take(shape.FeedForwardWidth);
    }

    private void Complete(Linear linear, float* output)
    {
        if (linear.Scale == 1 && linear.Bias is null) return;
        for (int row = 0; row < Rows; row++)
        {
            float* y = Row(output, row, linear.Rows);
            if (linear.Scale != 1) Elementwise.Scale(y, linear.Scale, linear.Rows);
            if (linear.Bias is { } bias) Elementwise.Add(y, bias.Pointer, linear.Rows);
        }
    }

    private static Product Product(Linear linear, float* output) => new(linear.Weight, output, linear.Rows);

    private static float* Row(float* rows, int row, int width) => rows + (long)row * width;

    private struct EmbedWork : IRangeWork
    {
        public DecoderPass Pass;
        public Embedding Embedding;

        public readonly void Run(int start, int end, int thread)
        {
            for (int row = start; row < end; row++)
            {
                float* x = Row(Pass.X, row, Embedding.Width);
                Embedding.Read(Pass._batch.Tokens[row], new Span<float>(x, Embedding.Width));
                if (Pass.EmbeddingScale != 1) Elementwise.Scale(x, Pass.EmbeddingScale, Embedding.Width);
            }
        }
    }

    private struct RotateWork : IRangeWork
    {
        public DecoderPass Pass;
        public RotaryPositions Positions;
        public int Layer;
        public bool WithKeys;

        public readonly void Run(int start, int end, int thread)
        {
            Attention attention = Pass._attention!;
            int heads = attention.Heads, keyHeads = attention.KvHeads(Layer), size = attention.HeadSize(Layer);
            for (int row = start; row < end; row++)
            {
                Positions.Apply(row, Row(Pass.Queries, row, heads * size), heads, size);
                if (WithKeys) Positions.Apply(row, Row(Pass.Keys, row, keyHeads * size), keyHeads, size);
            }
        }
    }
}
