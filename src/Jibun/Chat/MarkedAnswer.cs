using Jibun.Chat.Calls;
using Jibun.Templates;

namespace Jibun.Chat;

/// <summary>
/// What stands between a family's marks at the beginning of an answer is a thought, and, when tools were offered, what stands between its marks of
/// calls is calls. What looks like a call and is none stays text.
/// </summary>
internal sealed class MarkedAnswer(ThoughtMarks marks, bool insideThought, IToolCallForm calls, IReadOnlyList<ToolDefinition> tools) : IAnswerForm
{
    private Part _part = insideThought ? Part.Thought : Part.Beginning;

    private enum Part
    {
        Beginning,
        Thought,
        AfterMark,
        TextBegins,
        Text,
        Call,
        BareCall,
    }

    public bool IsThinking => _part == Part.Thought;

    public bool Step(HeldText held, bool atEnd, AnswerParts parts)
    {
        switch (_part)
        {
            case Part.Beginning: return SkipMark(held, marks.Open, Part.Thought, marks.AnswerOpen is null ? Part.TextBegins : Part.AfterMark, atEnd);

            case Part.Thought:
                (string thought, string? close) = held.TakeUntil(atEnd, marks.Close);
                parts.AddThought(thought);
                if (close is null) return false;
                parts.EndThought();
                return Enter(Part.AfterMark, held);

            case Part.AfterMark: return SkipMark(held, marks.AnswerOpen, Part.TextBegins, Part.TextBegins, atEnd);

            case Part.TextBegins: return Enter(tools.Count > 0 && calls.MayBeBare(held.ToString()) ? Part.BareCall : Part.Text, held);

            case Part.Call: return TakeCalls(held, atEnd, parts);

            case Part.BareCall:
                string answer = held.ToString();
                if (!calls.MayBeBare(answer) || (atEnd && !TryAddCalls(answer, parts))) return Enter(Part.Text, held);
                if (atEnd) held.Set("");
                return false;

            default:
                (string text, string? mark) = held.TakeUntil(atEnd, tools.Count > 0 ? calls.Open : null, marks.AnswerClose);
                parts.AddText(text);
                return mark is not null && Enter(mark == calls.Open ? Part.Call : Part.Text, held);
        }
    }

    /// <summary>Skips the mark, if it comes, and the white space around it, which models put behind thoughts and calls.</summary>
    private bool SkipMark(HeldText held, string? mark, Part behindMark, Part otherwise, bool atEnd)
    {
        string start = held.ToString().TrimStart();
        if (mark is not null && start.StartsWith(mark, StringComparison.Ordinal))
        {
            held.Set(start[mark.Length..].TrimStart());
            return Enter(behindMark, held);
        }
        if (!atEnd && (start.Length == 0 || mark?.StartsWith(start, StringComparison.Ordinal) == true)) return false;
        if (_part == Part.AfterMark) held.Set(start);
        return Enter(otherwise, held);
    }

    private bool TakeCalls(HeldText held, bool atEnd, AnswerParts parts)
    {
        string text = held.ToString();
        int end = calls.Close is { } close ? text.IndexOf(close, StringComparison.Ordinal) : -1;
        if (end < 0 && !atEnd) return false;
        string body = end < 0 ? text : text[..end];
        held.Set(end < 0 ? "" : text[(end + calls.Close!.Length)..]);
        if (!TryAddCalls(body, parts)) parts.AddText(calls.Open + body + (end < 0 ? "" : calls.Close));
        return Enter(Part.AfterMark, held);
    }

    private bool TryAddCalls(string text, AnswerParts parts)
    {
        if (calls.Parse(text, tools) is not { } found) return false;
        foreach (ToolCall call in found) parts.AddCall(call);
        return true;
    }

    private bool Enter(Part part, HeldText held)
    {
        _part = part;
        return !held.IsEmpty;
    }
}
