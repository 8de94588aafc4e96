using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Jibun.Kernels.Emitted;

/// <summary>
/// Entry and exit of an emitted function of one parameter, under both calling conventions: the address of a structure, which r10 holds in between. All other
/// registers but rsp are free.
/// </summary>
/// <param name="c">Where to write.</param>
/// <param name="offsetOf">Bytes from the beginning of the structure to a field.</param>
internal sealed class CallFrame(Assembler c, Func<string, int> offsetOf)
{
    private const int WindowsSavedVectors = 10; // xmm6–xmm15

    public void Enter()
    {
        c.push(rbx);
        c.push(rbp);
        c.push(rsi);
        c.push(rdi);
        c.mov(r10, OperatingSystem.IsWindows() ? rcx : rdi);
        if (!OperatingSystem.IsWindows()) return;
        c.sub(rsp, WindowsSavedVectors * 16);
        for (int i = 0; i < WindowsSavedVectors; i++) c.vmovups(__xmmword_ptr[rsp + 16 * i], new AssemblerRegisterXMM(Register.XMM6 + i));
    }

    public AssemblerMemoryOperand Field(string name) => __[r10 + offsetOf(name)];

    public void Load(AssemblerRegister64 register, string field) => c.mov(register, Field(field));

    public void Leave()
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
