namespace Jibun.Chat.Calls;

/// <summary>Text with calls in it, read from mark to mark.</summary>
internal ref struct CallText(ReadOnlySpan<char> text)
{
    public ReadOnlySpan<char> Rest { get; private set; } = text;

    /// <summary>Nothing but white space is left.</summary>
    public readonly bool IsOver => Rest.IsWhiteSpace();

    /// <summary>Takes the text before the mark, and the mark; nothing where the mark does not come.</summary>
    public bool TryTakeUntil(string mark, out ReadOnlySpan<char> before)
    {
        int at = Rest.IndexOf(mark);
        before = at < 0 ? default : Rest[..at];
        if (at >= 0) Rest = Rest[(at + mark.Length)..];
        return at >= 0;
    }

    /// <summary>Takes the mark if it comes next, and the white space before it.</summary>
    public bool TryTake(params ReadOnlySpan<char> mark)
    {
        ReadOnlySpan<char> next = Rest.TrimStart();
        if (!next.StartsWith(mark)) return false;
        Rest = next[mark.Length..];
        return true;
    }

    /// <summary>Takes so many characters.</summary>
    public ReadOnlySpan<char> Take(int count)
    {
        ReadOnlySpan<char> taken = Rest[..count];
        Rest = Rest[count..];
        return taken;
    }

    /// <summary>Takes a JSON value, and the white space before it.</summary>
    public bool TryTakeJson(out string json)
    {
        ReadOnlySpan<char> next = Rest.TrimStart();
        int length = JsonText.LengthOfValue(next);
        json = next[..length].ToString();
        if (length > 0) Rest = next[length..];
        return length > 0;
    }
}
