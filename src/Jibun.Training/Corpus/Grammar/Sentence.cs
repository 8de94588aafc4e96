using System.Text;
using Jibun.Chat.Nano;

namespace Jibun.Training.Corpus.Grammar;

/// <summary>A sentence cut where arguments begin and end, so that noise can leave the arguments alone.</summary>
internal sealed class Sentence(IEnumerable<(string Text, string? Slot)> segments)
{
    public List<(string Text, string? Slot)> Segments { get; } = [.. segments];

    public string Text => string.Concat(Segments.Select(segment => segment.Text));

    public IReadOnlyList<NanoArgument> Slots =>
        [.. Segments.Where(segment => segment.Slot is not null).Select(segment => new NanoArgument(segment.Slot!, segment.Text))];

    /// <summary>Changes the text outside arguments.</summary>
    public void Between(Func<string, string> change)
    {
        for (int i = 0; i < Segments.Count; i++)
            if (Segments[i].Slot is null) Segments[i] = (change(Segments[i].Text), null);
    }

    /// <summary>Changes all text, arguments included.</summary>
    public void Everywhere(Func<string, string> change)
    {
        for (int i = 0; i < Segments.Count; i++) Segments[i] = (change(Segments[i].Text), Segments[i].Slot);
    }

    /// <summary>Cuts a text at its arguments, found from left to right; null when one is not in the text.</summary>
    public static Sentence? Cut(string text, IReadOnlyList<NanoArgument> slots)
    {
        var segments = new List<(string, string?)>();
        int at = 0;
        foreach (NanoArgument slot in slots)
        {
            int found = FindWord(text, slot.Value, at);
            if (found < 0) return null;
            if (found > at) segments.Add((text[at..found], null));
            segments.Add((slot.Value, slot.Name));
            at = found + slot.Value.Length;
        }
        if (at < text.Length) segments.Add((text[at..], null));
        return new Sentence(segments);
    }

    /// <summary>The first place from <paramref name="from"/> on where the value stands as whole words, or -1.</summary>
    public static int FindWord(string text, string value, int from)
    {
        if (value.Length == 0) return -1;
        for (int at = from; (at = text.IndexOf(value, at, StringComparison.Ordinal)) >= 0; at++)
        {
            int end = at + value.Length;
            bool starts = at == 0 || !Joins(text[at - 1], text[at]);
            if (starts && (end == text.Length || !Joins(text[end - 1], text[end]))) return at;
        }
        return -1;
    }

    private static bool Joins(char left, char right) => char.IsAsciiLetterOrDigit(left) && char.IsAsciiLetterOrDigit(right);
}

/// <summary>Spelling and typing as people and speech recognisers do it.</summary>
internal static class Noise
{
    /// <summary>Case and punctuation of English.</summary>
    public static void Style(Sentence sentence, Mood mood, SeededRandom random)
    {
        double style = random.NextDouble();
        if (style < 0.02) sentence.Everywhere(text => text.ToUpperInvariant());
        else if (style < 0.40) Capitalize(sentence);
        else if (style < 0.50) sentence.Everywhere(text => text.ToLowerInvariant());
        if (random.Chance(0.12)) sentence.Between(text => text.Replace("'", ""));
        if (random.Chance(0.04)) sentence.Between(text => Typo(text, random));
        if (random.Chance(0.35) && sentence.Text is var text && !char.IsPunctuation(text[^1]))
            sentence.Segments.Add((mood == Mood.Question ? "?" : random.Chance(0.2) ? "!" : ".", null));
    }

    public static void Capitalize(Sentence sentence)
    {
        (string text, string? slot) = sentence.Segments[0];
        if (text.Length > 0) sentence.Segments[0] = (char.ToUpperInvariant(text[0]) + text[1..], slot);
        sentence.Between(piece => piece.Replace(" i ", " I ").Replace(" i'm ", " I'm "));
    }

    /// <summary>One slip in one word: a letter lost, doubled, or two exchanged; or a small word lost.</summary>
    public static string Typo(string text, SeededRandom random)
    {
        if (text.Length < 5) return text;
        int at = 1 + random.Next(text.Length - 2);
        if (!char.IsAsciiLetter(text[at]) || !char.IsAsciiLetter(text[at + 1]) || !char.IsAsciiLetter(text[at - 1])) return text;
        return random.Next(3) switch
        {
            0 => text.Remove(at, 1),
            1 => text.Insert(at, text[at].ToString()),
            _ => new StringBuilder(text) { [at] = text[at + 1], [at + 1] = text[at] }.ToString(),
        };
    }

    /// <summary>Japanese: full stops and question marks, sometimes full-width digits.</summary>
    public static void StyleJapanese(Sentence sentence, Mood mood, SeededRandom random)
    {
        if (random.Chance(0.04)) sentence.Everywhere(FullWidthDigits);
        if (random.Chance(0.03)) sentence.Between(text => text.Replace("、", ""));
        if (random.Chance(0.25) && sentence.Text is var text && !char.IsPunctuation(text[^1]))
            sentence.Segments.Add((mood == Mood.Question ? (random.Chance(0.7) ? "？" : "?") : "。", null));
    }

    private static string FullWidthDigits(string text) =>
        string.Concat(text.Select(c => char.IsAsciiDigit(c) ? (char)(c - '0' + '０') : c));
}
