namespace Jibun.Generation;

/// <summary>Holds text back while it may be the beginning of a stop string, and cuts the answer where one is complete.</summary>
internal sealed class StopStrings(IReadOnlyList<string> stops)
{
    private string _held = "";

    /// <summary>Whether a stop string was met; what follows it is dropped.</summary>
    public bool Met { get; private set; }

    /// <summary>Takes text in and returns what is certain to be part of the answer.</summary>
    public string Append(string text)
    {
        if (Met || stops.Count == 0) return Met ? "" : text;
        _held += text;
        int first = -1;
        foreach (string stop in stops)
        {
            int at = stop.Length == 0 ? -1 : _held.IndexOf(stop, StringComparison.Ordinal);
            if (at >= 0 && (first < 0 || at < first)) first = at;
        }
        if (first >= 0)
        {
            Met = true;
            return Release(first);
        }
        return Release(_held.Length - LongestBeginning());
    }

    /// <summary>The answer is over: what was held back belongs to it.</summary>
    public string Flush() => Met ? "" : Release(_held.Length);

    private string Release(int length)
    {
        string certain = _held[..length];
        _held = _held[length..];
        return certain;
    }

    /// <summary>Length of the longest end of the held text that begins a stop string.</summary>
    private int LongestBeginning()
    {
        for (int length = _held.Length; length > 0; length--)
        {
            ReadOnlySpan<char> end = _held.AsSpan(_held.Length - length);
            foreach (string stop in stops)
                if (stop.AsSpan().StartsWith(end)) return length;
        }
        return 0;
    }
}
