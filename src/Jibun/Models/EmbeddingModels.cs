using Jibun.Gguf;
using Jibun.Kernels;
using Jibun.Models.Bert;
using Jibun.Models.Shared;

namespace Jibun.Models;

/// <summary>Models that make vectors of texts: the families of BERT, and every language model by its states.</summary>
public static class EmbeddingModels
{
    private static readonly string[] Encoders = ["bert", "nomic-bert"];

    /// <summary>Architectures that make nothing but embeddings.</summary>
    public static IReadOnlyCollection<string> Architectures => Encoders;

    /// <summary>Whether a file was made for embeddings: an encoder, or a language model that names its pooling.</summary>
    public static bool IsOne(GgufMetadata metadata)
    {
        string architecture = metadata.GetString("general.architecture");
        return Encoders.Contains(architecture) || metadata.GetInteger($"{architecture}.pooling_type", 0) != 0;
    }

    /// <summary>What the file asks for; null when it says nothing.</summary>
    /// <exception cref="ModelException">It asks for something that makes no vector of a text.</exception>
    public static Pooling? ReadPooling(GgufMetadata metadata)
    {
        string key = $"{metadata.GetString("general.architecture")}.pooling_type";
        return metadata.GetInteger(key, 0) switch
        {
            0 => null,
            long kind and >= 1 and <= 3 => (Pooling)kind,
            long kind => throw new ModelException($"{metadata.Source}: {key} is {kind}, which makes no embeddings; known: 1 (mean), 2 (first token), 3 (last token)"),
        };
    }

    /// <summary>Loads the weights. The file must stay open as long as the model.</summary>
    /// <exception cref="ModelException">The architecture is unknown, or the file does not hold what it needs.</exception>
    public static IEmbeddingModel Load(GgufFile file, MatMul matmul) =>
        Encoders.Contains(file.Metadata.GetString("general.architecture"))
            ? new BertModel(file, matmul)
            : new DecoderStates(LanguageModels.Load(file, matmul), new Hyperparameters(file.Metadata).Size("embedding_length"));
}

/// <summary>A language model, read before its output matrix.</summary>
internal sealed class DecoderStates(ILanguageModel model, int width) : IEmbeddingModel
{
    public EmbeddingInfo Info { get; } = new(model.Info.Architecture, model.Info.ContextLength, width, model.Info.WeightBytes, model.Info.Kv, SeesAhead: false);

    public void Forward(ModelBatch batch, Span<float> states)
    {
        batch.WantsStates = true;
        model.Forward(batch, states);
    }

    public void Dispose() => model.Dispose();
}
