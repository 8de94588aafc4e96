namespace Jibun.Models;

/// <summary>How the states of a text's tokens become one vector. Numbers are those of GGUF's pooling_type.</summary>
public enum Pooling
{
    Mean = 1,

    /// <summary>The first token's, which BERT calls CLS.</summary>
    First = 2,

    Last = 3,
}

/// <summary>An embedding model's facts.</summary>
/// <param name="Architecture">As GGUF names it.</param>
/// <param name="ContextLength">Tokens that a text may have.</param>
/// <param name="Width">Numbers of a vector.</param>
/// <param name="WeightBytes">Bytes of all weights in their execution layouts.</param>
/// <param name="Kv">Of the caches that a pass works on.</param>
/// <param name="SeesAhead">Tokens see those behind them: a text must be in one batch.</param>
public sealed record EmbeddingInfo(string Architecture, int ContextLength, int Width, long WeightBytes, KvShape Kv, bool SeesAhead);

/// <summary>A model whose final states are used, not its logits.</summary>
public interface IEmbeddingModel : IDisposable
{
    EmbeddingInfo Info { get; }

    /// <summary>Extends every cache of the batch and writes the final state of every row. Not safe for several threads at once.</summary>
    /// <param name="batch">What to compute; which rows want logits says nothing here.</param>
    /// <param name="states">[rows, Width].</param>
    void Forward(ModelBatch batch, Span<float> states);
}
