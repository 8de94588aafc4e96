using System.Runtime.InteropServices;
using Iced.Intel;
using Jibun.Memory;

namespace Jibun.Kernels.Emitted;

/// <summary>
/// Machine code written at run time. Pages are written first and made executable afterwards, never both (W^X).
/// Code lives as long as the process: kernels are few and emitted once.
/// </summary>
public static unsafe partial class ExecutableMemory
{
    /// <summary>Whether this process may emit code; found out once by emitting and calling a function.</summary>
    public static bool IsSupported { get; } = Probe();

    /// <summary>Assembles a function and returns its address, to be cast to a <c>delegate* unmanaged</c>.</summary>
    /// <exception cref="NotSupportedException">The platform forbids executable memory or is not x86-64.</exception>
    public static nint Emit(Action<Assembler> write)
    {
        var assembler = new Assembler(64);
        write(assembler);
        using var stream = new MemoryStream();
        assembler.Assemble(new StreamCodeWriter(stream), 0);
        return Load(stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }

    /// <summary>The same of a function that is machine code already.</summary>
    /// <exception cref="NotSupportedException">The platform forbids executable memory or is not x86-64.</exception>
    internal static nint Load(ReadOnlySpan<byte> code)
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
            throw new NotSupportedException("machine code is emitted for x86-64 only");
        nuint size = ((nuint)code.Length + 4095) & ~(nuint)4095;
        if (OperatingSystem.IsWindows())
        {
            void* page = VirtualAlloc(null, size, 0x3000, 0x04);
            if (page == null) throw new NotSupportedException("VirtualAlloc failed");
            code.CopyTo(new Span<byte>(page, (int)size));
            if (VirtualProtect(page, size, 0x20, out _) == 0) throw new NotSupportedException("VirtualProtect refused executable memory");
            return (nint)page;
        }
        if (OperatingSystem.IsLinux())
        {
            void* page = NativeBlock.MapPages(size);
            code.CopyTo(new Span<byte>(page, (int)size));
            if (MProtect(page, size, 1 | 4) != 0) throw new NotSupportedException("mprotect refused executable memory");
            return (nint)page;
        }
        throw new NotSupportedException("machine code is emitted on Linux and Windows only");
    }

    private static bool Probe()
    {
        try
        {
            // mov eax, 42; ret
            return ((delegate* unmanaged<int>)Load([0xB8, 42, 0, 0, 0, 0xC3]))() == 42;
        }
        catch (NotSupportedException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int MProtect(void* address, nuint length, int protection);

    [LibraryImport("kernel32", EntryPoint = "VirtualAlloc")]
    private static partial void* VirtualAlloc(void* address, nuint size, uint type, uint protection);

    [LibraryImport("kernel32", EntryPoint = "VirtualProtect")]
    private static partial int VirtualProtect(void* address, nuint size, uint protection, out uint previous);
}
