using System.Text;
using System.Text.Json;

namespace Jibun.Chat;

/// <summary>
/// Splits an answer as it streams: what stands in <c>&lt;think&gt;…&lt;/think&gt;</c> at its beginning is reasoning, and, when tools were
/// offered, what stands in <c>&lt;tool_call&gt;…&lt;/tool_call&gt;</c> (Hermes, Qwen) is a call. A call that is not valid stays text.
/// </summary>
internal sealed class AnswerSplitter(bool insideThinking, bool withTools)
{
    private const string OpenThinking = "<think>", CloseThinking = "</think>", OpenCall = "<tool_call>", CloseCall = "</tool_call>";

    private readonly StringBuilder _held = new();
    private Part _part = insideThinking ? Part.Reasoning : Part.Beginning;

    private enum Part
    {
        Beginning,
        Reasoning,
        AfterMark,
        Text,
        Call,
    }

    public int Calls { get; private set; }

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
        string held = _held.ToString();
        switch (_part)
        {
            case Part.Beginning:
                string start = held.TrimStart();
                if (start.StartsWith(OpenThinking, StringComparison.Ordinal)) return Enter(Part.Reasoning, held[(held.IndexOf('<') + OpenThinking.Length)..]);
                if (!atEnd && (start.Length == 0 || OpenThinking.StartsWith(start, StringComparison.Ordinal))) return false;
                return Enter(Part.Text, held);

            case Part.Reasoning:
                return SplitAt(CloseThinking, Part.AfterMark, held, atEnd, text => events.Add(new ReasoningDelta(text)));

            case Part.AfterMark: // models put line breaks behind thoughts and calls
                string rest = held.TrimStart();
                if (rest.Length == 0 && !atEnd) return false;
                return Enter(Part.Text, rest);

            case Part.Call:
                int close = held.IndexOf(CloseCall, StringComparison.Ordinal);
                if (close < 0 && !atEnd) return false;
                string body = close < 0 ? held : held[..close];
                AddCall(body, closed: close >= 0, events);
                return Enter(Part.AfterMark, close < 0 ? "" : held[(close + CloseCall.Length)..]);

            default:
                if (withTools) return SplitAt(OpenCall, Part.Call, held, atEnd, text => AddText(text, events));
                AddText(held, events);
                _held.Clear();
                return false;
        }
    }

    private bool SplitAt(string mark, Part next, string held, bool atEnd, Action<string> emit)
    {
        int at = held.IndexOf(mark, StringComparison.Ordinal);
        int certain = at >= 0 ? at : atEnd ? held.Length : held.Length - Overlap(held, mark);
        if (certain > 0) emit(held[..certain]);
        if (at >= 0) return Enter(next, held[(at + mark.Length)..]);
        _held.Remove(0, certain);
        return false;
    }

    private bool Enter(Part part, string held)
    {
        _part = part;
        _held.Clear().Append(held);
        return held.Length > 0;
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
            return new ToolCall($"call_{Guid.NewGuid():N}"[..13], name.GetString()!, arguments);
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

    /// <summary>Length of the longest end of the text that begins the mark.</summary>
    private static int Overlap(string text, string mark)
    {
        for (int length = Math.Min(text.Length, mark.Length - 1); length > 0; length--)
            if (text.AsSpan(text.Length - length).SequenceEqual(mark.AsSpan(0, length))) return length;
        return 0;
    }
}
