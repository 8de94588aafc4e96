using Jibun.Training.Matrices;

namespace Jibun.Training.Network;

/// <summary>Sums over scored targets, unweighted except <see cref="Weighted"/>.</summary>
public record struct LossSums
{
    /// <summary>What is minimized: cross-entropy times weight times the loss scale.</summary>
    public double Weighted { get; set; }

    public double Answer { get; set; }

    public double Prompt { get; set; }

    public int AnswerTokens { get; set; }

    public int PromptTokens { get; set; }

    /// <summary>Answer tokens that were the most probable ones.</summary>
    public int AnswerHits { get; set; }

    public void Add(in LossSums other)
    {
        Weighted += other.Weighted;
        Answer += other.Answer;
        Prompt += other.Prompt;
        AnswerTokens += other.AnswerTokens;
        PromptTokens += other.PromptTokens;
        AnswerHits += other.AnswerHits;
    }
}

/// <summary>Final norm, tied head and cross-entropy over the scored positions, some rows at a time so that the logits stay in cache.</summary>
internal sealed unsafe class HeadLoss
{
    private const int Chunk = 256;
    private readonly Weights weights;
    private readonly Gemm gemm;
    private readonly float* gradients;
    private readonly int width, vocabulary, padded;
    private readonly float* rows, inverses, normal, dNormal; // [chunk, width], inverses [chunk]
    private readonly float* logits; // [chunk, padded]
    private readonly byte* normalRows, normalPanels; // [chunk, width]
    private readonly byte* logitRows, logitPanels; // [chunk, padded]

    public HeadLoss(Arena arena, Weights weights, float* gradients)
    {
        this.weights = weights;
        this.gradients = gradients;
        gemm = weights.Gemm;
        width = weights.Shape.Width;
        vocabulary = weights.Shape.VocabularySize;
        padded = weights.Head.Out;
        rows = arena.Floats(Chunk * width);
        inverses = arena.Floats(Chunk);
        normal = arena.Floats(Chunk * width);
        dNormal = arena.Floats(Chunk * width);
        logits = arena.Floats((long)Chunk * padded);
        normalRows = arena.Bytes((long)Chunk * width * gemm.ElementBytes);
        normalPanels = arena.Bytes((long)Chunk * width * gemm.ElementBytes);
        logitRows = arena.Bytes((long)Chunk * padded * gemm.ElementBytes);
        logitPanels = arena.Bytes((long)Chunk * padded * gemm.ElementBytes);
    }

    /// <summary>Loss of the batch; with <paramref name="train"/> also the gradient of the stream rows, which must be zero before.</summary>
    public LossSums Run(float* stream, Batch batch, float lossScale, bool train, float* dStream)
    {
        LossSums sums = default;
        for (int first = 0; first < batch.ScoredCount; first += Chunk)
        {
            int count = Math.Min(Chunk, batch.ScoredCount - first), stored = (count + 7) / 8 * 8;
            ComputeLogits(stream, batch, first, count);
            for (int i = 0; i < count; i++) Score(logits + (long)i * padded, batch, first + i, lossScale, train, ref sums);
            if (!train) continue;
            new Span<float>(logits + (long)count * padded, (stored - count) * padded).Clear();
            gemm.StoreRowsAndPanels(logits, padded, stored, padded, logitRows, padded, logitPanels, Chunk, 0);
            weights.Head.Backward(logitRows, padded, dNormal, width, stored);
            weights.Head.Gradient(logitPanels, Chunk, normalPanels, Chunk, stored, gradients);
            Parameter gain = weights.Parameters.OutputNorm;
            for (int i = 0; i < count; i++)
                RmsNorm.Backward(rows + i * width, weights.Values + gain.Offset, inverses[i], dNormal + i * width, width,
                    dStream + (long)batch.ScoredPositions[first + i] * width, gradients + gain.Offset, accumulate: false);
        }
        return sums;
    }

    public void Logits(float* stream, Batch batch, Span<float> target)
    {
        for (int first = 0; first < batch.ScoredCount; first += Chunk)
        {
            int count = Math.Min(Chunk, batch.ScoredCount - first);
            ComputeLogits(stream, batch, first, count);
            for (int i = 0; i < count; i++)
                new ReadOnlySpan<float>(logits + (long)i * padded, vocabulary).CopyTo(target[((first + i) * vocabulary)..]);
        }
    }

    private void ComputeLogits(float* stream, Batch batch, int first, int count)
    {
        int stored = (count + 7) / 8 * 8;
        float* gain = weights.Values + weights.Parameters.OutputNorm.Offset;
        for (int i = 0; i < count; i++)
        {
            float* source = stream + (long)batch.ScoredPositions[first + i] * width;
            new ReadOnlySpan<float>(source, width).CopyTo(new Span<float>(rows + i * width, width));
            inverses[i] = RmsNorm.Forward(rows + i * width, gain, width, normal + i * width);
            if (weights.Precision.QuantizedHead) Quantizers.Q8Zero(normal + i * width, width, normal + i * width, activations: true);
        }
        new Span<float>(normal + count * width, (stored - count) * width).Clear();
        gemm.StoreRowsAndPanels(normal, width, stored, width, normalRows, width, normalPanels, Chunk, 0);
        weights.Head.Forward(new LinearInput(normalRows, null, null, 0), logits, padded, stored);
    }

    // Turns a row of logits into the gradient of its weighted cross-entropy.
    private void Score(float* row, Batch batch, int index, float lossScale, bool train, ref LossSums sums)
    {
        int target = batch.Targets[index];
        for (int i = vocabulary; i < padded; i++) row[i] = -1e30f;
        float top = RowMath.Max(row, padded), logit = row[target];
        float sum = RowMath.ExpSum(row, padded, top), entropy = MathF.Log(sum) + top - logit;
        float weight = batch.TargetWeights[index] * lossScale;
        sums.Weighted += weight * entropy;
        (batch.Entropies[index], batch.Hits[index]) = (entropy, logit >= top);
        if (batch.IsAnswer[index])
        {
            sums.Answer += entropy;
            sums.AnswerTokens++;
            if (logit >= top) sums.AnswerHits++;
        }
        else
        {
            sums.Prompt += entropy;
            sums.PromptTokens++;
        }
        if (!train) return;
        RowMath.Scale(row, padded, weight / sum);
        row[target] -= weight;
        for (int i = vocabulary; i < padded; i++) row[i] = 0;
    }
}
