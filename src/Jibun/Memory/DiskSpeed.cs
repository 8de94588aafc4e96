using System.Diagnostics;

namespace Jibun.Memory;

/// <summary>Measures how fast a file comes from disk in pieces that lie apart, several at once, as experts are read.</summary>
public static unsafe class DiskSpeed
{
    private const int PieceBytes = 1 << 20, Readers = 6;

    private static readonly TimeSpan s_budget = TimeSpan.FromMilliseconds(400);

    /// <summary>Bytes a second; null where the file is too small to tell, or cannot be read.</summary>
    public static double? Measure(string path)
    {
        try
        {
            using DirectFile file = DirectFile.Open(path);
            long pieces = file.Length / PieceBytes;
            if (pieces < 4 * Readers) return null;
            using HugePageArena arena = new((long)Readers * PieceBytes);
            long done = 0, begun = Stopwatch.GetTimestamp();
            Thread[] readers = [.. Enumerable.Range(0, Readers).Select(reader =>
            {
                nint target = (nint)arena.Take(PieceBytes);
                Random random = new(reader);
                return new Thread(() =>
                {
                    try
                    {
                        while (Stopwatch.GetElapsedTime(begun) < s_budget)
                            Interlocked.Add(ref done, file.Read((byte*)target, random.NextInt64(pieces) * PieceBytes, PieceBytes));
                    }
                    catch (IOException)
                    {
                        // the others tell
                    }
                });
            })];
            foreach (Thread reader in readers) reader.Start();
            foreach (Thread reader in readers) reader.Join();
            return done == 0 ? null : done / Stopwatch.GetElapsedTime(begun).TotalSeconds;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
