using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Jibun.Memory;

/// <summary>A file mapped read-only as a whole. An empty file has a null <see cref="Pointer"/>.</summary>
public sealed unsafe partial class MappedFile : IDisposable
{
    private readonly SafeFileHandle? handle;
    private readonly MemoryMappedFile? map;
    private readonly MemoryMappedViewAccessor? view;
    private byte* pointer;

    private MappedFile(string path)
    {
        Path = path;
        FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        Length = file.Length;
        if (Length == 0)
        {
            file.Dispose();
            return;
        }
        handle = file.SafeFileHandle;
        try
        {
            map = MemoryMappedFile.CreateFromFile(
                file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
            view = map.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
        }
        catch
        {
            map?.Dispose();
            handle.Dispose();
            throw;
        }
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
        pointer += view.PointerOffset;
    }

    public string Path { get; }

    /// <summary>Bytes.</summary>
    public long Length { get; }

    public byte* Pointer => pointer;

    /// <summary>Bytes that the file has now. What lies behind them must not be touched: on Unix that would end the process.</summary>
    public long LengthNow => handle is null ? 0 : RandomAccess.GetLength(handle);

    /// <exception cref="IOException">The file cannot be opened or mapped.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static MappedFile Open(string path) => new(path);

    /// <summary>Copies bytes out of the file past the mapping: no page of it becomes memory of this process. What the file has lost becomes 0.</summary>
    /// <exception cref="IOException">The disk fails.</exception>
    public void Read(long offset, Span<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            int read = handle is null ? 0 : RandomAccess.Read(handle, bytes, offset);
            if (read == 0)
            {
                bytes.Clear();
                return;
            }
            offset += read;
            bytes = bytes[read..];
        }
    }

    /// <summary>
    /// Advice: these bytes are not read for a while, so that they stop counting as memory of this process. They may be read
    /// again at the price of a page fault.
    /// </summary>
    public void Release(long offset, long length)
    {
        (nint start, nuint bytes) = Pages(offset, length);
        if (OperatingSystem.IsWindows()) _ = VirtualUnlock(start, bytes); // of pages not locked: drops them from the working set
        else MemoryAdvice.Give((void*)start, bytes, MemoryAdvice.DoNotNeed);
    }

    public void Dispose()
    {
        if (pointer != null) view!.SafeMemoryMappedViewHandle.ReleasePointer();
        pointer = null;
        view?.Dispose();
        map?.Dispose();
        handle?.Dispose();
    }

    private (nint Start, nuint Bytes) Pages(long offset, long length)
    {
        ObjectDisposedException.ThrowIf(pointer == null && Length > 0, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length - offset);
        nuint start = (nuint)(pointer + offset) & ~((nuint)Environment.SystemPageSize - 1);
        return ((nint)start, (nuint)(pointer + offset + length) - start);
    }

    [LibraryImport("kernel32")]
    private static partial int VirtualUnlock(nint address, nuint size);
}
