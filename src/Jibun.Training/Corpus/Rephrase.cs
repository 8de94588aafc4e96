namespace Jibun.Training.Corpus;

/// <summary>Exchanges the opening of an English sentence for another of the same kind: "how do i …" for "tell me how to …".</summary>
internal static class Rephrase
{
    private static readonly string[][] openings =
    [
        ["what is ", "what's ", "tell me ", "can you tell me ", "could you tell me ", "do you know ", "i need to know ", "i want to know ",
            "i'd like to know ", "please tell me ", "let me know ", "would you tell me "],
        ["how do i ", "how can i ", "how would i ", "tell me how to ", "what do i do to ", "what's the way to ", "i need to know how to ",
            "can you tell me how to ", "how do you ", "how should i ", "what do i have to do to ", "what steps do i take to "],
        ["can you ", "could you ", "would you ", "please ", "i need you to ", "i want you to ", "i'd like you to ", "will you ",
            "can you please ", "could you please ", "go ahead and "],
        ["i need to ", "i want to ", "i'd like to ", "i have to ", "i would like to ", "help me ", "let me ", "i am trying to ",
            "i'm looking to ", "can i ", "could i ", "may i ", "i gotta ", "i wanna "],
        ["i need a ", "i want a ", "i'd like a ", "get me a ", "i am looking for a ", "can i get a ", "could i have a ", "give me a "],
        ["is there ", "do you know if there is ", "could there be ", "can you check if there is ", "tell me if there is "],
        ["are there ", "do you know if there are ", "can you check if there are ", "tell me if there are "],
        ["why is ", "why's ", "tell me why is ", "can you tell me why is ", "what is the reason "],
        ["when is ", "when's ", "what day is ", "on what day is ", "can you tell me when is "],
        ["where is ", "where's ", "can you tell me where is ", "do you know where is "],
        ["do i ", "would i ", "will i ", "tell me if i ", "can you tell me if i ", "i want to know if i "],
    ];

    /// <summary>Words that mean the same wherever a command or a question uses them.</summary>
    private static readonly string[][] synonyms =
    [
        ["tell me", "let me know"], ["increase", "raise", "boost"], ["decrease", "lower", "reduce"],
        ["begin", "start"], ["remove", "delete"], ["lost", "misplaced"], ["speak", "talk"], ["big", "large"],
        ["money", "cash", "funds"], ["car", "vehicle"], ["airplane", "plane"], ["luggage", "baggage", "bags"],
        ["vacation", "time off"], ["phone", "cell phone", "mobile"], ["movie", "film"], ["near", "close to"],
        ["nearest", "closest"], ["store", "shop"], ["total", "full amount"], ["recently", "lately"],
        ["currently", "right now", "at the moment"], ["allowed", "permitted"], ["required", "needed", "necessary"],
        ["information", "info", "details"], ["fix", "repair"], ["happening", "going on"], ["often", "frequently"],
        ["kids", "children"], ["mom", "mother"], ["dad", "father"], ["dinner", "supper"], ["song", "tune"], ["okay", "ok"],
        ["yes", "yeah", "yep"], ["thanks", "thank you"], ["hello", "hi", "hey"], ["could you", "can you", "would you"],
        ["i'm", "i am"], ["what's", "what is"], ["don't", "do not"], ["can't", "cannot", "can not"], ["it's", "it is"],
        ["i'd", "i would"], ["i've", "i have"], ["that's", "that is"], ["how's", "how is"], ["isn't", "is not"], ["won't", "will not"],
        ["want to", "wanna"], ["have to", "need to"], ["i need to", "i have to", "i must", "i've got to"],
        ["i want to", "i'd like to", "i would like to"], ["pto", "paid time off"],
        ["401k", "401 k"], ["to do list", "todo list", "to-do list"], ["grocery list", "shopping list"],
    ];

    private static readonly Dictionary<string, string[]> openingsByText = openings
        .SelectMany(group => group.Select(opening => (opening, group)))
        .DistinctBy(pair => pair.opening).ToDictionary(pair => pair.opening, pair => pair.group);
    private static readonly string[] longestFirst = [.. openingsByText.Keys.OrderByDescending(opening => opening.Length)];

    private static readonly string[] endings = [" please", " thanks", " for me", " right now", " now", " today", ", please", " thank you"];

    public static string Vary(string text, SeededRandom random)
    {
        string? opened = Open(text, random);
        bool ends = random.Chance(opened is null ? 0.5 : 0.15) && !text.EndsWith('?');
        return (opened ?? text) + (ends ? random.Pick(endings) : "");
    }

    /// <summary>Null when the text opens in no known way.</summary>
    public static string? Open(string text, SeededRandom random)
    {
        foreach (string opening in longestFirst)
            if (text.StartsWith(opening, StringComparison.Ordinal) && text.Length >= opening.Length + 4)
                return text[opening.Length..].Split(' ')[0].EndsWith("ing", StringComparison.Ordinal) ? null : random.Pick(openingsByText[opening]) + text[opening.Length..];
        return null;
    }

    /// <summary>Exchanges up to two words for others of the same meaning.</summary>
    public static string ExchangeWords(string text, SeededRandom random)
    {
        int changed = 0;
        int first = random.Next(synonyms.Length);
        for (int i = 0; i < synonyms.Length && changed < 2; i++)
        {
            string[] group = synonyms[(first + i) % synonyms.Length];
            foreach (string word in group)
            {
                int at = Grammar.Sentence.FindWord(text, word, 0);
                if (at < 0) continue;
                text = text[..at] + random.Pick(group) + text[(at + word.Length)..];
                changed++;
                break;
            }
        }
        return text;
    }
}
