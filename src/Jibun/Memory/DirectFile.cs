using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Jibun.Memory;

/// <summary>
/// A file that is read at positions, past the system's page cache where it allows that (Linux: O_DIRECT, Windows: no buffering):
/// what is cached elsewhere anyway needs no second copy, and large reads come at the speed of the disk.
/// </summary>
public sealed unsafe partial class DirectFile : IDisposable
{
    /// <summary>Positions, addresses and lengths of reads are multiples of it.</summary>
    public const int Alignment = 4096;

    private const FileOptions NoBuffering = (FileOptions)0x20000000; // FILE_FLAG_NO_BUFFERING

    private readonly SafeFileHandle _handle;

    private DirectFile(string path, SafeFileHandle handle, bool isDirect) => (Path, _handle, IsDirect) = (path, handle, isDirect);

    public string Path { get; }

    /// <summary>False where the system or the file system offers only reads through its cache.</summary>
    public bool IsDirect { get; }

    /// <summary>Bytes, now.</summary>
    public long Length => RandomAccess.GetLength(_handle);

    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static DirectFile Open(string path)
    {
        if (OpenDirect(path) is { } handle)
        {
            DirectFile file = new(path, handle, isDirect: true);
            if (file.CanRead()) return file;
            file.Dispose();
        }
        return new DirectFile(path, File.OpenHandle(path), isDirect: false);
    }

    /// <summary>Reads up to the end of the file.</summary>
    /// <param name="target">Aligned, as are the two others.</param>
    /// <param name="offset">From the start of the file.</param>
    /// <param name="bytes">Room behind <paramref name="target"/>.</param>
    /// <returns>Bytes read: fewer than asked for only at the end of the file.</returns>
    /// <exception cref="IOException">The disk fails.</exception>
    public int Read(byte* target, long offset, int bytes)
    {
        int done = 0;
        while (done < bytes)
        {
            int read = RandomAccess.Read(_handle, new Span<byte>(target + done, bytes - done), offset + done);
            done += read;
            if (read == 0 || read % Alignment != 0) break; // an odd number of bytes ends the file
        }
        return done;
    }

    public void Dispose() => _handle.Dispose();

    private static SafeFileHandle? OpenDirect(string path)
    {
        try
        {
            if (OperatingSystem.IsWindows()) return File.OpenHandle(path, options: NoBuffering);
            if (!OperatingSystem.IsLinux() || DirectFlag is not { } flag) return null;
            const int readOnlyCloseOnExec = 0x80000;
            int descriptor = OpenFile(path, readOnlyCloseOnExec | flag);
            return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static int? DirectFlag => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 or Architecture.X86 => 0x4000,
        Architecture.Arm64 or Architecture.Arm => 0x10000,
        _ => null,
    };

    // Some file systems take the flag and refuse the read.
    private bool CanRead()
    {
        void* probe = NativeMemory.AlignedAlloc(Alignment, Alignment);
        try
        {
            Read((byte*)probe, 0, Alignment);
            return true;
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
        finally
        {
            NativeMemory.AlignedFree(probe);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);
}
