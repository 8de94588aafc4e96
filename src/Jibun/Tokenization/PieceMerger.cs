using System.Buffers;
using System.Runtime.CompilerServices;

namespace Jibun.Tokenization;

/// <summary>A part of a text while its neighbours are being merged.</summary>
internal struct Piece
{
    public int Id; // -1 for a character that is no token
    public int Start; // bytes
    public int Length; // bytes
}

/// <summary>Says whether two neighbouring pieces of a text merge.</summary>
internal interface IMergeRule
{
    /// <param name="order">Lower merges first; below <see cref="uint.MaxValue"/>.</param>
    /// <param name="result">The id of the merged piece.</param>
    bool TryMerge(in Piece left, in Piece right, out uint order, out int result);
}

/// <summary>Merges neighbours in a rule's order, the leftmost of equals first, until none merge.</summary>
internal static class PieceMerger
{
    /// <summary>Pieces; up to here, looking at all pairs anew beats a heap.</summary>
    public const int Few = 32;

    /// <param name="pieces">A text in its smallest pieces; afterwards the merged ones, from the beginning.</param>
    /// <returns>How many are left.</returns>
    public static int Merge<TRule>(Span<Piece> pieces, in TRule rule) where TRule : struct, IMergeRule, allows ref struct =>
        pieces.Length <= Few ? MergeFew(pieces, rule) : MergeMany(pieces, rule);

    [SkipLocalsInit]
    private static int MergeFew<TRule>(Span<Piece> pieces, in TRule rule) where TRule : struct, IMergeRule, allows ref struct
    {
        Span<uint> orders = stackalloc uint[Few]; // of a piece's merge with the next one
        Span<int> results = stackalloc int[Few];
        int count = pieces.Length;
        for (int i = 0; i + 1 < count; i++)
            if (!rule.TryMerge(pieces[i], pieces[i + 1], out orders[i], out results[i])) orders[i] = uint.MaxValue;
        while (count > 1)
        {
            int left = 0;
            for (int i = 1; i + 1 < count; i++)
                if (orders[i] < orders[left]) left = i;
            if (orders[left] == uint.MaxValue) break;
            pieces[left].Id = results[left];
            pieces[left].Length += pieces[left + 1].Length;
            count--;
            for (int i = left + 1; i < count; i++)
            {
                pieces[i] = pieces[i + 1];
                orders[i] = orders[i + 1];
                results[i] = results[i + 1];
            }
            if (left + 1 < count && !rule.TryMerge(pieces[left], pieces[left + 1], out orders[left], out results[left]))
                orders[left] = uint.MaxValue;
            if (left > 0 && !rule.TryMerge(pieces[left - 1], pieces[left], out orders[left - 1], out results[left - 1]))
                orders[left - 1] = uint.MaxValue;
        }
        return count;
    }

    /// <summary>O(n log n): a heap of candidates. Those whose pieces have changed since are dropped when they come up.</summary>
    private static int MergeMany<TRule>(Span<Piece> pieces, in TRule rule) where TRule : struct, IMergeRule, allows ref struct
    {
        int[] rented = ArrayPool<int>.Shared.Rent(2 * pieces.Length);
        Span<int> previous = rented.AsSpan(0, pieces.Length); // -1 at the end
        Span<int> next = rented.AsSpan(pieces.Length, pieces.Length);
        for (int i = 0; i < pieces.Length; i++) (previous[i], next[i]) = (i - 1, i + 1);
        next[^1] = -1;

        PriorityQueue<Candidate, ulong> candidates = new(pieces.Length);
        for (int i = 0; i + 1 < pieces.Length; i++) Consider(pieces, i, i + 1, candidates, rule);
        while (candidates.TryDequeue(out Candidate candidate, out ulong order))
        {
            int left = (int)(uint)order;
            int right = candidate.Right;
            if (pieces[left].Length == 0 || pieces[right].Length == 0 ||
                pieces[left].Length + pieces[right].Length != candidate.Length) continue;
            pieces[left].Id = candidate.Result;
            pieces[left].Length = candidate.Length;
            pieces[right].Length = 0;
            next[left] = next[right];
            if (next[left] >= 0) previous[next[left]] = left;
            if (previous[left] >= 0) Consider(pieces, previous[left], left, candidates, rule);
            if (next[left] >= 0) Consider(pieces, left, next[left], candidates, rule);
        }

        int count = 0;
        for (int i = 0; i >= 0; i = next[i]) pieces[count++] = pieces[i];
        ArrayPool<int>.Shared.Return(rented);
        return count;
    }

    private static void Consider<TRule>(
        Span<Piece> pieces, int left, int right, PriorityQueue<Candidate, ulong> candidates, in TRule rule)
        where TRule : struct, IMergeRule, allows ref struct
    {
        if (rule.TryMerge(pieces[left], pieces[right], out uint order, out int result))
            candidates.Enqueue(new(right, pieces[left].Length + pieces[right].Length, result), (ulong)order << 32 | (uint)left);
    }

    private readonly record struct Candidate(int Right, int Length, int Result);
}
