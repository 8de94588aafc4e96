using System.Runtime.CompilerServices;
using Jibun.Memory;

namespace Jibun.Tokenization;

/// <summary>What two neighbouring pieces of a word become, and which merge goes first. Open addressing over pairs.</summary>
internal sealed class MergeTable(int count, TableMemory memory)
{
    private readonly Table<Slot> table = memory.Zeroed<Slot>(TextHash.Slots(count));

    /// <summary>The first merge of a pair counts; later ones are ignored.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int rank, int left, int right, int result)
    {
        ulong pair = Pair(left, right);
        Span<Slot> slots = table.Span;
        int mask = slots.Length - 1;
        int index = (int)TextHash.Of(pair) & mask;
        for (; slots[index].Pair != 0; index = index + 1 & mask)
            if (slots[index].Pair == pair) return;
        slots[index] = new Slot(pair, rank, result);
    }

    /// <param name="rank">The lower rank is merged first.</param>
    public bool TryGet(int left, int right, out uint rank, out int result)
    {
        ulong pair = Pair(left, right);
        ReadOnlySpan<Slot> slots = table.Span;
        int mask = slots.Length - 1;
        for (int index = (int)TextHash.Of(pair) & mask; slots[index].Pair != 0; index = index + 1 & mask)
        {
            if (slots[index].Pair != pair) continue;
            rank = (uint)slots[index].Rank;
            result = slots[index].Result;
            return true;
        }
        rank = 0;
        result = -1;
        return false;
    }

    private static ulong Pair(int left, int right) => (ulong)(left + 1) << 32 | (uint)right;

    /// <param name="Pair">Left + 1 in the upper half, right in the lower; 0 is an empty slot.</param>
    private readonly record struct Slot(ulong Pair, int Rank, int Result);
}
