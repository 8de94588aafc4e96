namespace Jibun.Chat;

/// <summary>A thought without the white space around it, which belongs to its marks.</summary>
internal sealed class ThoughtText
{
    private string _space = ""; // between two parts of the thought, if another comes
    private bool _began;

    public void Add(string text, List<ChatEvent> events)
    {
        if (!_began) text = text.TrimStart();
        if (text.Length == 0) return;
        string certain = text.TrimEnd(), space = _space;
        if (certain.Length == 0)
        {
            _space += text;
            return;
        }
        _began = true;
        _space = text[certain.Length..];
        events.Add(new ReasoningDelta(space + certain));
    }

    /// <summary>The thought is over.</summary>
    public void End() => (_space, _began) = ("", false);
}
