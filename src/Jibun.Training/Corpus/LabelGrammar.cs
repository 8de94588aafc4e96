using Jibun.Chat.Nano;
using Jibun.Training.Corpus.Grammar;

namespace Jibun.Training.Corpus;

/// <summary>
/// Sentences that we wrote for the labels of CLINC150 and HWU64: both sets have about a hundred lines a label, too few to learn
/// from that "blocked", "frozen" and "on hold" are one thing to say of an account.
/// </summary>
internal static class LabelGrammar
{
    /// <summary>Kinds of names in CLINC150's lines, rules of its grammar, that any other of the kind may replace.</summary>
    private static readonly string[] kinds =
        ["city", "country", "lang", "day", "rest", "dish", "item", "chore", "name", "money", "artist"];

    private static readonly Dictionary<string, IReadOnlyList<string>> valuesOfKind = ReadKinds();
    private static readonly ILookup<string, (string Value, string Kind)> byFirstWord = valuesOfKind
        .SelectMany(kind => kind.Value.Select(value => (value, kind.Key)))
        .ToLookup(pair => pair.value.Split(' ')[0]);

    public static bool Knows(string task) => task is "clinc" or "hwu";

    public static IEnumerable<Utterance> Write(string task, SeededRandom random) => SentenceGrammar.LoadForTraining(task)
        .Write(random, heldOut: false, followUpShare: 0)
        .Select(line => line with
        {
            Text = NanoFormat.Normalize(line.Text.ToLowerInvariant().TrimEnd('.', '?', '!'), task),
            Slots = [.. line.Slots.Select(slot => slot with { Value = slot.Value.ToLowerInvariant() })],
        });

    /// <summary>A line of CLINC150 about other places, people, dishes and days.</summary>
    public static string ExchangeNames(string text, SeededRandom random)
    {
        string[] words = text.Split(' ');
        for (int at = 0; at < words.Length; at++)
            foreach ((string value, string kind) in byFirstWord[words[at]].OrderByDescending(pair => pair.Value.Length))
            {
                string[] parts = value.Split(' ');
                if (at + parts.Length > words.Length || !words.AsSpan(at, parts.Length).SequenceEqual(parts)) continue;
                if (random.Chance(0.7))
                    words = [.. words[..at], .. random.Pick(valuesOfKind[kind]).Split(' '), .. words[(at + parts.Length)..]];
                break;
            }
        return string.Join(' ', words);
    }

    private static Dictionary<string, IReadOnlyList<string>> ReadKinds()
    {
        var grammar = SentenceGrammar.LoadForTraining("clinc");
        return kinds.ToDictionary(kind => kind, grammar.PlainValues);
    }
}
