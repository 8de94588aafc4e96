using Jibun.Gguf;
using Jibun.Kernels;
using Jibun.Models.Bitnet;
using Jibun.Models.DeepSeek;
using Jibun.Models.Llama;
using Jibun.Models.Qwen;
using Jibun.Models.Sparse;

namespace Jibun.Models;

/// <summary>Every family this version runs, by the name of its architecture.</summary>
public static class LanguageModels
{
    private static readonly Dictionary<string, Func<GgufFile, MatMul, KvType, ILanguageModel>> Families = new()
    {
        ["llama"] = (file, matmul, kv) => file.Metadata.GetInteger("llama.expert_count", 0) != 0
            ? new SparseModel(file, matmul, kv)
            : new LlamaModel(file, matmul, kv, halvesApart: false),
        ["qwen2"] = (file, matmul, kv) => new LlamaModel(file, matmul, kv, halvesApart: true),
        ["qwen3"] = (file, matmul, kv) => new Qwen3Model(file, matmul, kv),
        ["qwen3moe"] = (file, matmul, kv) => new SparseModel(file, matmul, kv),
        ["olmoe"] = (file, matmul, kv) => new SparseModel(file, matmul, kv),
        ["deepseek2"] = (file, matmul, kv) => new DeepSeekModel(file, matmul, kv),
        ["bitnet"] = (file, matmul, kv) => new BitnetModel(file, matmul, kv),
        ["bitnet-b1.58"] = (file, matmul, kv) => new BitnetModel(file, matmul, kv),
        ["bitnet-25"] = (file, matmul, kv) => new BitnetModel(file, matmul, kv),
    };

    public static IReadOnlyCollection<string> Architectures => Families.Keys;

    /// <summary>Loads the weights. The file must stay open as long as the model.</summary>
    /// <exception cref="ModelException">The architecture is unknown, or the file does not hold what it needs.</exception>
    public static ILanguageModel Load(GgufFile file, MatMul matmul, KvType kv = KvType.F16)
    {
        string architecture = file.Metadata.GetString("general.architecture");
        if (!Families.TryGetValue(architecture, out Func<GgufFile, MatMul, KvType, ILanguageModel>? load))
            throw new ModelException(
                $"{file.Path}: the architecture is \"{architecture}\", which this version cannot run; it runs: {string.Join(", ", Families.Keys)}");
        return load(file, matmul, kv);
    }
}
