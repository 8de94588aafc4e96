using Jibun.Gguf;
using static Jibun.Tests.Gguf.GgufBytes;

namespace Jibun.Tests.Gguf;

public class GgufMetadataTests
{
    private static GgufMetadata Read(GgufBytes bytes)
    {
        using GgufFile file = GgufFile.Open(bytes.ToArray(), "model.gguf");
        return file.Metadata;
    }

    [Theory]
    [InlineData(0u, new byte[] { 0xFF }, 255L)]
    [InlineData(1u, new byte[] { 0xFF }, -1L)]
    [InlineData(2u, new byte[] { 0x01, 0xFF }, 0xFF01L)]
    [InlineData(3u, new byte[] { 0x01, 0xFF }, -255L)]
    [InlineData(4u, new byte[] { 1, 0, 0, 0x80 }, 0x80000001L)]
    [InlineData(5u, new byte[] { 1, 0, 0, 0x80 }, -0x7FFFFFFFL)]
    [InlineData(6u, new byte[] { 0, 0, 0x60, 0xC1 }, -14L)] // float32
    [InlineData(10u, new byte[] { 1, 0, 0, 0, 0, 0, 0, 0x7F }, 0x7F00000000000001L)]
    [InlineData(11u, new byte[] { 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF }, -2L)]
    [InlineData(12u, new byte[] { 0, 0, 0, 0, 0, 0, 0x50, 0x40 }, 64L)] // float64
    public void Every_number_converts(uint type, byte[] bytes, long expected)
    {
        GgufMetadata metadata = Read(new GgufBytes().Key("k", type, bytes).Array("a", type, 2, [.. bytes, .. bytes]));
        Assert.Equal(expected, metadata.GetInteger("k"));
        Assert.Equal(expected, metadata.GetNumber("k"));
        Assert.Equal([expected, expected], metadata.GetNumbers("a").Select(value => (double)value),
            (a, b) => Math.Abs(a - b) <= Math.Abs(a) * 1e-7);
        if ((int)expected == expected) Assert.Equal([(int)expected, (int)expected], metadata.GetIntegers("a"));
        else Assert.Contains("integers that 32 bits hold", Assert.Throws<ModelException>(() => metadata.GetIntegers("a")).Message);
        Assert.Throws<ModelException>(() => metadata.GetString("k"));
        Assert.Throws<ModelException>(() => metadata.GetBoolean("k"));
        Assert.Throws<ModelException>(() => metadata.GetInteger("a"));
        Assert.Throws<ModelException>(() => metadata.GetStrings("a"));
    }

    [Fact]
    public void Strings_bools_and_nested_arrays_are_read()
    {
        GgufMetadata metadata = Read(new GgufBytes()
            .Key("s", 8, Text("自分")).Key("yes", 7, 1).Key("no", 7, 0)
            .Array("strings", 8, 3, [.. Text("a"), .. Text(""), .. Text("Ġb")])
            .Array("nested", 9, 2, [.. U32(4), .. U64(2), .. U32(7), .. U32(8), .. U32(8), .. U64(1), .. Text("x")]));
        Assert.Equal(["s", "yes", "no", "strings", "nested"], metadata.Keys);
        Assert.Equal("自分", metadata.GetString("s"));
        Assert.True(metadata.GetBoolean("yes"));
        Assert.False(metadata.GetBoolean("no"));
        Assert.Equal(["a", "", "Ġb"], metadata.GetStrings("strings"));
        IReadOnlyList<GgufValue> nested = metadata["nested"].GetItems();
        Assert.True(nested[0].TryGetIntegers(out int[]? numbers));
        Assert.Equal([7, 8], numbers);
        Assert.True(nested[1].TryGetStrings(out string[]? texts));
        Assert.Equal(["x"], texts);
        Assert.Equal("[[7, 8], [x]]", metadata["nested"].ToString());
        Assert.Equal("array of array", metadata["nested"].TypeName);
    }

    [Fact]
    public void What_is_missing_has_a_default_and_what_is_wrong_has_none()
    {
        GgufMetadata metadata = Read(new GgufBytes()
            .Key("s", 8, Text("x")).Key("half", 6, 0, 0, 0, 0x3F).Key("big", 10, U64(ulong.MaxValue)));
        Assert.Equal((7, 0.25, true, "d", null),
            (metadata.GetInteger("none", 7), metadata.GetNumber("none", 0.25), metadata.GetBoolean("none", true),
                metadata.GetString("none", "d"), metadata.TryGetString("none")));
        Assert.Equal(0.5, metadata.GetNumber("half"));
        Assert.Equal(1.8446744073709552e19, metadata.GetNumber("big"));
        Assert.Equal("model.gguf: the metadata key 's' must be an integer, but it is string (x); convert the model again.",
            Assert.Throws<ModelException>(() => metadata.GetInteger("s", 7)).Message);
        Assert.Throws<ModelException>(() => metadata.GetInteger("half"));
        Assert.Throws<ModelException>(() => metadata.GetInteger("big"));
        Assert.StartsWith("model.gguf: the metadata key 'none' is missing",
            Assert.Throws<ModelException>(() => metadata.GetStrings("none")).Message);
    }

    [Fact]
    public void Values_compare_by_content()
    {
        Assert.Equal<GgufValue>(new[] { 1, 2 }, new[] { 1, 2 });
        Assert.NotEqual<GgufValue>(new[] { 1, 2 }, new[] { 1, 3 });
        Assert.NotEqual<GgufValue>(1, 1u);
        Assert.Equal<GgufValue>("a", "a");
    }
}
