using System.Text.Json;

namespace Jibun.Chat;

/// <summary>
/// gpt-oss answers in messages, each with a header that names its channel and, for a call, whom it goes to: "analysis" holds thoughts, "final" the
/// answer, "commentary" calls and what is said on the way to them. The prompt ends within the first header.
/// </summary>
internal sealed class HarmonySplitter(bool withTools) : IAnswerSplitter
{
    private const string Message = "<|message|>", Start = "<|start|>", Channel = "<|channel|>", End = "<|end|>", Call = "<|call|>", Return = "<|return|>";
    private const string Recipient = "to=", Functions = "functions.";

    private readonly HeldText _held = new();
    private readonly ThoughtText _thought = new();
    private string _body = ""; // of a call
    private string? _tool;
    private Part _part = Part.Header;

    private enum Part
    {
        Header,
        Thought,
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
        while (_part == Part.Header ? TakeHeader(atEnd, events) : TakeBody(atEnd, events))
        {
        }
        return events;
    }

    private bool TakeHeader(bool atEnd, List<ChatEvent> events)
    {
        string held = _held.ToString();
        int at = held.IndexOf(Message, StringComparison.Ordinal);
        if (at >= 0)
        {
            ReadHeader(held[..at]);
            _held.Set(held[(at + Message.Length)..]);
            return true;
        }
        if (!atEnd || held.Length == 0) return false;
        _held.Set("");
        if (!held.Contains("<|", StringComparison.Ordinal)) events.Add(new TextDelta(held)); // an answer without any form
        return false;
    }

    private void ReadHeader(string header)
    {
        int channel = header.LastIndexOf(Channel, StringComparison.Ordinal), recipient = header.IndexOf(Recipient, StringComparison.Ordinal);
        string name = channel < 0 ? "final" : Word(header[(channel + Channel.Length)..]);
        string to = recipient < 0 ? "" : Word(header[(recipient + Recipient.Length)..]);
        _tool = to.StartsWith(Functions, StringComparison.Ordinal) && withTools ? to[Functions.Length..] : null;
        _body = "";
        _part = _tool is not null ? Part.Call : name == "analysis" || to.Length > 0 ? Part.Thought : Part.Text;
    }

    private bool TakeBody(bool atEnd, List<ChatEvent> events)
    {
        (string text, string? mark) = _held.TakeUntil(atEnd, End, Call, Return, Start, Channel);
        if (_part == Part.Call) _body += text;
        else if (_part == Part.Thought) _thought.Add(text, events);
        else if (text.Length > 0) events.Add(new TextDelta(text));
        if (mark is null && !atEnd) return false;
        if (_part == Part.Call) AddCall(events);
        _thought.End();
        _part = Part.Header;
        if (mark == Channel) _held.Set(Channel + _held);
        return mark is not null && !_held.IsEmpty;
    }

    private void AddCall(List<ChatEvent> events)
    {
        string arguments = _body.Trim() is { Length: > 0 } given ? given : "{}";
        try
        {
            using JsonDocument json = JsonDocument.Parse(arguments);
            if (json.RootElement.ValueKind == JsonValueKind.Object)
            {
                events.Add(new ToolCallDelta(Calls++, ToolCall.WithNewId(_tool!, arguments)));
                return;
            }
        }
        catch (JsonException)
        {
            // It stays text.
        }
        events.Add(new TextDelta(_body));
    }

    private static string Word(string text)
    {
        int end = text.AsSpan().IndexOfAny(" \t\n<");
        return end < 0 ? text : text[..end];
    }
}
