using Jibun.Chat.Calls;

namespace Jibun.Chat;

/// <summary>
/// gpt-oss answers in messages, each with a header that names its channel and, for a call, whom it goes to: "analysis" holds thoughts, "final" the
/// answer, "commentary" calls and what is said on the way to them. The prompt ends within the first header.
/// </summary>
internal sealed class HarmonyAnswer(bool withTools) : IAnswerForm
{
    private const string Message = "<|message|>", Start = "<|start|>", Channel = "<|channel|>", End = "<|end|>", Call = "<|call|>", Return = "<|return|>";
    private const string Recipient = "to=", Functions = "functions.";

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

    public bool IsThinking => _part == Part.Thought;

    public bool Step(HeldText held, bool atEnd, AnswerParts parts) => _part == Part.Header ? TakeHeader(held, atEnd, parts) : TakeBody(held, atEnd, parts);

    private bool TakeHeader(HeldText held, bool atEnd, AnswerParts parts)
    {
        string text = held.ToString();
        int at = text.IndexOf(Message, StringComparison.Ordinal);
        if (at >= 0)
        {
            ReadHeader(text[..at]);
            held.Set(text[(at + Message.Length)..]);
            return true;
        }
        if (!atEnd || text.Length == 0) return false;
        held.Set("");
        if (!text.Contains("<|", StringComparison.Ordinal)) parts.AddText(text); // an answer without any form
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

    private bool TakeBody(HeldText held, bool atEnd, AnswerParts parts)
    {
        (string text, string? mark) = held.TakeUntil(atEnd, End, Call, Return, Start, Channel);
        if (_part == Part.Call) _body += text;
        else if (_part == Part.Thought) parts.AddThought(text);
        else parts.AddText(text);
        if (mark is null && !atEnd) return false;
        if (_part == Part.Call) AddCall(parts);
        parts.EndThought();
        _part = Part.Header;
        if (mark == Channel) held.Set(Channel + held);
        return mark is not null && !held.IsEmpty;
    }

    private void AddCall(AnswerParts parts)
    {
        string arguments = _body.Trim() is { Length: > 0 } given ? given : "{}";
        if (JsonText.IsObject(arguments)) parts.AddCall(ToolCall.Create(_tool!, arguments));
        else parts.AddText(_body);
    }

    private static string Word(string text)
    {
        int end = text.AsSpan().IndexOfAny(" \t\n<");
        return end < 0 ? text : text[..end];
    }
}
