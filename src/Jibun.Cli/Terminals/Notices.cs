using System.Threading.Channels;

namespace Jibun.Cli.Terminals;

/// <summary>Lines that come by themselves, such as a timer's end, and wait until the screen has room for them. One reader.</summary>
internal sealed class Notices
{
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private Task<bool>? _arrival;

    public void Add(string line) => _lines.Writer.TryWrite(line);

    public IEnumerable<string> TakeAll()
    {
        while (_lines.Reader.TryRead(out string? line)) yield return line;
    }

    /// <summary>Waits for whichever comes first; true when a line is there while the other is not done.</summary>
    public async Task<bool> ComeBefore(Task other)
    {
        if (other.IsCompleted) return false;
        if (_arrival is null or { IsCompleted: true }) _arrival = _lines.Reader.WaitToReadAsync().AsTask();
        return await Task.WhenAny(_arrival, other) == _arrival;
    }
}
