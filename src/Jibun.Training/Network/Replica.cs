using Jibun.Training.Matrices;

namespace Jibun.Training.Network;

/// <summary>
/// One thread's forward and backward pass over its batch, and the gradients it collects. Rows are padded with zero rows to a multiple
/// of 8, which stay zero all the way.
/// </summary>
internal sealed unsafe class Replica
{
    private const int Group = 8;
    private readonly Weights weights;
    private readonly NetworkShape shape;
    private readonly Gemm gemm;
    private readonly int capacity, qkvWidth;
    private readonly Attention attention;
    private readonly LayerState[] layers;
    private readonly HeadLoss head;
    private readonly float* final; // [rows, width], the residual stream after the last layer
    private readonly float* stream; // [rows, width], gradient of the residual stream
    private readonly float* wide; // [rows, max(qkv, 2·ff)], gradients inside a layer
    private readonly float* inner; // [rows, max(width, ff)]
    private readonly float* scales; // [blocks, capacity], of the quantized activations
    private readonly byte* rowOperand; // [rows, widest]
    private readonly byte* panelOperand; // [rows, widest]
    private readonly float* codes, decoded, normal; // [Group, max(width, ff)]

    public Replica(Arena arena, Weights weights, int tokenCapacity)
    {
        this.weights = weights;
        shape = weights.Shape;
        gemm = weights.Gemm;
        capacity = (tokenCapacity + Group - 1) / Group * Group;
        qkvWidth = shape.Width + 2 * shape.KvWidth;
        int widest = Math.Max(qkvWidth, 2 * shape.FeedForward), norm = Math.Max(shape.Width, shape.FeedForward);
        attention = new Attention(arena, shape);
        layers = [.. Enumerable.Range(0, shape.Layers).Select(_ => new LayerState(arena, gemm, shape, capacity))];
        Gradients = arena.Floats(weights.Parameters.Length);
        Batch = new Batch(tokenCapacity);
        final = arena.Floats((long)capacity * shape.Width);
        stream = arena.Floats((long)capacity * shape.Width);
        wide = arena.Floats((long)capacity * widest);
        inner = arena.Floats((long)capacity * norm);
        scales = arena.Floats((long)capacity * (norm / 256));
        rowOperand = arena.Bytes((long)capacity * widest * gemm.ElementBytes);
        panelOperand = arena.Bytes((long)capacity * widest * gemm.ElementBytes);
        codes = arena.Floats(Group * norm);
        decoded = arena.Floats(Group * norm);
        normal = arena.Floats(Group * norm);
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

    /// <summary>Logits [scored positions × vocabulary] of the batch, as the exported file computes them.</summary>
    public void Logits(Span<float> logits)
    {
        Forward();
        head.Logits(final, Batch, logits);
    }

    private int PaddedRows => (Batch.TokenCount + Group - 1) / Group * Group;

    private void Forward()
    {
        int rows = PaddedRows, width = shape.Width;
        float* x = layers[0].AttentionNorm.Input;
        for (int i = 0; i < Batch.TokenCount; i++) Copy(weights.EmbeddingRows + (long)Batch.Tokens[i] * width, x + (long)i * width, width);
        Clear(x + (long)Batch.TokenCount * width, (rows - Batch.TokenCount) * width);

        for (int i = 0; i < layers.Length; i++)
        {
            LayerState state = layers[i];
            LayerWeights layer = weights.Layers[i];

            Normalize(state.AttentionNorm, layer.Parameters.AttentionNorm, rows);
            Forward(layer.Query, state.Qkv, qkvWidth, rows);
            Forward(layer.Key, state.Qkv + width, qkvWidth, rows);
            Forward(layer.Value, state.Qkv + width + shape.KvWidth, qkvWidth, rows);
            Turn(state.Qkv, 1);
            float* probabilities = state.Probabilities, attended = state.AttentionSubNorm.Input;
            for (int s = 0; s < Batch.SequenceCount; s++)
            {
                long start = Batch.Starts[s];
                attention.Forward(state.Qkv + start * qkvWidth, Batch.Lengths[s], probabilities, attended + start * width);
                probabilities += Attention.ProbabilityCount(shape, Batch.Lengths[s]);
            }
            Clear(attended + (long)Batch.TokenCount * width, (rows - Batch.TokenCount) * width);
            Normalize(state.AttentionSubNorm, layer.Parameters.AttentionSubNorm, rows);
            float* middle = state.FeedForwardNorm.Input;
            Copy(x, middle, rows * width);
            Forward(layer.Output, middle, width, rows, accumulate: true);

            Normalize(state.FeedForwardNorm, layer.Parameters.FeedForwardNorm, rows);
            Forward(layer.Gate, state.GateUp, 2 * shape.FeedForward, rows);
            Forward(layer.Up, state.GateUp + shape.FeedForward, 2 * shape.FeedForward, rows);
            for (int row = 0; row < rows; row++)
                GatedUnit.Forward(state.GateUp + (long)row * 2 * shape.FeedForward, shape.FeedForward,
                    state.FeedForwardSubNorm.Input + (long)row * shape.FeedForward);
            Normalize(state.FeedForwardSubNorm, layer.Parameters.FeedForwardSubNorm, rows);
            x = i + 1 < layers.Length ? layers[i + 1].AttentionNorm.Input : final;
            Copy(middle, x, rows * width);
            Forward(layer.Down, x, width, rows, accumulate: true);
        }
    }

    private void Backward()
    {
        int rows = PaddedRows, width = shape.Width;
        for (int i = layers.Length - 1; i >= 0; i--)
        {
            LayerState state = layers[i];
            LayerWeights layer = weights.Layers[i];

            StoreGradient(stream, width, rows);
            Backward(layer.Down, 0, width, state.FeedForwardSubNorm, inner, rows);
            NormalizeBackward(state.FeedForwardSubNorm, layer.Parameters.FeedForwardSubNorm, inner, inner, rows, accumulate: false);
            for (int row = 0; row < rows; row++)
                GatedUnit.Backward(state.GateUp + (long)row * 2 * shape.FeedForward, shape.FeedForward,
                    inner + (long)row * shape.FeedForward, wide + (long)row * 2 * shape.FeedForward);
            StoreGradient(wide, 2 * shape.FeedForward, rows);
            Backward(layer.Gate, 0, 2 * shape.FeedForward, state.FeedForwardNorm, inner, rows);
            Backward(layer.Up, shape.FeedForward, 2 * shape.FeedForward, state.FeedForwardNorm, inner, rows, accumulate: true);
            NormalizeBackward(state.FeedForwardNorm, layer.Parameters.FeedForwardNorm, inner, stream, rows, accumulate: true);

            StoreGradient(stream, width, rows);
            Backward(layer.Output, 0, width, state.AttentionSubNorm, inner, rows);
            NormalizeBackward(state.AttentionSubNorm, layer.Parameters.AttentionSubNorm, inner, inner, rows, accumulate: false);
            float* probabilities = state.Probabilities;
            for (int s = 0; s < Batch.SequenceCount; s++)
            {
                long start = Batch.Starts[s];
                attention.Backward(state.Qkv + start * qkvWidth, Batch.Lengths[s], probabilities, inner + start * width, wide + start * qkvWidth);
                probabilities += Attention.ProbabilityCount(shape, Batch.Lengths[s]);
            }
            Clear(wide + (long)Batch.TokenCount * qkvWidth, (rows - Batch.TokenCount) * qkvWidth);
            Turn(wide, -1);
            StoreGradient(wide, qkvWidth, rows);
            Backward(layer.Query, 0, qkvWidth, state.AttentionNorm, inner, rows);
            Backward(layer.Key, width, qkvWidth, state.AttentionNorm, inner, rows, accumulate: true);
            Backward(layer.Value, width + shape.KvWidth, qkvWidth, state.AttentionNorm, inner, rows, accumulate: true);
            NormalizeBackward(state.AttentionNorm, layer.Parameters.AttentionNorm, inner, stream, rows, accumulate: true);
        }
        float* embedding = Gradients + weights.Parameters.Embedding.Offset;
        for (int i = 0; i < Batch.TokenCount; i++) RowMath.Add(stream + (long)i * width, embedding + (long)Batch.Tokens[i] * width, width);
    }

    // Norm and quantization of all rows: the left operand of the next products, and panels for their gradient.
    private void Normalize(NormState state, Parameter gain, int rows)
    {
        int width = state.Width;
        float* gains = weights.Values + gain.Offset;
        for (int row = 0; row < rows; row += Group)
        {
            for (int i = 0; i < Group; i++)
            {
                float* y = weights.Precision.Ternary ? normal : codes + i * width;
                state.Inverse[row + i] = RmsNorm.Forward(state.Input + (long)(row + i) * width, gains, width, y);
                if (weights.Precision.Ternary)
                    Quantizers.Q8K(y, width, codes + i * width, decoded + i * width, scales + row + i, capacity);
            }
            gemm.StoreRows(codes, width, Group, width, rowOperand + (long)row * width * gemm.ElementBytes, width);
            gemm.StorePanels(weights.Precision.Ternary ? decoded : codes, width, Group, width, state.Panels, capacity, row);
        }
    }

    private void NormalizeBackward(NormState state, Parameter gain, float* dy, float* dx, int rows, bool accumulate)
    {
        int width = state.Width;
        for (int row = 0; row < rows; row++)
            RmsNorm.Backward(state.Input + (long)row * width, weights.Values + gain.Offset, state.Inverse[row], dy + (long)row * width,
                width, dx + (long)row * width, Gradients + gain.Offset, accumulate);
    }

    private void Forward(Linear linear, float* y, int yStride, int rows, bool accumulate = false) =>
        linear.Forward(rowOperand, linear.In, weights.Precision.Ternary ? scales : null, capacity, y, yStride, rows, accumulate);

    private void StoreGradient(float* dy, int width, int rows)
    {
        gemm.StoreRows(dy, width, rows, width, rowOperand, width);
        gemm.StorePanels(dy, width, rows, width, panelOperand, capacity, 0);
    }

    // The stored gradient holds several outputs side by side; this one begins at column `first`.
    private void Backward(Linear linear, int first, int stride, NormState input, float* dx, int rows, bool accumulate = false)
    {
        linear.Backward(rowOperand + (long)first * gemm.ElementBytes, stride, dx, linear.In, rows, accumulate);
        linear.Gradient(panelOperand + first / Gemm.PanelColumns * gemm.PanelBytes(capacity), input.Panels, capacity, rows, Gradients);
    }

    private void Turn(float* qkv, float direction)
    {
        for (int s = 0; s < Batch.SequenceCount; s++)
            for (int position = 0; position < Batch.Lengths[s]; position++)
                weights.Rope.Turn(qkv + (long)(Batch.Starts[s] + position) * qkvWidth, shape.Heads + shape.KvHeads, position, direction);
    }

    private static void Copy(float* source, float* target, int count) => new ReadOnlySpan<float>(source, count).CopyTo(new Span<float>(target, count));

    private static void Clear(float* target, int count) => new Span<float>(target, count).Clear();
}
