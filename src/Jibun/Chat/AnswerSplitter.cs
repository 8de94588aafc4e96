using System.Text.Json;
using Jibun.Templates;

namespace Jibun.Chat;

/// <summary>
/// What stands between a family's marks at the beginning of an answer is a thought, and, when tools were offered, what stands in
/// <c>&lt;tool_call&gt;…&lt;/tool_call&gt;</c> (Hermes, Qwen) is a call. A call that is not valid stays text.
/// </summary>
internal sealed class AnswerSplitter(ThoughtMarks marks, bool insideThought, bool withTools) : IAnswerSplitter
{
    private const string OpenCall = "<tool_call>", CloseCall = "</tool_call>";

    private readonly HeldText _held = new();
    private readonly ThoughtText _thought = new();
    private Part _part = insideThought ? Part.Thought : Part.Beginning;

    private enum Part
    {
        Beginning,
        Thought,
        AfterMark,
        Text,
        Call,
    }

    public int Calls { get; private set; }

    public bool IsThinking => _part == Part.Thought;

    public IEnumerable<ChatEvent> Append(string text)
    {
        _held.Append(text);
        return Take(atEnd: false);
    }

    public IEnumerable<ChatEvent> Finish() => Take(atEnd: true);

    private List<ChatEvent> Take(bool atEnd)
    {
        var events = new List<ChatEvent>();
        while (Step(atEnd, events))
        {
        }
        return events;
    }

    /// <summary>Does what the held text is enough for; true when more may be possible.</summary>
    private bool Step(bool atEnd, List<ChatEvent> events)
    {
        switch (_part)
        {
            case Part.Beginning: return SkipMark(marks.Open, Part.Thought, marks.AnswerOpen is null ? Part.Text : Part.AfterMark, atEnd);

            case Part.Thought:
                (string thought, string? close) = _held.TakeUntil(atEnd, marks.Close);
                _thought.Add(thought, events);
                if (close is null) return false;
                _thought.End();
                return Enter(Part.AfterMark);

            case Part.AfterMark: return SkipMark(marks.AnswerOpen, Part.Text, Part.Text, atEnd);

            case Part.Call:
                string held = _held.ToString();
                int end = held.IndexOf(CloseCall, StringComparison.Ordinal);
                if (end < 0 && !atEnd) return false;
                AddCall(end < 0 ? held : held[..end], closed: end >= 0, events);
                _held.Set(end < 0 ? "" : held[(end + CloseCall.Length)..]);
                return Enter(Part.AfterMark);

            default:
                (string text, string? mark) = _held.TakeUntil(atEnd, withTools ? OpenCall : null, marks.AnswerClose);
                AddText(text, events);
                return mark is not null && Enter(mark == OpenCall ? Part.Call : Part.Text);
        }
    }

    /// <summary>Skips the mark, if it comes, and the white space around it, which models put behind thoughts and calls.</summary>
    private bool SkipMark(string? mark, Part behindMark, Part otherwise, bool atEnd)
    {
        string start = _held.ToString().TrimStart();
        if (mark is not null && start.StartsWith(mark, StringComparison.Ordinal))
        {
            _held.Set(start[mark.Length..].TrimStart());
            return Enter(behindMark);
        }
        if (!atEnd && (start.Length == 0 || mark?.StartsWith(start, StringComparison.Ordinal) == true)) return false;
        if (_part == Part.AfterMark) _held.Set(start);
        return Enter(otherwise);
    }

    private bool Enter(Part part)
    {
        _part = part;
        return !_held.IsEmpty;
    }

    private void AddCall(string body, bool closed, List<ChatEvent> events)
    {
        if (closed && TryParse(body) is { } call) events.Add(new ToolCallDelta(Calls++, call));
        else AddText(OpenCall + body + (closed ? CloseCall : ""), events);
    }

    private static ToolCall? TryParse(string body)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(body);
            JsonElement root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("name", out JsonElement name) || name.ValueKind != JsonValueKind.String)
                return null;
            string arguments = root.TryGetProperty("arguments", out JsonElement given) ? given.GetRawText() : "{}";
            return ToolCall.WithNewId(name.GetString()!, arguments);
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException) // the latter for half a surrogate pair
        {
            return null;
        }
    }

    private static void AddText(string text, List<ChatEvent> events)
    {
        if (text.Length > 0) events.Add(new TextDelta(text));
    }
}
