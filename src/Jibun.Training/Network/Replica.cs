using Jibun.Training.Matrices;

namespace Jibun.Training.Network;

/// <summary>
/// One thread's forward and backward pass over its batch, and the gradients it collects. Rows are padded with zero rows to a multiple
/// of 8, which stay zero all the way. A layer goes by chunks of rows that stay in cache; attention goes by sequences, as soon as
/// all rows of one are there.
/// </summary>
internal sealed unsafe class Replica
{
    private const int Group = 8, Chunk = 256;
    private readonly Weights weights;
    private readonly NetworkShape shape;
    private readonly Gemm gemm;
    private readonly int capacity, qkvWidth, ffn;
    private readonly Attention attention;
    private readonly LayerState[] layers;
    private readonly HeadLoss head;
    private readonly float* final; // [rows, width], the residual stream after the last layer
    private readonly float* stream; // [rows, width], gradient of the residual stream
    private readonly float* dAttended; // [rows, width]
    private readonly float* dQkv; // [rows, q | k | v]
    private readonly float* dGateUp; // [chunk, gate | up]
    private readonly float* inner; // [chunk, max(width, ff)], gradient of a norm's output
    private readonly byte* rowOperand; // [chunk, widest]
    private readonly byte* panelOperand; // [chunk, widest]
    private readonly float* scales; // [blocks, chunk], of the quantized activations
    private readonly int* offsets; // [blocks, chunk]
    private readonly float* codes, decoded, normal; // [group, max(width, ff)]

    public Replica(Arena arena, Weights weights, int tokenCapacity)
    {
        this.weights = weights;
        shape = weights.Shape;
        gemm = weights.Gemm;
        ffn = shape.FeedForward;
        capacity = (tokenCapacity + Group - 1) / Group * Group;
        qkvWidth = shape.Width + 2 * shape.KvWidth;
        int widest = Math.Max(qkvWidth, 2 * ffn), norm = Math.Max(shape.Width, ffn);
        attention = new Attention(arena, shape);
        layers = [.. Enumerable.Range(0, shape.Layers).Select(_ => new LayerState(arena, gemm, shape, capacity))];
        Gradients = arena.Floats(weights.Parameters.Length);
        Batch = new Batch(tokenCapacity);
        final = arena.Floats((long)capacity * shape.Width);
        stream = arena.Floats((long)capacity * shape.Width);
        dAttended = arena.Floats((long)capacity * shape.Width);
        dQkv = arena.Floats((long)capacity * qkvWidth);
        dGateUp = arena.Floats(Chunk * 2 * ffn);
        inner = arena.Floats(Chunk * norm);
        rowOperand = arena.Bytes((long)Chunk * widest * gemm.ElementBytes);
        panelOperand = arena.Bytes((long)Chunk * widest * gemm.ElementBytes);
        scales = arena.Floats(norm / 256 * Chunk);
        offsets = (int*)arena.Floats(norm / 256 * Chunk);
        codes = arena.Floats(Group * norm);
        decoded = arena.Floats(Group * norm);
        normal = arena.Floats(norm);
        head = new HeadLoss(arena, weights, Gradients);
    }

    public Batch Batch { get; }

    public float* Gradients { get; } // laid out as the parameters

    /// <summary>Loss and, if <paramref name="train"/>, gradients of the batch, which are added to <see cref="Gradients"/>.</summary>
    /// <param name="lossScale">Factor on every target's weight: 1 / sum of the weights of the whole step.</param>
    public LossSums Run(float lossScale, bool train)
    {
        if (Batch.TokenCount == 0) return default;
        Forward();
        Clear(stream, PaddedRows * shape.Width);
        LossSums loss = head.Run(final, Batch, lossScale, train, stream);
        if (train) Backward();
        return loss;
    }

    /// <summary>Logits [scored positions × vocabulary] of the batch.</summary>
    public void Logits(Span<float> logits)
    {
        Forward();
        head.Logits(final, Batch, logits);
    }

    private int PaddedRows => (Batch.TokenCount + Group - 1) / Group * Group;

    private void Forward()
    {
        int width = shape.Width;
        float* x = layers[0].AttentionNorm.Input;
        for (int i = 0; i < Batch.TokenCount; i++) Copy(weights.EmbeddingRows + (long)Batch.Tokens[i] * width, x + (long)i * width, width);
        Clear(x + (long)Batch.TokenCount * width, (PaddedRows - Batch.TokenCount) * width);
        for (int i = 0; i < layers.Length; i++)
            Forward(layers[i], weights.Layers[i], i + 1 < layers.Length ? layers[i + 1].AttentionNorm.Input : final);
    }

    private void Forward(LayerState state, LayerWeights layer, float* output)
    {
        int rows = PaddedRows, width = shape.Width, sequence = 0, attended = 0, done = 0;
        float* probabilities = state.Probabilities;
        Clear(state.AttentionSubNorm.Input + (long)Batch.TokenCount * width, (rows - Batch.TokenCount) * width);
        for (int row = 0; row < rows; row += Chunk)
        {
            int ready = Math.Min(rows, row + Chunk);
            ForwardQkv(state, layer, row, ready - row);
            for (; sequence < Batch.SequenceCount && Batch.Ends(sequence) <= ready; sequence++)
            {
                long start = Batch.Starts[sequence];
                attention.Forward(state.Qkv + start * qkvWidth, Batch.Lengths[sequence], probabilities,
                    state.AttentionSubNorm.Input + start * width);
                probabilities += Attention.ProbabilityCount(shape, Batch.Lengths[sequence]);
                attended = Batch.Ends(sequence);
            }
            for (int next; (next = NextChunk(done, attended)) > 0; done += next) ForwardRest(state, layer, output, done, next);
        }
    }

    private void ForwardQkv(LayerState state, LayerWeights layer, int row, int rows)
    {
        float* qkv = state.Qkv + (long)row * qkvWidth;
        LinearInput input = Normalize(state.AttentionNorm, layer.Parameters.AttentionNorm, row, rows);
        layer.Query.Forward(input, qkv, qkvWidth, rows);
        layer.Key.Forward(input, qkv + shape.Width, qkvWidth, rows);
        layer.Value.Forward(input, qkv + shape.Width + shape.KvWidth, qkvWidth, rows);
        Turn(state.Qkv, row, rows, 1);
    }

    // From the attended values to the layer's output.
    private void ForwardRest(LayerState state, LayerWeights layer, float* output, int row, int rows)
    {
        int width = shape.Width;
        float* x = state.AttentionNorm.Input + (long)row * width, middle = state.FeedForwardNorm.Input + (long)row * width;
        LinearInput input = Normalize(state.AttentionSubNorm, layer.Parameters.AttentionSubNorm, row, rows);
        Copy(x, middle, rows * width);
        layer.Output.Forward(input, middle, width, rows, accumulate: true);

        float* gateUp = state.GateUp + (long)row * 2 * ffn, hidden = state.FeedForwardSubNorm.Input + (long)row * ffn;
        input = Normalize(state.FeedForwardNorm, layer.Parameters.FeedForwardNorm, row, rows);
        layer.Gate.Forward(input, gateUp, 2 * ffn, rows);
        layer.Up.Forward(input, gateUp + ffn, 2 * ffn, rows);
        for (int i = 0; i < rows; i++) GatedUnit.Forward(gateUp + (long)i * 2 * ffn, ffn, hidden + (long)i * ffn);
        input = Normalize(state.FeedForwardSubNorm, layer.Parameters.FeedForwardSubNorm, row, rows);
        output += (long)row * width;
        Copy(middle, output, rows * width);
        layer.Down.Forward(input, output, width, rows, accumulate: true);
    }

    private void Backward()
    {
        int width = shape.Width;
        for (int i = layers.Length - 1; i >= 0; i--) Backward(layers[i], weights.Layers[i]);
        float* embedding = Gradients + weights.Parameters.Embedding.Offset;
        for (int i = 0; i < Batch.TokenCount; i++) RowMath.Add(stream + (long)i * width, embedding + (long)Batch.Tokens[i] * width, width);
    }

    private void Backward(LayerState state, LayerWeights layer)
    {
        int rows = PaddedRows, sequence = 0, attended = 0, done = 0;
        float* probabilities = state.Probabilities;
        Clear(dQkv + (long)Batch.TokenCount * qkvWidth, (rows - Batch.TokenCount) * qkvWidth);
        for (int row = 0; row < rows; row += Chunk)
        {
            int ready = Math.Min(rows, row + Chunk);
            BackwardRest(state, layer, row, ready - row);
            for (; sequence < Batch.SequenceCount && Batch.Ends(sequence) <= ready; sequence++)
            {
                long start = Batch.Starts[sequence];
                attention.Backward(state.Qkv + start * qkvWidth, Batch.Lengths[sequence], probabilities,
                    dAttended + start * shape.Width, dQkv + start * qkvWidth);
                probabilities += Attention.ProbabilityCount(shape, Batch.Lengths[sequence]);
                attended = Batch.Ends(sequence);
            }
            for (int next; (next = NextChunk(done, attended)) > 0; done += next) BackwardQkv(state, layer, done, next);
        }
    }

    private void BackwardRest(LayerState state, LayerWeights layer, int row, int rows)
    {
        int width = shape.Width;
        float* dx = stream + (long)row * width, gateUp = state.GateUp + (long)row * 2 * ffn;
        StoreGradient(dx, width, rows);
        Backward(layer.Down, 0, width, state.FeedForwardSubNorm, row, rows);
        NormalizeBackward(state.FeedForwardSubNorm, layer.Parameters.FeedForwardSubNorm, row, inner, rows, accumulate: false);
        for (int i = 0; i < rows; i++)
            GatedUnit.Backward(gateUp + (long)i * 2 * ffn, ffn, inner + (long)i * ffn, dGateUp + (long)i * 2 * ffn);
        StoreGradient(dGateUp, 2 * ffn, rows);
        Backward(layer.Gate, 0, 2 * ffn, state.FeedForwardNorm, row, rows);
        Backward(layer.Up, ffn, 2 * ffn, state.FeedForwardNorm, row, rows, accumulate: true);
        NormalizeBackward(state.FeedForwardNorm, layer.Parameters.FeedForwardNorm, row, dx, rows, accumulate: true);

        StoreGradient(dx, width, rows);
        Backward(layer.Output, 0, width, state.AttentionSubNorm, row, rows);
        NormalizeBackward(state.AttentionSubNorm, layer.Parameters.AttentionSubNorm, row, dAttended + (long)row * width, rows, accumulate: false);
    }

    private void BackwardQkv(LayerState state, LayerWeights layer, int row, int rows)
    {
        Turn(dQkv, row, rows, -1);
        StoreGradient(dQkv + (long)row * qkvWidth, qkvWidth, rows);
        Backward(layer.Query, 0, qkvWidth, state.AttentionNorm, row, rows);
        Backward(layer.Key, shape.Width, qkvWidth, state.AttentionNorm, row, rows, accumulate: true);
        Backward(layer.Value, shape.Width + shape.KvWidth, qkvWidth, state.AttentionNorm, row, rows, accumulate: true);
        NormalizeBackward(state.AttentionNorm, layer.Parameters.AttentionNorm, row, stream + (long)row * shape.Width, rows, accumulate: true);
    }

    // Rows after `done` that can go on, a full chunk except at the end.
    private int NextChunk(int done, int attended)
    {
        if (attended == Batch.TokenCount) return Math.Min(Chunk, PaddedRows - done);
        return attended - done >= Chunk ? Chunk : 0;
    }

    // Norm and quantization: the left operand of the next products, and panels for their gradient.
    private LinearInput Normalize(NormState state, Parameter gain, int firstRow, int rows)
    {
        int width = state.Width;
        bool ternary = weights.Precision.Ternary, integers = ternary && gemm.HasCodes;
        float* gains = weights.Values + gain.Offset;
        for (int row = 0; row < rows; row += Group)
        {
            for (int i = 0; i < Group; i++)
            {
                float* y = ternary ? normal : codes + i * width;
                state.Inverse[firstRow + row + i] = RmsNorm.Forward(state.Input + (long)(firstRow + row + i) * width, gains, width, y);
                if (!ternary) continue;
                Quantizers.Q8K(y, width, codes + i * width, decoded + i * width, scales + row + i, Chunk);
                if (!integers) continue;
                for (int block = 0; block < width / 256; block++)
                    offsets[block * Chunk + row + i] = gemm.StoreCodes(codes + i * width + block * 256,
                        (sbyte*)rowOperand + (long)(row + i) * width + block * 256);
            }
            if (!integers) gemm.StoreRows(codes, width, Group, width, rowOperand + (long)row * width * gemm.ElementBytes, width);
            gemm.StorePanels(ternary ? decoded : codes, width, Group, width, state.Panels, capacity, firstRow + row);
        }
        return new LinearInput(rowOperand, ternary ? scales : null, offsets, Chunk);
    }

    // From `inner` to dx.
    private void NormalizeBackward(NormState state, Parameter gain, int firstRow, float* dx, int rows, bool accumulate)
    {
        int width = state.Width;
        for (int row = 0; row < rows; row++)
            RmsNorm.Backward(state.Input + (long)(firstRow + row) * width, weights.Values + gain.Offset, state.Inverse[firstRow + row],
                inner + (long)row * width, width, dx + (long)row * width, Gradients + gain.Offset, accumulate);
    }

    private void StoreGradient(float* dy, int width, int rows) =>
        gemm.StoreRowsAndPanels(dy, width, rows, width, rowOperand, width, panelOperand, Chunk, 0);

    // The stored gradient holds several outputs side by side; this one begins at column `first`. The input's goes to `inner`.
    private void Backward(Linear linear, int first, int stride, NormState input, int row, int rows, bool accumulate = false)
    {
        linear.Backward(rowOperand + (long)first * gemm.ElementBytes, stride, inner, linear.In, rows, accumulate);
        linear.Gradient(panelOperand + first / Gemm.PanelColumns * gemm.PanelBytes(Chunk), Chunk,
            input.Panels + gemm.PanelBytes(row), capacity, rows, Gradients);
    }

    private void Turn(float* qkv, int row, int rows, float direction)
    {
        int end = Math.Min(row + rows, Batch.TokenCount);
        for (int i = row; i < end; i++)
            weights.Rope.Turn(qkv + (long)i * qkvWidth, shape.Heads + shape.KvHeads, Batch.Positions[i], direction);
    }

    private static void Copy(float* source, float* target, int count) => new ReadOnlySpan<float>(source, count).CopyTo(new Span<float>(target, count));

    private static void Clear(float* target, int count) => new Span<float>(target, count).Clear();
}
