using System.Text;

namespace Jibun.Chat.Nano;

/// <summary>
/// The text that the built-in model reads and writes. A prompt is <c>&lt;|user|&gt;TEXT&lt;|TASK|&gt;</c>; the answer is a tool
/// call in Hermes form or a sentence, ended by <c>&lt;|end|&gt;</c>. The scaffolding of a call is cut into one-token pieces.
/// </summary>
public static class NanoFormat
{
    public const string User = "<|user|>";
    public const string End = "<|end|>";

    /// <summary>The product's own tools; the other heads keep the label sets of published benchmarks.</summary>
    public const string Assistant = "assistant";

    /// <summary>Between two string arguments, or two elements of a list.</summary>
    public const string Next = "\", ";
    public const string NextAfterList = "\"], ";
    /// <summary>Between a number and the next argument; spelled with ordinary tokens.</summary>
    public const string NextAfterNumber = ", ";
    public const string Close = "\"}}</tool_call>";
    public const string CloseList = "\"]}}</tool_call>";
    /// <summary>Ends a call without arguments, or one whose last argument is a number.</summary>
    public const string CloseBare = "}}</tool_call>";

    public static IReadOnlyList<string> Tasks { get; } = [Assistant, "snips", "clinc", "hwu", "hass"];

    public static string TaskToken(string task) => $"<|{task}|>";

    public static string Label(string name) => $"<tool_call>{{\"name\": \"{name}\", \"arguments\": {{";

    public static string StringSlot(string slot) => $"\"{slot}\": \"";

    public static string ListSlot(string slot) => $"\"{slot}\": [\"";

    public static string NumberSlot(string slot) => $"\"{slot}\": ";

    /// <summary>
    /// The user's words as the model sees them: white space collapsed, no character that JSON would escape (so that a value is
    /// always a span of the prompt and a user cannot write scaffolding), and lower case on the head whose values are lower case.
    /// </summary>
    public static string Normalize(string text, string task)
    {
        var builder = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            if (char.IsWhiteSpace(c) || char.IsControl(c))
            {
                if (builder.Length > 0 && builder[^1] != ' ') builder.Append(' ');
            }
            else builder.Append(c switch { '"' or '“' or '”' => '\'', '\\' => '/', _ => c });
        }
        string normal = builder.ToString().TrimEnd();
        return task == "hass" ? normal.ToLowerInvariant() : normal;
    }

    /// <summary>The prompt of a first turn, up to the task token.</summary>
    public static string Prompt(string text, string task) => User + Normalize(text, task) + TaskToken(task);

    /// <summary>The prompt with earlier turns of the conversation before it, oldest first; at most two are of use.</summary>
    public static string Prompt(IEnumerable<(string Text, string Answer)> history, string text) =>
        string.Concat(history.Select(turn => Prompt(turn.Text, Assistant) + turn.Answer + End)) + Prompt(text, Assistant);
}
