using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Jibun.Chat.Skills.State;

/// <summary>
/// Where the state lies. One opener at a time, across threads and processes: a lock file is held from reading to writing, and
/// the file is replaced whole, so that nobody ever sees half of it.
/// </summary>
internal sealed class SkillStore(string? folder)
{
    private const long LargestFile = 16 << 20; // bytes

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly Lock _memoryLock = new();
    private byte[]? _memory;

    /// <summary>Null without a folder: the state is kept in memory.</summary>
    public string? File { get; } = folder is null ? null : Path.Combine(folder, "skills.json");

    /// <summary>What the user should know about the file; taken once.</summary>
    public string? Warning { get; private set; }

    public bool Exists => File is null ? _memory is not null : System.IO.File.Exists(File);

    public string? TakeWarning()
    {
        string? warning = Warning;
        Warning = null;
        return warning;
    }

    /// <exception cref="JibunException">The file cannot be used.</exception>
    public OpenState Open()
    {
        if (File is null) return OpenMemory();
        FileStream hold;
        try
        {
            Directory.CreateDirectory(folder!);
            hold = Hold(Path.ChangeExtension(File, ".lock"));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new JibunException($"{File}: {failure.Message}", failure);
        }
        try
        {
            (SkillState state, byte[] bytes) = Read();
            return new OpenState(state, bytes, Save, hold.Dispose);
        }
        catch (Exception failure)
        {
            hold.Dispose();
            if (failure is IOException or UnauthorizedAccessException) throw new JibunException($"{File}: {failure.Message}",
                failure);
            throw;
        }
    }

    private OpenState OpenMemory()
    {
        _memoryLock.Enter();
        return new OpenState(_memory is null
            ? new SkillState()
            : SkillState.Read(_memory), _memory ?? [], bytes => _memory = bytes, _memoryLock.Exit);
    }

    private (SkillState State, byte[] Bytes) Read()
    {
        if (!System.IO.File.Exists(File)) return (new SkillState(), []);
        byte[] bytes = new FileInfo(File!).Length <= LargestFile ? System.IO.File.ReadAllBytes(File!) : [];
        try
        {
            return (SkillState.Read(bytes), bytes);
        }
        catch (JsonException)
        {
            string aside = SetAside();
            Warning = $"{File} was damaged. It is kept as {Path.GetFileName(aside)}; timers, lists and the rest start anew.";
            return (new SkillState(), []);
        }
        catch (JibunException failure)
        {
            throw new JibunException($"{File}: {failure.Message}");
        }
    }

    private string SetAside()
    {
        string stem = Path.ChangeExtension(File!, null) + ".damaged-"
            + DateTime.UtcNow.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        string aside = stem + ".json";
        for (int i = 2; System.IO.File.Exists(aside); i++) aside = $"{stem}-{i}.json";
        System.IO.File.Move(File!, aside);
        return aside;
    }

    private void Save(byte[] bytes)
    {
        string next = $"{File}.{Environment.ProcessId}.tmp";
        try
        {
            using (var stream = new FileStream(next, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                stream.Write(bytes);
                stream.Flush(flushToDisk: true);
            }
            Patiently(() => System.IO.File.Move(next, File!, overwrite: true));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new JibunException($"{File}: {failure.Message}", failure);
        }
    }

    private static FileStream Hold(string path)
    {
        FileStream? hold = null;
        Patiently(() => hold = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1));
        return hold!;
    }

    // A file that someone else has open right now is free a moment later.
    private static void Patiently(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                action();
                return;
            }
            catch (Exception busy) when (
                busy is IOException and not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException)
                && Stopwatch.GetElapsedTime(start) < s_patience)
            {
                Thread.Sleep(Random.Shared.Next(2, 20));
            }
        }
    }
}

/// <summary>The state while it is one's own. It is written when it was changed, and given back when disposed.</summary>
internal sealed class OpenState(SkillState state, byte[] before, Action<byte[]> save, Action release) : IDisposable
{
    private readonly byte[] _before = before.Length > 0 ? before : new SkillState().Write();

    public SkillState State { get; } = state;

    public void Commit()
    {
        byte[] after = State.Write();
        if (!after.AsSpan().SequenceEqual(_before)) save(after);
    }

    public void Dispose() => release();
}
