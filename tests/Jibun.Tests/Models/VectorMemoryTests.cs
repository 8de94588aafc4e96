using Jibun.Models.Shared;

namespace Jibun.Tests.Models;

public sealed class VectorMemoryTests
{
    [Fact]
    public void VectorsLieApartAlsoWhereMoreComeThanWereExpected()
    {
        using VectorMemory memory = new(VectorMemory.BytesOf(100));
        Vector[] vectors = [.. new[] { 100, 7, 70_000, 1, 5_000_000 }.Select(memory.Take)];
        for (int i = 0; i < vectors.Length; i++) vectors[i].Values.Fill(i);
        for (int i = 0; i < vectors.Length; i++) Assert.False(vectors[i].Values.ContainsAnyExcept(i));
    }

    [Fact]
    public void OnesStayWhenLongerOnesAreAskedFor()
    {
        using VectorMemory memory = new(0);
        Vector few = memory.Ones(3), many = memory.Ones(100_000), some = memory.Ones(50);
        Assert.Equal((3, 100_000, 50), (few.Length, many.Length, some.Length));
        foreach (Vector ones in (Vector[])[few, many, some]) Assert.False(ones.Values.ContainsAnyExcept(1));
    }
}
