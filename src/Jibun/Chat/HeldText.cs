using System.Text;

namespace Jibun.Chat;

/// <summary>Text of an answer that is not yet certain to be what it seems: the rest of a mark may follow.</summary>
internal sealed class HeldText
{
    private readonly StringBuilder _held = new();

    public bool IsEmpty => _held.Length == 0;

    public void Append(string text) => _held.Append(text);

    public override string ToString() => _held.ToString();

    public void Set(string text) => _held.Clear().Append(text);

    /// <summary>Takes what stands before the first of the marks, and that mark; or, where none is there, what cannot be the beginning of one.</summary>
    /// <returns>The text, and the mark or null.</returns>
    public (string Before, string? Mark) TakeUntil(bool atEnd, params ReadOnlySpan<string?> marks)
    {
        string held = _held.ToString();
        (int first, string? found, int open) = (held.Length, null, 0);
        foreach (string? mark in marks)
        {
            if (mark is null) continue;
            int at = held.IndexOf(mark, StringComparison.Ordinal);
            if (at >= 0 && at < first) (first, found) = (at, mark);
            if (!atEnd) open = Math.Max(open, Overlap(held, mark));
        }
        int certain = found is null ? held.Length - open : first;
        _held.Remove(0, certain + (found?.Length ?? 0));
        return (held[..certain], found);
    }

    /// <summary>Length of the longest end of the text that begins the mark.</summary>
    private static int Overlap(string text, string mark)
    {
        for (int length = Math.Min(text.Length, mark.Length - 1); length > 0; length--)
            if (text.AsSpan(text.Length - length).SequenceEqual(mark.AsSpan(0, length))) return length;
        return 0;
    }
}
