using Jibun.Chat.Nano;
using Jibun.Training.Corpus.Grammar;

namespace Jibun.Training.Corpus;

/// <summary>
/// Makes new sentences by exchanging arguments of the same slot between sentences, preferably values that stood behind the same
/// word, or for invented ones.
/// </summary>
internal sealed class SlotSwap
{
    /// <summary>Slots of names of works: any can stand for any, so that the model learns the slot from the context.</summary>
    private static readonly HashSet<string> titles =
        ["object_name", "movie_name", "track", "album", "entity_name", "song_name", "audiobook_name"];

    private readonly Dictionary<string, List<string>> bySlot = [];
    private readonly Dictionary<(string, string), List<string>> byContext = [];
    private readonly List<string> anyTitle = [];
    private readonly InventedNames names;
    private readonly bool capitals;

    /// <param name="capitals">Whether names are written with capitals at times.</param>
    public SlotSwap(IEnumerable<Utterance> utterances, InventedNames names, bool capitals)
    {
        (this.names, this.capitals) = (names, capitals);
        foreach (Utterance utterance in utterances)
        {
            if (Sentence.Cut(utterance.Text, utterance.Slots) is not { } sentence) continue;
            for (int i = 0; i < sentence.Segments.Count; i++)
            {
                (string text, string? slot) = sentence.Segments[i];
                if (slot is null) continue;
                Add(bySlot, slot, text);
                Add(byContext, (slot, WordBefore(sentence, i)), text);
                if (titles.Contains(slot)) anyTitle.Add(text);
            }
        }
    }

    /// <summary>Null when the arguments are not spans of the text in order.</summary>
    public Utterance? Vary(Utterance utterance, SeededRandom random, double share)
    {
        if (Sentence.Cut(utterance.Text, utterance.Slots) is not { } sentence) return null;
        for (int i = 0; i < sentence.Segments.Count; i++)
        {
            (string text, string? slot) = sentence.Segments[i];
            if (slot is null || !random.Chance(share)) continue;
            if (random.Chance(0.3) && names.For(slot, random) is { } invented)
            {
                sentence.Segments[i] = (capitals ? InventedNames.Capitalized(invented, random) : invented.ToLowerInvariant(), slot);
                continue;
            }
            List<string> values = bySlot[slot];
            List<string>? likely = byContext.GetValueOrDefault((slot, WordBefore(sentence, i)));
            if (titles.Contains(slot) && random.Chance(0.3)) values = anyTitle;
            else if (likely is { Count: >= 8 } && random.Chance(0.85)) values = likely;
            sentence.Segments[i] = (random.Pick(values), slot);
        }
        return utterance with { Text = sentence.Text, Slots = sentence.Slots };
    }

    private static string WordBefore(Sentence sentence, int segment)
    {
        string before = segment == 0 ? "" : sentence.Segments[segment - 1].Text.TrimEnd();
        return before[(before.LastIndexOf(' ') + 1)..].ToLowerInvariant();
    }

    private static void Add<TKey>(Dictionary<TKey, List<string>> lists, TKey key, string value) where TKey : notnull
    {
        if (!lists.TryGetValue(key, out List<string>? list)) lists[key] = list = [];
        list.Add(value);
    }
}
