using System.Buffers;
using System.Runtime.InteropServices;

namespace Jibun.Tokenization;

/// <summary>Says whether two neighbouring pieces of a text merge.</summary>
internal interface IMergeRule
{
    /// <param name="order">Lower merges first.</param>
    /// <param name="result">The id of the merged piece.</param>
    bool TryMerge(in Piece left, in Piece right, out uint order, out int result);
}

/// <summary>A part of a text while its neighbours are being merged.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct Piece
{
    public int Id; // -1 for a character that is no token
    public int Start; // bytes
    public int Length; // bytes; 0 once the piece has become part of the one before it
    public int Previous, Next; // -1 at the ends
}

/// <summary>
/// Merges neighbours in the rule's order, the leftmost of equals first, until none merge. O(n log n): a heap of candidates, of which
/// those whose pieces have changed since are dropped when they come up.
/// </summary>
internal ref struct PieceMerger<TRule>(TRule rule, int capacity) where TRule : struct, IMergeRule, allows ref struct
{
    private readonly Piece[] pieces = ArrayPool<Piece>.Shared.Rent(Math.Max(capacity, 1));
    private readonly PriorityQueue<Candidate, ulong> candidates = new(capacity);
    private TRule rule = rule;
    private int count;

    public void Add(int id, int start, int length)
    {
        pieces[count] = new Piece { Id = id, Start = start, Length = length, Previous = count - 1, Next = count + 1 };
        count++;
    }

    /// <summary>Call once, after the last piece; then read the result by <see cref="MoveNext"/>.</summary>
    public void Merge()
    {
        if (count == 0) return;
        pieces[count - 1].Next = -1;
        for (int left = 0; left + 1 < count; left++) Consider(left, left + 1);
        while (candidates.TryDequeue(out Candidate candidate, out ulong order))
        {
            ref Piece left = ref pieces[(uint)order];
            ref Piece right = ref pieces[candidate.Right];
            if (left.Length == 0 || right.Length == 0 || left.Length + right.Length != candidate.Length) continue;
            left.Id = candidate.Result;
            left.Length = candidate.Length;
            left.Next = right.Next;
            right.Length = 0;
            if (right.Next >= 0) pieces[right.Next].Previous = (int)(uint)order;
            Consider(left.Previous, (int)(uint)order);
            Consider((int)(uint)order, left.Next);
        }
    }

    /// <summary>The pieces that are left, in order; begins anew at index 0.</summary>
    public readonly bool MoveNext(ref int index, out Piece piece)
    {
        piece = (uint)index < (uint)count ? pieces[index] : default;
        index = piece.Next;
        return piece.Length > 0;
    }

    public readonly void Return() => ArrayPool<Piece>.Shared.Return(pieces);

    private void Consider(int left, int right)
    {
        if (left < 0 || right < 0 || !rule.TryMerge(pieces[left], pieces[right], out uint order, out int result)) return;
        candidates.Enqueue(new(right, pieces[left].Length + pieces[right].Length, result), (ulong)order << 32 | (uint)left);
    }

    private readonly record struct Candidate(int Right, int Length, int Result);
}
