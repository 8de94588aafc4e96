using System.Runtime.Intrinsics.X86;
using Jibun.Kernels.Emitted;

namespace Jibun.Kernels.X86;

/// <summary>
/// What the processor and the system allow emitted code to use. Unlike <c>Avx512F.IsSupported</c> this does not depend on the
/// instruction set an ahead-of-time build was compiled for.
/// </summary>
public static unsafe class CpuFeatures
{
    private const int Avx512State = 0xE6; // XCR0: SSE, AVX, opmask, ZMM 0–15, ZMM 16–31

    /// <summary>AVX-512 F, BW, DQ, VL.</summary>
    public static bool Avx512 { get; }

    /// <summary>vpdpbusd and vpdpwssd on 512-bit vectors.</summary>
    public static bool Avx512Vnni { get; }

    /// <summary>vpermb on 512-bit vectors.</summary>
    public static bool Avx512Vbmi { get; }

    /// <summary>vdpbf16ps on 512-bit vectors.</summary>
    public static bool Avx512Bf16 { get; }

    static CpuFeatures()
    {
        if (!X86Base.IsSupported || !ExecutableMemory.IsSupported) return;
        if (X86Base.CpuId(0, 0).Eax < 7 || !Bit(X86Base.CpuId(1, 0).Ecx, 27)) return; // OSXSAVE
        if ((ReadXcr0() & Avx512State) != Avx512State) return;
        (int leaves, int ebx, int ecx, _) = X86Base.CpuId(7, 0);
        Avx512 = Bit(ebx, 16) && Bit(ebx, 17) && Bit(ebx, 30) && Bit(ebx, 31);
        Avx512Vnni = Avx512 && Bit(ecx, 11);
        Avx512Vbmi = Avx512 && Bit(ecx, 1);
        Avx512Bf16 = Avx512 && leaves >= 1 && Bit(X86Base.CpuId(7, 1).Eax, 5);
    }

    private static bool Bit(int register, int bit) => (register >> bit & 1) != 0;

    private static int ReadXcr0()
    {
        // xor ecx, ecx; xgetbv; ret. The assembler's own tables take milliseconds to be made.
        return ((delegate* unmanaged<int>)ExecutableMemory.Load([0x31, 0xC9, 0x0F, 0x01, 0xD0, 0xC3]))();
    }
}
