using System.Runtime.CompilerServices;

namespace Jibun.Tokenization;

/// <summary>What two neighbouring pieces of a word become, and which merge goes first. Open addressing over pairs of ids.</summary>
internal sealed class MergeTable
{
    public const int NoMerge = int.MaxValue;

    private readonly ulong[] pairs; // left + 1 in the upper half, right in the lower; 0 is an empty slot
    private readonly int[] ranks; // [slots]
    private readonly int[] results; // [merges], by rank

    public MergeTable(int count)
    {
        pairs = new ulong[TextHash.Slots(count)];
        ranks = new int[pairs.Length];
        results = new int[count];
    }

    /// <summary>The first merge of a pair counts; later ones are ignored.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(int rank, int left, int right, int result)
    {
        ulong pair = Pair(left, right);
        int mask = pairs.Length - 1;
        int slot = (int)TextHash.Of(pair) & mask;
        for (; pairs[slot] != 0; slot = slot + 1 & mask)
            if (pairs[slot] == pair) return;
        pairs[slot] = pair;
        ranks[slot] = rank;
        results[rank] = result;
    }

    /// <summary>The lower rank is merged first. <see cref="NoMerge"/> when the two stay apart.</summary>
    public int Rank(int left, int right)
    {
        ulong pair = Pair(left, right);
        int mask = pairs.Length - 1;
        for (int slot = (int)TextHash.Of(pair) & mask; pairs[slot] != 0; slot = slot + 1 & mask)
            if (pairs[slot] == pair) return ranks[slot];
        return NoMerge;
    }

    public int Result(int rank) => results[rank];

    private static ulong Pair(int left, int right) => (ulong)(left + 1) << 32 | (uint)right;
}
