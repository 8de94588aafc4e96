using System.Runtime.InteropServices;

namespace Jibun.Training;

/// <summary>Zeroed memory outside the garbage collector, aligned to cache lines and freed all at once.</summary>
internal sealed unsafe class Arena : IDisposable
{
    private readonly List<nint> blocks = [];

    public float* Floats(long count) => (float*)Bytes(count * sizeof(float));

    public byte* Bytes(long count)
    {
        void* block = NativeMemory.AllocZeroed((nuint)count + 64);
        blocks.Add((nint)block);
        return (byte*)(((nint)block + 63) & ~63);
    }

    public void Dispose()
    {
        foreach (nint block in blocks) NativeMemory.Free((void*)block);
        blocks.Clear();
    }
}
