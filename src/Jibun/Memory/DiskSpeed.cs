using System.Diagnostics;

namespace Jibun.Memory;

/// <summary>How fast a disk gave what was asked, in windows of time one after the other. Bytes a second.</summary>
/// <param name="Median">Of the windows.</param>
/// <param name="Lowest">Of any.</param>
/// <param name="Highest">Of any.</param>
public readonly record struct DiskRate(double Median, double Lowest, double Highest)
{
    /// <summary>Whether the windows differ so much that the median says little: others use the disk, or it has caches of its own.</summary>
    public bool IsUnsteady => Highest > 1.5 * Lowest;
}

/// <summary>
/// Measures how fast a file comes from disk as experts are read: matrices of some mebibytes that lie apart, in pieces, several at once. A shared disk
/// changes from moment to moment, so that many short windows are looked at.
/// </summary>
public static unsafe class DiskSpeed
{
    private const int PieceBytes = 1 << 20, PiecesOfMatrix = 3, Windows = 9;

    private static readonly TimeSpan s_window = TimeSpan.FromMilliseconds(150);

    /// <returns>Null where the file is too small to tell, or cannot be read.</returns>
    public static DiskRate? Measure(string path)
    {
        try
        {
            using DirectFile file = DirectFile.Open(path);
            long matrices = file.Length / (PieceBytes * PiecesOfMatrix);
            if (matrices < 2 * ExpertReader.InFlight) return null;
            using HugePageArena arena = new((long)ExpertReader.InFlight * PieceBytes);
            long asked = 0, read = 0;
            bool isOver = false;
            Thread[] readers = [.. Enumerable.Range(0, ExpertReader.InFlight).Select(_ => (nint)arena.Take(PieceBytes)).Select(target => new Thread(() => Read(target)))];
            foreach (Thread reader in readers) reader.Start();
            List<double> rates = [];
            Thread.Sleep(s_window); // until all are under way
            while (rates.Count < Windows && readers.Any(reader => reader.IsAlive))
            {
                long before = Interlocked.Read(ref read), begun = Stopwatch.GetTimestamp();
                Thread.Sleep(s_window);
                rates.Add((Interlocked.Read(ref read) - before) / Stopwatch.GetElapsedTime(begun).TotalSeconds);
            }
            Volatile.Write(ref isOver, true);
            foreach (Thread reader in readers) reader.Join();
            rates.Sort();
            return read == 0 ? null : new DiskRate(rates[rates.Count / 2], rates[0], rates[^1]);

            void Read(nint target)
            {
                try
                {
                    while (!Volatile.Read(ref isOver))
                    {
                        (long matrix, long piece) = Math.DivRem(Interlocked.Increment(ref asked) - 1, PiecesOfMatrix);
                        long place = new Random((int)matrix).NextInt64(matrices) * PiecesOfMatrix + piece;
                        Interlocked.Add(ref read, file.Read((byte*)target, place * PieceBytes, PieceBytes));
                    }
                }
                catch (IOException)
                {
                    // the others tell
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
