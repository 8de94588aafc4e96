namespace Jibun.Training.Corpus;

/// <summary>
/// Names and phrases of the public sets' training lines, for the own grammar's free-text arguments: the model learns where a
/// value ends from the sentence, not from the value.
/// </summary>
internal static class CopiedPhrases
{
    private static readonly HashSet<string> edges =
    [
        "a", "an", "the", "and", "or", "of", "to", "in", "on", "at", "for", "with", "from", "by", "is", "are", "was", "be", "it", "i",
        "me", "my", "you", "your", "that", "this", "please", "what", "what's", "how", "when", "where", "which", "who", "why", "do",
        "does", "did", "can", "could", "would", "will", "have", "has", "not", "add", "put", "list", "remind", "reminder", "timer",
        "alarm", "set", "tell", "called", "named", "there", "if", "as", "so", "but", "about", "today", "tomorrow", "tonight", "now",
        "am", "pm", "s", "t", "up", "off", "out", "us", "we", "our", "their", "them", "they", "he", "she", "some", "any", "playlist",
        "play", "find", "give", "i'm", "i'd", "need", "want", "let", "know",
    ];

    public static IEnumerable<string> Of(IReadOnlyDictionary<string, List<Utterance>> sets, string language)
    {
        var phrases = new SortedSet<string>(StringComparer.Ordinal);
        foreach (Utterance line in sets.Values.SelectMany(lines => lines).Where(line => line.Language == language))
        {
            foreach (Chat.Nano.NanoArgument slot in line.Slots.Where(slot => !slot.IsNumber)) Add(slot.Value);
            if (language != "en") continue;
            string[] words = line.Text.Split(' ');
            for (int length = 1; length <= 3; length++)
                for (int at = 0; at + length <= words.Length; at++)
                    if (IsContent(words[at]) && IsContent(words[at + length - 1])) Add(string.Join(' ', words[at..(at + length)]));
        }
        return phrases;

        void Add(string text)
        {
            bool fits = text.Length is >= 2 and <= 40;
            if (fits && !text.Any(c => char.IsControl(c) || (char.IsPunctuation(c) && c is not ('\'' or '-' or '・' or '.'))))
                phrases.Add(text);
        }
    }

    private static bool IsContent(string word) => word.Length > 1 && !edges.Contains(word.ToLowerInvariant());
}
