using System.IO.MemoryMappedFiles;

namespace Jibun.Memory;

/// <summary>A file mapped read-only as a whole. An empty file has a null <see cref="Pointer"/>.</summary>
public sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedFile? map;
    private readonly MemoryMappedViewAccessor? view;
    private byte* pointer;

    private MappedFile(string path)
    {
        Path = path;
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        Length = file.Length;
        if (Length == 0) return;
        map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        view = map.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
        pointer += view.PointerOffset;
    }

    public string Path { get; }

    /// <summary>Bytes.</summary>
    public long Length { get; }

    public byte* Pointer => pointer;

    /// <exception cref="IOException">The file cannot be opened or mapped.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static MappedFile Open(string path) => new(path);

    public void Dispose()
    {
        if (pointer != null) view!.SafeMemoryMappedViewHandle.ReleasePointer();
        pointer = null;
        view?.Dispose();
        map?.Dispose();
    }
}
