namespace Jibun.Memory;

/// <summary>
/// Memory of its own for each thread of a team. Between two threads' memory lies a gap: without it the second thread of a softmax was measured at half
/// the speed of the first, presumably since a core fetches some kilobytes beyond what it reads, and takes from another core what that one works on.
/// </summary>
public sealed unsafe class ThreadScratch : IDisposable
{
    private const int Alignment = 64, Gap = 16 << 10;

    private readonly NativeBuffer _buffer = new();
    private long _stride;

    /// <summary>Bytes of the whole, with its gaps.</summary>
    public static long Bytes(int threads, long bytes) => threads * Stride(bytes);

    /// <summary>Makes at least this much room for each thread; what was in it is lost when it grows.</summary>
    public void Require(int threads, long bytes)
    {
        _stride = Math.Max(_stride, Stride(bytes));
        _buffer.Require(threads * _stride);
    }

    public byte* Of(int thread) => _buffer.Pointer + thread * _stride;

    public void Dispose() => _buffer.Dispose();

    private static long Stride(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment + Gap;
}
