using Jibun.Gguf;
using Jibun.Peers;

namespace Jibun.Tests.Peers;

/// <summary>A synthetic model in a file that is gone after the test.</summary>
internal sealed class TemporaryModel : IDisposable
{
    /// <param name="mix">F32, Q8_0, Q4_K_M …</param>
    public TemporaryModel(SyntheticShape shape, string mix, ulong seed = 1, GgufMetadata? vocabulary = null) =>
        SyntheticModel.Write(Path, shape, new TypeMix(mix), seed, vocabulary);

    private TemporaryModel()
    {
    }

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"jibun-{Guid.NewGuid():N}.gguf");

    /// <summary>The same model in F32, dequantized by upstream.</summary>
    public TemporaryModel ExactTwin() => TwinOf(Path);

    public static TemporaryModel TwinOf(string path)
    {
        TemporaryModel twin = new();
        LlamaOracle.QuantizeModel(path, twin.Path, fileType: 0);
        return twin;
    }

    /// <summary>Another file with this one's metadata and whatever <paramref name="add"/> changes and adds.</summary>
    public TemporaryModel Rewritten(Action<GgufFile, GgufWriter> add)
    {
        TemporaryModel other = new();
        using GgufFile file = GgufFile.Open(Path);
        GgufWriter writer = new();
        writer.AddAll(file.Metadata);
        add(file, writer);
        writer.Write(other.Path);
        return other;
    }

    /// <summary>Rewrites the file with one entry changed.</summary>
    public void SetMetadata(string key, GgufValue value)
    {
        GgufWriter writer = new();
        using (GgufFile file = GgufFile.Open(Path))
        {
            writer.AddAll(file.Metadata);
            writer.Set(key, value);
            foreach (GgufTensor tensor in file.Tensors) writer.AddTensor(tensor);
            writer.Write(Path + ".new");
        }
        File.Move(Path + ".new", Path, overwrite: true);
    }

    public void Dispose() => File.Delete(Path);
}
