using Jibun.Memory;

namespace Jibun.Tests.Memory;

public sealed class TableMemoryTests
{
    /// <summary>Sizes below, at and above what blocks hold: no table reaches into another, and each outlives the memory it came from.</summary>
    [Fact]
    public void TablesLieApart()
    {
        (List<Table<int>> numbers, List<Table<byte>> bytes) = Fill([10, 20_000, 700_001, 3, 5_000_000, 30_000, 300_000]);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        for (int i = 0; i < numbers.Count; i++)
        {
            Assert.False(numbers[i].Span.ContainsAnyExcept(i + 1));
            Assert.False(bytes[i].Span.ContainsAnyExcept((byte)~i));
            Assert.True(bytes[i].Memory.Span.SequenceEqual(bytes[i].Span));
        }
    }

    [Fact]
    public void ZeroedTablesAreZero()
    {
        TableMemory memory = new(1 << 20);
        for (int i = 0; i < 20; i++)
        {
            Assert.False(memory.Zeroed<ulong>(50_000).Span.ContainsAnyExcept(0u));
            memory.Uninitialized<byte>(100_000).Span.Fill(0xFF);
            if (i % 5 == 4) (memory, _) = (new TableMemory(1 << 20), GC.GetTotalMemory(forceFullCollection: true));
        }
    }

    private static (List<Table<int>>, List<Table<byte>>) Fill(ReadOnlySpan<int> lengths)
    {
        TableMemory memory = new(600_000);
        List<Table<int>> numbers = [];
        List<Table<byte>> bytes = [];
        foreach (int length in lengths)
        {
            numbers.Add(memory.Uninitialized<int>(length));
            bytes.Add(memory.Uninitialized<byte>(length));
        }
        for (int i = 0; i < numbers.Count; i++)
        {
            numbers[i].Span.Fill(i + 1);
            bytes[i].Span.Fill((byte)~i);
        }
        return (numbers, bytes);
    }
}
