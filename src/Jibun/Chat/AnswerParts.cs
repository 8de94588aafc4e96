namespace Jibun.Chat;

/// <summary>What was found in an answer and not yet passed on. White space around a thought belongs to its marks.</summary>
internal sealed class AnswerParts
{
    private List<ChatEvent> _events = [];
    private string _space = ""; // between two parts of a thought, if another comes
    private bool _thinks;

    /// <summary>Tool calls so far.</summary>
    public int Calls { get; private set; }

    public void AddText(string text)
    {
        if (text.Length > 0) _events.Add(new TextDelta(text));
    }

    public void AddCall(ToolCall call) => _events.Add(new ToolCallDelta(Calls++, call));

    public void AddThought(string text)
    {
        if (!_thinks) text = text.TrimStart();
        if (text.Length == 0) return;
        string certain = text.TrimEnd(), space = _space;
        if (certain.Length == 0)
        {
            _space += text;
            return;
        }
        _thinks = true;
        _space = text[certain.Length..];
        _events.Add(new ReasoningDelta(space + certain));
    }

    public void EndThought() => (_space, _thinks) = ("", false);

    public IReadOnlyList<ChatEvent> Take()
    {
        List<ChatEvent> events = _events;
        _events = [];
        return events;
    }
}
