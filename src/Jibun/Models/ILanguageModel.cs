namespace Jibun.Models;

/// <summary>A model's facts, as its family read them from the file.</summary>
/// <param name="Architecture">As GGUF names it.</param>
/// <param name="ContextLength">Tokens the model was made for.</param>
/// <param name="VocabularySize">Columns of the logits.</param>
/// <param name="WeightBytes">Bytes of all weights in their execution layouts.</param>
/// <param name="Kv">The cache's shape.</param>
/// <param name="Notes">Choices that the file left open and why they fell as they did.</param>
public sealed record ModelInfo(
    string Architecture, int ContextLength, int VocabularySize, long WeightBytes, KvShape Kv, IReadOnlyList<string> Notes)
{
    /// <summary>Whether keys are rotated otherwise when the model is loaded for another context length.</summary>
    public bool CacheHangsOnContext { get; init; }
}

/// <summary>One forward pass of a model family.</summary>
public interface ILanguageModel : IDisposable
{
    ModelInfo Info { get; }

    ModelMemory Memory { get; }

    /// <summary>
    /// Extends every cache of the batch by its tokens and writes one row of logits for each row that asks for it.
    /// Not safe for several threads at once.
    /// </summary>
    /// <param name="batch">What to compute.</param>
    /// <param name="logits">[LogitCount, VocabularySize].</param>
    void Forward(ModelBatch batch, Span<float> logits);
}
