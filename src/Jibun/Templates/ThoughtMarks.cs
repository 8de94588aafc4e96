namespace Jibun.Templates;

/// <summary>How a family writes down what it thinks before it answers.</summary>
/// <param name="Open">Begins the thought; a template may write it itself, and then the answer starts inside.</param>
/// <param name="Close">Ends it.</param>
public sealed record ThoughtMarks(string Open, string Close)
{
    /// <summary>What most families do, and what is assumed where a template shows nothing.</summary>
    public static ThoughtMarks Think { get; } = new("<think>", "</think>") { Closing = "\n</think>\n\n" };

    /// <summary>Channels of gpt-oss: messages with a header each, of which those on "analysis" are thoughts.</summary>
    public static ThoughtMarks Harmony { get; } = new("<|channel|>analysis<|message|>", "<|end|>")
    {
        Closing = "<|end|><|start|>assistant<|channel|>final<|message|>",
    };

    private static readonly ThoughtMarks[] s_known =
    [
        Harmony,
        new("<|channel>thought\n", "<channel|>"), // Gemma 4
        new("<|START_THINKING|>", "<|END_THINKING|>") { AnswerOpen = "<|START_RESPONSE|>", AnswerClose = "<|END_RESPONSE|>" }, // Cohere
        new("<|START_THINKING|>", "<|END_THINKING|>") { AnswerOpen = "<|START_TEXT|>", AnswerClose = "<|END_TEXT|>" },
        new("<seed:think>", "</seed:think>"), // ByteDance
        new("[THINK]", "[/THINK]"), // Mistral
        new("<|inner_prefix|>", "<|inner_suffix|>"), // Apertus
        new("Here are my reasoning steps:\n", "[BEGIN FINAL RESPONSE]") { AnswerClose = "[END FINAL RESPONSE]" }, // Apriel
        new("◁think▷", "◁/think▷"), // Kimi-VL
        Think with { AnswerOpen = "<response>", AnswerClose = "</response>" }, // Granite
        Think,
    ];

    /// <summary>Stands before the answer proper; null where nothing does.</summary>
    public string? AnswerOpen { get; init; }

    public string? AnswerClose { get; init; }

    /// <summary>What ends a thought that is cut short and begins the answer.</summary>
    public string Closing { get => field ?? Close; init; }

    /// <summary>The marks that a template's source names; null where it names none.</summary>
    public static ThoughtMarks? Find(string source)
    {
        return Array.Find(s_known, marks => (Has(marks.Open.TrimEnd()) || (marks != Harmony && Has(marks.Close))) && (marks.AnswerOpen is null || Has(marks.AnswerOpen)));

        bool Has(string text) => source.Contains(text, StringComparison.Ordinal);
    }

    /// <summary>Whether a prompt ends with the thought opened.</summary>
    public bool IsOpenAtEnd(string prompt) => prompt.AsSpan().TrimEnd().EndsWith(Open.AsSpan().TrimEnd());
}
