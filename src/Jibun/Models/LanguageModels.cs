using Jibun.Formats;
using Jibun.Gguf;
using Jibun.Kernels;
using Jibun.Models.Bitnet;
using Jibun.Models.DeepSeek;
using Jibun.Models.Gemma;
using Jibun.Models.GptOss;
using Jibun.Models.Llama;
using Jibun.Models.Olmo;
using Jibun.Models.Shared;

namespace Jibun.Models;

/// <summary>Every family this version runs, by the name of its architecture.</summary>
public static class LanguageModels
{
    private delegate ILanguageModel Loading(GgufFile file, MatMul matmul, KvType kv, int contextLength, ExpertOptions? experts);

    private static readonly Dictionary<string, Loading> Families = new()
    {
        ["llama"] = OfLlama(LlamaFamilies.Llama),
        ["mistral3"] = OfLlama(LlamaFamilies.Mistral3),
        ["qwen2"] = OfLlama(LlamaFamilies.Qwen2),
        ["qwen3"] = OfLlama(LlamaFamilies.Qwen3),
        ["qwen3moe"] = OfLlama(LlamaFamilies.Qwen3Moe),
        ["olmoe"] = OfLlama(LlamaFamilies.Olmoe),
        ["phi3"] = OfLlama(LlamaFamilies.Phi3),
        ["smollm3"] = OfLlama(LlamaFamilies.SmolLm3),
        ["granite"] = OfLlama(LlamaFamilies.Granite),
        ["granitemoe"] = OfLlama(LlamaFamilies.Granite),
        ["gemma2"] = (file, matmul, kv, _, _) => new GemmaModel(file, matmul, kv),
        ["gemma3"] = (file, matmul, kv, _, _) => new GemmaModel(file, matmul, kv),
        ["gemma4"] = (file, matmul, kv, _, experts) => new Gemma4Model(file, matmul, kv, experts),
        ["olmo2"] = (file, matmul, kv, _, _) => new Olmo2Model(file, matmul, kv),
        ["gpt-oss"] = (file, matmul, kv, _, experts) => new GptOssModel(file, matmul, kv, experts),
        ["bitnet"] = (file, matmul, kv, _, _) => new BitnetModel(file, matmul, kv),
        ["bitnet-b1.58"] = (file, matmul, kv, _, _) => new BitnetModel(file, matmul, kv),
        ["bitnet-25"] = (file, matmul, kv, _, _) => new BitnetModel(file, matmul, kv),
        ["deepseek2"] = (file, matmul, kv, _, experts) => new DeepSeekModel(file, matmul, kv, experts),
    };

    public static IReadOnlyCollection<string> Architectures => Families.Keys;

    /// <summary>Choices that a file leaves open and why they fall as they do.</summary>
    /// <exception cref="ModelException">The file asks for what is unknown.</exception>
    public static IReadOnlyList<string> Notes(GgufMetadata metadata) =>
        metadata.TryGetString("general.architecture") is "bitnet" or "bitnet-b1.58" or "bitnet-25"
            ? [$"feed-forward activation: {BitnetActivation.Choose(metadata).Why}"]
            : [];

    /// <summary>The same, with what was found out about the weights. A file whose data are not read leaves some of it open.</summary>
    /// <exception cref="ModelException">The file asks for what is unknown.</exception>
    public static IReadOnlyList<string> Notes(GgufFile file)
    {
        List<string> notes = [.. Notes(file.Metadata)];
        if (TernaryFile.ArrangementOf(file) is { } arrangement) notes.Add(TernaryFile.Describe(arrangement));
        if (FoldedWeights.Read(file) is { } folded) notes.Add($"{folded.Count} tensors are stored in a rotated basis (prism.hadamard): what they are multiplied with is rotated, too");
        else if (file.Tensors.FirstOrDefault(tensor => tensor.Type is GgmlType.PQ2_0 or GgmlType.PTQ1_0) is { } tensor)
            notes.Add($"{tensor.Name} is {tensor.Type}, but the file declares no rotation (prism.hadamard): it is run without; if the answers are nonsense, convert the model again");
        return notes;
    }

    /// <summary>Loads the weights. The file must stay open as long as the model.</summary>
    /// <param name="file">The model.</param>
    /// <param name="matmul">What multiplies its matrices.</param>
    /// <param name="kv">Element type of its caches.</param>
    /// <param name="contextLength">Tokens that will be used; 0: all that the model was made for. Some rotations depend on it.</param>
    /// <param name="experts">How experts are read from disk when they are needed; null: all weights are read now.</param>
    /// <exception cref="ModelException">The architecture is unknown, or the file does not hold what it needs.</exception>
    public static ILanguageModel Load(GgufFile file, MatMul matmul, KvType kv = KvType.F16, int contextLength = 0, ExpertOptions? experts = null)
    {
        string architecture = file.Metadata.GetString("general.architecture");
        if (EmbeddingModels.Architectures.Contains(architecture))
            throw new ModelException($"{file.Path}: {architecture} models make embeddings, no text; \"jibun serve -m\" offers them at /v1/embeddings");
        if (!Families.TryGetValue(architecture, out Loading? load))
            throw new ModelException(
                $"{file.Path}: the architecture is \"{architecture}\", which this version cannot run; it runs: {string.Join(", ", Families.Keys)}");
        return load(file, matmul, kv, contextLength, experts);
    }

    private static Loading OfLlama(Func<DecoderConfig, LlamaVariant> family) =>
        (file, matmul, kv, context, experts) => new LlamaModel(file, matmul, kv, context, family, experts);
}
