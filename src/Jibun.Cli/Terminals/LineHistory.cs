namespace Jibun.Cli.Terminals;

/// <summary>What was entered before, newest last, kept in a file that only its owner may read. Without a file it lasts for the session.</summary>
internal sealed class LineHistory
{
    private const int MaxEntries = 1000;

    private readonly string? _file;
    private readonly List<string> _entries;

    public LineHistory(string? file)
    {
        _file = file;
        _entries = file is not null && File.Exists(file) ? [.. File.ReadLines(file).TakeLast(MaxEntries).Select(Unescape)] : [];
    }

    public int Count => _entries.Count;

    public string this[int index] => _entries[index];

    public void Add(string entry)
    {
        if (_entries is [.., var last] && last == entry) return;
        _entries.Add(entry);
        if (_file is null) return;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_file)!);
            bool isNew = !File.Exists(_file);
            File.AppendAllText(_file, Escape(entry) + "\n");
            if (isNew && !OperatingSystem.IsWindows()) File.SetUnixFileMode(_file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            if (_entries.Count > 2 * MaxEntries) File.WriteAllLines(_file, _entries.TakeLast(MaxEntries).Select(Escape));
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // A folder that cannot be written costs the history, not the chat.
        }
    }

    private static string Escape(string entry) => entry.Replace("\\", "\\\\").Replace("\n", "\\n");

    private static string Unescape(string line) => line.Replace("\\\\", "\0").Replace("\\n", "\n").Replace("\0", "\\");
}
