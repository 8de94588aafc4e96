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
        foreach (string[] group in openings)
            foreach (string opening in group.OrderByDescending(opening => opening.Length))
            {
                if (!text.StartsWith(opening, StringComparison.Ordinal) || text.Length < opening.Length + 4) continue;
                return random.Pick(group) + text[opening.Length..];
            }
        return null;
    }
}
