namespace Jibun.Memory;

/// <summary>Aligned memory outside the garbage collector that only grows: buffers that live as long as a model runs.</summary>
public sealed unsafe class NativeBuffer : IDisposable
{
    public byte* Pointer { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Makes at least this much room; what was in the buffer is lost when it grows.</summary>
    public byte* Require(long bytes)
    {
        if (bytes <= Bytes) return Pointer;
        Free();
        Pointer = NativeBlock.Take(bytes);
        Bytes = bytes;
        GC.AddMemoryPressure(bytes);
        return Pointer;
    }

    public T* Require<T>(long count) where T : unmanaged => (T*)Require(checked(count * sizeof(T)));

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    ~NativeBuffer() => Free();

    private void Free()
    {
        if (Pointer == null) return;
        NativeBlock.Free(Pointer, Bytes);
        GC.RemoveMemoryPressure(Bytes);
        Pointer = null;
        Bytes = 0;
    }
}
