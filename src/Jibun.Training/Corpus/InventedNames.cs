using Jibun.Training.Corpus.Grammar;

namespace Jibun.Training.Corpus;

/// <summary>
/// Names that nobody has, for the arguments of SNIPS and HWU64: a title or a playlist must be found by the words around it.
/// </summary>
internal sealed class InventedNames(SentenceGrammar english)
{
    private static readonly Dictionary<string, string[]> rules = new()
    {
        ["track"] = ["song"],
        ["song_name"] = ["song"],
        ["album"] = ["album", "song"],
        ["object_name"] = ["song", "album"],
        ["movie_name"] = ["song"],
        ["audiobook_name"] = ["song"],
        ["entity_name"] = ["song", "song", "artist"],
        ["artist"] = ["artist"],
        ["artist_name"] = ["artist"],
        ["playlist"] = ["playlist"],
        ["playlist_name"] = ["playlist"],
        ["podcast_name"] = ["podcast"],
        ["restaurant_name"] = ["eatery"],
        ["party_size_description"] = ["company"],
        ["city"] = ["city"],
        ["place_name"] = ["city"],
        ["served_dish"] = ["t_noun"],
        ["definition_word"] = ["word"],
    };

    /// <summary>Null when names of this argument are not invented.</summary>
    public string? For(string slot, SeededRandom random)
    {
        if (!rules.TryGetValue(slot, out string[]? list)) return null;
        string name = english.Value(random.Pick(list), random);
        return slot.StartsWith("playlist", StringComparison.Ordinal) && name.StartsWith("my ", StringComparison.Ordinal)
            ? name[3..] : name;
    }

    /// <summary>As people type titles: all small, or every word (but the small ones, perhaps) with a capital.</summary>
    public static string Capitalized(string name, SeededRandom random)
    {
        double style = random.NextDouble();
        if (style < 0.35) return name;
        bool smallWords = style < 0.7;
        return string.Join(' ', name.Split(' ').Select((word, i) =>
            word.Length == 0 || (smallWords && i > 0 && word is "of" or "the" or "in" or "and" or "a" or "to" or "for" or "on")
                ? word : char.ToUpperInvariant(word[0]) + word[1..]));
    }
}
