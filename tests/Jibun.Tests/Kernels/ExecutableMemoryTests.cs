using System.Runtime.InteropServices;
using Iced.Intel;
using Jibun.Kernels.Emitted;
using static Iced.Intel.AssemblerRegisters;

namespace Jibun.Tests.Kernels;

public sealed unsafe class ExecutableMemoryTests
{
    [Fact]
    public void EmittedFunctionRuns()
    {
        Assert.SkipUnless(ExecutableMemory.IsSupported, "this platform forbids emitted code");
        bool windows = OperatingSystem.IsWindows();
        var add = (delegate* unmanaged<long, long, long>)ExecutableMemory.Emit(c =>
        {
            c.lea(rax, windows ? rcx + rdx : rdi + rsi);
            c.ret();
        });
        Assert.Equal(42, add(40, 2));
    }

    [Fact]
    public void EmissionIsPossibleOnLinuxX64()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64, "Linux x86-64 only");
        Assert.True(ExecutableMemory.IsSupported);
    }
}
