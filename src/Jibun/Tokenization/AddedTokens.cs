using System.Buffers;

namespace Jibun.Tokenization;

/// <summary>
/// Tokens that are found in a text before anything else happens to it: user-defined ones always, control tokens on request. The
/// longest token takes its places first, wherever they are, then the next shorter one, as upstream does.
/// </summary>
internal sealed class AddedTokens
{
    private readonly Vocabulary vocabulary;
    private readonly Lazy<ByteTrie> userDefined;
    private readonly Lazy<ByteTrie> all;

    public AddedTokens(Vocabulary vocabulary)
    {
        this.vocabulary = vocabulary;
        userDefined = new(() => MakeTrie(TokenKinds.Special));
        all = new(() => MakeTrie(TokenKinds.None));
    }

    /// <summary>The tokens in a text, from left to right.</summary>
    public List<Occurrence> Find(ReadOnlySpan<byte> text, bool parseSpecial)
    {
        ByteTrie tokens = (parseSpecial ? all : userDefined).Value;
        List<Occurrence> found = [];
        if (tokens.IsEmpty) return found;

        PriorityQueue<(int Start, int Length, int Id), (int, int, int)> candidates = new();
        for (int start = 0; start < text.Length; start++)
        {
            int next = text[start..].IndexOfAny(tokens.FirstBytes);
            if (next < 0) break;
            start += next;
            Consider(text, start, int.MaxValue);
        }
        if (candidates.Count == 0) return found;

        bool[] rented = ArrayPool<bool>.Shared.Rent(text.Length);
        Span<bool> taken = rented.AsSpan(0, text.Length);
        taken.Clear();
        while (candidates.TryDequeue(out (int Start, int Length, int Id) candidate, out _))
        {
            (int start, int length, int id) = candidate;
            if (taken[start]) continue;
            if (taken.Slice(start, length).Contains(true))
            {
                Consider(text, start, length - 1);
                continue;
            }
            int end = start + length;
            if (vocabulary.Is(id, TokenKinds.StripsLeft))
                while (start > 0 && !taken[start - 1] && IsWhiteSpace(text[start - 1])) start--;
            if (vocabulary.Is(id, TokenKinds.StripsRight))
                while (end < text.Length && !taken[end] && IsWhiteSpace(text[end])) end++;
            taken[start..end].Fill(true);
            found.Add(new(start, end, id));
        }
        ArrayPool<bool>.Shared.Return(rented);
        found.Sort((left, right) => left.Start.CompareTo(right.Start));
        return found;

        void Consider(ReadOnlySpan<byte> text, int start, int longest)
        {
            if (tokens.TryFindLongest(text[start..], longest, out int id, out int length))
                candidates.Enqueue((start, length, id), (-length, id, start));
        }
    }

    private ByteTrie MakeTrie(TokenKinds but)
    {
        ByteTrie trie = new();
        for (int id = 0; id < vocabulary.Count; id++)
            if (vocabulary.Is(id, TokenKinds.Added) && !vocabulary.Is(id, but)) trie.Add(vocabulary.Text(id), id);
        return trie;
    }

    private static bool IsWhiteSpace(byte value) => value is (>= 9 and <= 13) or (byte)' ';

    /// <summary>A token in a text; start and end take in the white space that it swallows.</summary>
    public readonly record struct Occurrence(int Start, int End, int Id);
}
