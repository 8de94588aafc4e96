using System.Runtime.InteropServices;
using System.Text;

namespace Jibun.Training.Corpus;

/// <summary>
/// Learns BPE merges under constraints that let a small model copy names: inside one script run only, never with a leading
/// space, never digits or punctuation; UTF-8 characters are completed first; frequent words get a merge with their space last.
/// </summary>
public sealed class BytePairLearner
{
    private readonly Dictionary<string, long> segments = [];
    private readonly Dictionary<string, long> spacedWords = [];
    private readonly Dictionary<string, long> valueHeads = [];

    /// <summary>Counts a prompt's words.</summary>
    public void AddText(string text, long count = 1)
    {
        foreach (string word in NanoVocabulary.SplitWords(text))
        {
            if (word.Length > 1 && word[0] == ' ') Increment(spacedWords, word[1..], count);
            foreach (string segment in Segments(word.TrimStart(' '))) Increment(segments, segment, count);
        }
    }

    /// <summary>Counts an argument's value; a word that begins values keeps its space apart, to look the same in calls.</summary>
    public void AddValue(string value, long count = 1)
    {
        AddText(value, count);
        string? head = NanoVocabulary.SplitWords(value).FirstOrDefault();
        if (head is not null) Increment(valueHeads, head.TrimStart(' '), count);
    }

    /// <summary>Builds a vocabulary of <paramref name="size"/> entries: bytes, merges, then the whole-text tokens.</summary>
    /// <param name="spacedMerges">At most so many entries are a space with a word.</param>
    public NanoVocabulary Learn(int size, int spacedMerges, IReadOnlyList<(string Text, NanoTokenKind Kind)> specials)
    {
        var tokens = new List<string>(NanoVocabulary.ByteAlphabet.Select(c => c.ToString()));
        var known = new HashSet<string>(tokens);
        var merges = new List<string>();
        int budget = size - 256 - specials.Count - spacedMerges;
        if (budget < 0)
            throw new ArgumentOutOfRangeException(nameof(size), size, $"too few for 256 bytes and {specials.Count} whole texts");

        void Merge(string left, string right)
        {
            merges.Add($"{left} {right}");
            if (known.Add(left + right)) tokens.Add(left + right);
        }

        HashSet<char> complete = CompleteCharacters(Merge, () => tokens.Count - 256, budget);
        LearnPairs(Merge, () => tokens.Count - 256 < budget, complete);
        string space = NanoVocabulary.Spell(" "u8);
        var unspaced = new NanoVocabulary([.. tokens], [.. tokens.Select(_ => NanoTokenKind.Normal)], [.. merges]);
        string[] spaced = [.. FrequentWords(known, unspaced).Take(spacedMerges)];
        if (spaced.Length < spacedMerges) return Learn(size, spaced.Length, specials);
        foreach (string word in spaced) Merge(space, word);
        if (tokens.Count != size - specials.Count)
            throw new ModelException($"the corpus yields {tokens.Count + specials.Count} entries, not {size}");

        IEnumerable<NanoTokenKind> normal = Enumerable.Repeat(NanoTokenKind.Normal, tokens.Count);
        tokens.AddRange(specials.Select(special => special.Text));
        return new NanoVocabulary(tokens, [.. normal, .. specials.Select(special => special.Kind)], merges);
    }

    /// <summary>
    /// Whole words whose space is worth a token: frequent in sentences, and seldom a value's first piece, which has no space
    /// inside a call.
    /// </summary>
    private IEnumerable<string> FrequentWords(HashSet<string> known, NanoVocabulary unspaced)
    {
        var firstPieces = new Dictionary<string, long>();
        foreach ((string head, long count) in valueHeads)
            if (unspaced.Encode(head) is [int first, ..]) Increment(firstPieces, unspaced.Tokens[first], count);
        return spacedWords
            .Select(word => (Text: NanoVocabulary.Spell(Encoding.UTF8.GetBytes(word.Key)), Count: word.Value, Word: word.Key))
            .Where(word => known.Contains(word.Text) && !char.IsDigit(word.Word[0]))
            .Select(word => (word.Text, Score: word.Count - 20 * firstPieces.GetValueOrDefault(word.Text)))
            .Where(word => word.Score > 0)
            .OrderByDescending(word => word.Score).ThenBy(word => word.Text, StringComparer.Ordinal).Select(word => word.Text);
    }

    /// <summary>Merges that make one token of each frequent multi-byte character; at most 40 % of the budget.</summary>
    private HashSet<char> CompleteCharacters(Action<string, string> merge, Func<int> spent, int budget)
    {
        var counts = new Dictionary<char, long>();
        foreach ((string segment, long count) in segments)
            foreach (char c in segment)
                if (c >= 0x80 && !char.IsSurrogate(c)) CollectionsMarshal.GetValueRefOrAddDefault(counts, c, out _) += count;
        var complete = new HashSet<char>();
        var leads = new HashSet<string>();
        Span<byte> utf8 = stackalloc byte[3];
        // Kana first: every Japanese sentence needs them, however small the sample.
        foreach (char c in counts.Keys.OrderByDescending(c => IsKana(c)).ThenByDescending(c => counts[c]).ThenBy(c => c))
        {
            if (spent() >= budget * 40 / 100 || counts[c] < 12) break;
            int length = Encoding.UTF8.GetBytes([c], utf8);
            string text = NanoVocabulary.Spell(utf8[..length]);
            if (length == 3 && leads.Add(text[..2])) merge(text[..1], text[1..2]);
            merge(text[..^1], text[^1..]);
            complete.Add(c);
        }
        return complete;
    }

    private void LearnPairs(Action<string, string> merge, Func<bool> more, HashSet<char> complete)
    {
        List<(List<string> Pieces, long Count)> words = [];
        foreach ((string segment, long count) in segments.OrderBy(segment => segment.Key, StringComparer.Ordinal))
        {
            if (segment.Length < 2 || segment.Any(c => char.IsSurrogate(c) || (c >= 0x80 && !complete.Contains(c)))) continue;
            words.Add(([.. segment.Select(c => NanoVocabulary.Spell(Encoding.UTF8.GetBytes([c])))], count));
        }
        var pairs = new Dictionary<(string, string), long>();
        var places = new Dictionary<(string, string), HashSet<int>>();
        for (int i = 0; i < words.Count; i++) Count(i, 1);
        while (more())
        {
            (string Left, string Right) best = default;
            long most = 1;
            foreach ((var pair, long count) in pairs)
                if (count > most || (count == most && best.Left is not null && Order(pair) < 0)) (best, most) = (pair, count);
            if (best.Left is null) return;
            merge(best.Left, best.Right!);
            foreach (int i in places[best].ToArray())
            {
                Count(i, -1);
                List<string> pieces = words[i].Pieces;
                for (int k = 0; k + 1 < pieces.Count; k++)
                {
                    if (pieces[k] != best.Left || pieces[k + 1] != best.Right) continue;
                    pieces[k] += pieces[k + 1];
                    pieces.RemoveAt(k + 1);
                }
                Count(i, 1);
            }
            pairs.Remove(best);

            int Order((string Left, string Right) pair) => string.CompareOrdinal(pair.Left + pair.Right, best.Left + best.Right);
        }

        void Count(int word, int sign)
        {
            (List<string> pieces, long count) = words[word];
            for (int k = 0; k + 1 < pieces.Count; k++)
            {
                (string, string) pair = (pieces[k], pieces[k + 1]);
                CollectionsMarshal.GetValueRefOrAddDefault(pairs, pair, out _) += sign * count;
                ref HashSet<int>? set = ref CollectionsMarshal.GetValueRefOrAddDefault(places, pair, out _);
                if (sign > 0) (set ??= []).Add(word);
            }
        }
    }

    /// <summary>Runs of one script. を stands alone, it nearly always ends a word; digits and punctuation form no run.</summary>
    internal static IEnumerable<string> Segments(string word)
    {
        int start = 0;
        for (int i = 1; i <= word.Length; i++)
        {
            if (i < word.Length && Script(word[i]) is var script && script != 0 && script == Script(word[i - 1])) continue;
            if (i < word.Length && char.IsLowSurrogate(word[i])) continue;
            yield return word[start..i];
            start = i;
        }
    }

    private static bool IsKana(char c) => c is >= '\u3041' and <= '\u30FF';

    /// <summary>0 for characters that join no run.</summary>
    private static int Script(char c) => c switch
    {
        'を' => 0,
        >= 'a' and <= 'z' or >= 'A' and <= 'Z' => 1,
        >= '\u3041' and <= '\u309F' => 2,
        >= '\u30A0' and <= '\u30FF' and not '・' => 3,
        >= '\u4E00' and <= '\u9FFF' or '々' => 4,
        >= '\u0080' and < '\u2E80' when char.IsLetter(c) => 1,
        _ => 0,
    };

    private static void Increment(Dictionary<string, long> counts, string key, long by) =>
        CollectionsMarshal.GetValueRefOrAddDefault(counts, key, out _) += by;
}
