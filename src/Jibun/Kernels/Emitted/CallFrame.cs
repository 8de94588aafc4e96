using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Jibun.Kernels.Emitted;

/// <summary>Entry and exit of an emitted function under both calling conventions; in between all registers but rsp are free.</summary>
internal static class CallFrame
{
    private const int WindowsSavedVectors = 10; // xmm6–xmm15

    public static AssemblerRegister64 FirstArgument => OperatingSystem.IsWindows() ? rcx : rdi;

    public static void Enter(Assembler c)
    {
        c.push(rbx);
        c.push(rbp);
        c.push(rsi);
        c.push(rdi);
        if (!OperatingSystem.IsWindows()) return;
        c.sub(rsp, WindowsSavedVectors * 16);
        for (int i = 0; i < WindowsSavedVectors; i++) c.vmovups(__xmmword_ptr[rsp + 16 * i], new AssemblerRegisterXMM(Register.XMM6 + i));
    }

    public static void Leave(Assembler c)
    {
        c.vzeroupper();
        if (OperatingSystem.IsWindows())
        {
            for (int i = 0; i < WindowsSavedVectors; i++) c.vmovups(new AssemblerRegisterXMM(Register.XMM6 + i), __xmmword_ptr[rsp + 16 * i]);
            c.add(rsp, WindowsSavedVectors * 16);
        }
        c.pop(rdi);
        c.pop(rsi);
        c.pop(rbp);
        c.pop(rbx);
        c.ret();
    }
}
