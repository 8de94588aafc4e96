using Jibun.Chat.Calls;
using Jibun.Templates;

namespace Jibun.Chat;

/// <summary>Splits an answer, as it streams, into thoughts, text and tool calls.</summary>
internal sealed class AnswerSplitter(IAnswerForm form)
{
    private readonly HeldText _held = new();
    private readonly AnswerParts _parts = new();

    /// <summary>Tool calls so far.</summary>
    public int Calls => _parts.Calls;

    /// <summary>What comes now belongs to a thought.</summary>
    public bool IsThinking => form.IsThinking;

    /// <param name="marks">How the family marks thoughts.</param>
    /// <param name="insideThought">The prompt has opened one.</param>
    /// <param name="calls">How it writes calls.</param>
    /// <param name="tools">Those offered; without any nothing is a call.</param>
    public static AnswerSplitter For(ThoughtMarks marks, bool insideThought, IToolCallForm calls, IReadOnlyList<ToolDefinition> tools) =>
        new(marks == ThoughtMarks.Harmony ? new HarmonyAnswer(tools.Count > 0) : new MarkedAnswer(marks, insideThought, calls, tools));

    public IReadOnlyList<ChatEvent> Append(string text)
    {
        _held.Append(text);
        return Take(atEnd: false);
    }

    /// <summary>The answer is over: what was held back becomes certain.</summary>
    public IReadOnlyList<ChatEvent> Finish() => Take(atEnd: true);

    private IReadOnlyList<ChatEvent> Take(bool atEnd)
    {
        while (form.Step(_held, atEnd, _parts))
        {
        }
        return _parts.Take();
    }
}
