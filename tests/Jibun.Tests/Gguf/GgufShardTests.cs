using Jibun.Gguf;
using static Jibun.Tests.Gguf.GgufBytes;

namespace Jibun.Tests.Gguf;

public sealed class GgufShardTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("jibun-shards-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Any_shard_opens_the_others(int asked)
    {
        WriteThree();
        using GgufFile file = GgufFile.Open(Shard(asked));
        Assert.Equal([Shard(1), Shard(2), Shard(3)], file.Shards);
        Assert.Equal(Shard(1), file.Path);
        Assert.Equal("llama", file.Metadata.GetString("general.architecture"));
        Assert.Equal(["a", "b", "c", "d"], file.Tensors.Select(tensor => tensor.Name));
        Assert.Equal([0, 1, 2, 2], file.Tensors.Select(tensor => tensor.Shard));
        Assert.Equal([0, 1, 2, 3], file.GetTensor("b").Bytes[..4].ToArray());
        Assert.Equal([32, 33, 34, 35], file.GetTensor("d").Bytes[..4].ToArray());
        Assert.Equal(file.Shards.Sum(path => new FileInfo(path).Length), file.FileBytes);
    }

    [Fact]
    public void A_missing_shard_is_named()
    {
        WriteThree();
        File.Delete(Shard(2));
        Assert.StartsWith($"{Shard(2)} is missing: all 3 shards", Refusal(Shard(3)));
    }

    [Fact]
    public void A_renamed_shard_is_refused()
    {
        WriteThree();
        string renamed = Path.Combine(folder, "model.gguf");
        File.Move(Shard(1), renamed);
        Assert.Contains("does not end in -NNNNN-of-00003.gguf", Refusal(renamed));
        File.Move(renamed, Path.Combine(folder, "model-00001-of-00002.gguf"));
        Assert.Contains("does not end in -NNNNN-of-00003.gguf", Refusal(Path.Combine(folder, "model-00001-of-00002.gguf")));
    }

    [Fact]
    public void Shards_out_of_place_are_refused()
    {
        WriteThree();
        File.Copy(Shard(3), Shard(2), overwrite: true);
        Assert.Contains("says that it is shard 3 of 3, not 2 of 3", Refusal(Shard(1)));
    }

    [Fact]
    public void Shards_of_different_models_are_refused()
    {
        WriteThree();
        Write(2, 1, file => file.Tensor("a", 0, [8], 0).Data(32));
        Assert.Contains("tensor a occurs twice, first in " + Shard(1), Refusal(Shard(1)));
        Write(2, 1, file => file.Tensor("b", 0, [8], 0).Tensor("e", 0, [8], 32).Data(64));
        Assert.Contains("the model has 4 tensors, but its 3 shards hold 5", Refusal(Shard(1)));
        Write(2, 1, file => file, count: null);
        Assert.Contains("says that it is shard 2 of -1, not 2 of 3", Refusal(Shard(1)));
    }

    [Fact]
    public void A_shard_in_memory_is_refused()
    {
        WriteThree();
        byte[] bytes = File.ReadAllBytes(Shard(1));
        Assert.Contains("merge the shards", Assert.Throws<ModelException>(() => GgufFile.Open(bytes, "embedded")).Message);
    }

    [Fact]
    public void Files_that_are_not_there_are_refused()
    {
        Assert.Contains("does not exist", Refusal(Path.Combine(folder, "none.gguf")));
        Assert.Contains("is a folder", Refusal(folder));
        File.WriteAllBytes(Path.Combine(folder, "empty.gguf"), []);
        Assert.Contains("is empty", Refusal(Path.Combine(folder, "empty.gguf")));
    }

    private static string Refusal(string path) => Assert.Throws<ModelException>(() => GgufFile.Open(path)).Message;

    private string Shard(int number) => Path.Combine(folder, $"model-{number:D5}-of-00003.gguf");

    private void WriteThree()
    {
        Write(1, 0, file => file.Key("general.architecture", 8, Text("llama")).Tensor("a", 0, [8], 0).Data(32));
        Write(2, 1, file => file.Tensor("b", 0, [8], 0).Data(32));
        Write(3, 2, file => file.Tensor("c", 0, [8], 0).Tensor("d", 0, [8], 32).Data(64));
    }

    private void Write(int number, ushort no, Func<GgufBytes, GgufBytes> fill, ushort? count = 3)
    {
        GgufBytes file = new GgufBytes().Key("split.no", 2, BitConverter.GetBytes(no)).Key("split.tensors.count", 5, U32(4));
        if (count is not null) file.Key("split.count", 2, BitConverter.GetBytes(count.Value));
        File.WriteAllBytes(Shard(number), fill(file).ToArray());
    }
}
