using System.Numerics;
using System.Runtime.Intrinsics.X86;
using Iced.Intel;
using Jibun.Kernels.Emitted;
using static Iced.Intel.AssemblerRegisters;

namespace Jibun.Training.Matrices;

/// <summary>
/// bfloat16 pairs along K, float sums, on <c>vdpbf16ps</c>; int8 times ternary codes by fours along K on <c>vpdpbusd</c>. .NET exposes
/// neither on CPUs without AMX or AVX10.
/// </summary>
internal sealed unsafe class EmittedGemm : Gemm
{
    private static readonly AssemblerRegisterZMM[] Sums =
        [zmm16, zmm17, zmm18, zmm19, zmm20, zmm21, zmm22, zmm23, zmm24, zmm25, zmm26, zmm27, zmm28, zmm29, zmm30, zmm31];

    private readonly delegate* unmanaged<PanelCall*, void> rows, codes, outer;

    public EmittedGemm()
    {
        rows = (delegate* unmanaged<PanelCall*, void>)ExecutableMemory.Emit(c => Write(c, PanelKernel.Rows));
        codes = (delegate* unmanaged<PanelCall*, void>)ExecutableMemory.Emit(c => Write(c, PanelKernel.Codes));
        outer = (delegate* unmanaged<PanelCall*, void>)ExecutableMemory.Emit(c => Write(c, PanelKernel.Outer));
    }

    /// <summary>Whether code may be emitted, the CPU has AVX512-BF16 and -VNNI, and the system saves the wide registers.</summary>
    public static bool IsSupported { get; } = ExecutableMemory.IsSupported && HasInstructions();

    public override int ElementBytes => 2;

    public override bool HasCodes => true;

    public override void StoreRows(float* source, int sourceStride, int rows, int columns, byte* target, int targetStride)
    {
        for (int row = 0; row < rows; row++)
            BFloat16Rows.Store(source + (long)row * sourceStride, columns, (ushort*)target + (long)row * targetStride);
    }

    public override void StorePanels(float* source, int sourceStride, int rows, int columns, byte* target, int k, int firstRow)
    {
        for (int row = 0; row < rows; row += 2)
        {
            float* even = source + (long)row * sourceStride;
            for (int column = 0; column < columns; column += PanelColumns)
                BFloat16Rows.StorePairs(even + column, even + sourceStride + column, PanelColumns,
                    (uint*)(target + column / PanelColumns * PanelBytes(k)) + (firstRow + row) / 2 * PanelColumns);
        }
    }

    public override void StorePanelTransposed(float* source, int sourceStride, int k, byte* panel)
    {
        uint* row = stackalloc uint[k / 2];
        for (int column = 0; column < PanelColumns; column++)
        {
            BFloat16Rows.Store(source + (long)column * sourceStride, k, (ushort*)row);
            uint* target = (uint*)panel + column;
            for (int pair = 0; pair < k / 2; pair++) target[pair * PanelColumns] = row[pair];
        }
    }

    public override void StoreRowsAndPanels(
        float* source, int sourceStride, int rows, int columns, byte* rowTarget, int rowStride, byte* panelTarget, int k, int firstRow)
    {
        for (int row = 0; row < rows; row += 2)
        {
            float* even = source + (long)row * sourceStride;
            ushort* target = (ushort*)rowTarget + (long)row * rowStride;
            for (int column = 0; column < columns; column += PanelColumns)
                BFloat16Rows.StoreRowsAndPairs(even + column, even + sourceStride + column, PanelColumns, target + column,
                    target + rowStride + column, (uint*)(panelTarget + column / PanelColumns * PanelBytes(k)) + (firstRow + row) / 2 * PanelColumns);
        }
    }

    // Panels hold code + 1, for vpdpbusd takes one side unsigned: sums must begin with minus the sum of the other side.
    public override int StoreCodes(float* codes, sbyte* target)
    {
        Vector<int> sums = default;
        int width = Vector<int>.Count;
        for (int i = 0; i < KBlock; i += 4 * width)
        {
            Vector<int> a = Vector.ConvertToInt32(Vector.Load(codes + i)), b = Vector.ConvertToInt32(Vector.Load(codes + i + width));
            Vector<int> c = Vector.ConvertToInt32(Vector.Load(codes + i + 2 * width)), d = Vector.ConvertToInt32(Vector.Load(codes + i + 3 * width));
            sums += a + b + (c + d);
            Vector.Narrow(Vector.Narrow(a, b), Vector.Narrow(c, d)).Store(target + i);
        }
        return -Vector.Sum(sums);
    }

    public override void StoreTernaryPanel(float* codes, int stride, int k, byte* panel)
    {
        for (int column = 0; column < PanelColumns; column++)
        {
            float* source = codes + (long)column * stride;
            for (int i = 0; i < k; i += 4)
                *(uint*)(panel + i * PanelColumns + column * 4) = (uint)((int)source[i] + 1 | (int)source[i + 1] + 1 << 8 |
                    (int)source[i + 2] + 1 << 16 | (int)source[i + 3] + 1 << 24);
        }
    }

    protected override void Run(ref PanelCall call, PanelKernel kernel)
    {
        if (kernel != PanelKernel.Codes && call.RowScale != null) throw new NotSupportedException("row scales are for codes");
        fixed (PanelCall* pointer = &call)
            if (kernel == PanelKernel.Rows) rows(pointer);
            else if (kernel == PanelKernel.Codes) codes(pointer);
            else outer(pointer);
    }

    private static bool HasInstructions()
    {
        if (!X86Base.IsSupported || (X86Base.CpuId(1, 0).Ecx & 1 << 27) == 0) return false; // OSXSAVE
        var savedStates = (delegate* unmanaged<ulong>)ExecutableMemory.Emit(c =>
        {
            c.xor(ecx, ecx);
            c.xgetbv();
            c.shl(rdx, 32);
            c.or(rax, rdx);
            c.ret();
        });
        const ulong Avx512States = 0xE6; // SSE, AVX, opmask, upper ZMM halves, ZMM16-31
        if ((savedStates() & Avx512States) != Avx512States) return false;
        if (X86Base.CpuId(0, 0).Eax < 7 || (X86Base.CpuId(7, 0).Ebx & 1 << 16) == 0) return false; // AVX512F
        if ((X86Base.CpuId(7, 0).Ecx & 1 << 11) == 0) return false; // AVX512_VNNI
        return (X86Base.CpuId(7, 1).Eax & 1 << 5) != 0; // AVX512_BF16
    }

    // A tile is 8 rows x 32 columns: 16 sums in zmm16-31, two vectors of B in zmm0-1, a pair (for codes: four)
    // of A broadcast to zmm2-5 in turn.
    private static void Write(Assembler c, PanelKernel kernel)
    {
        bool codes = kernel == PanelKernel.Codes, leftIsPanels = kernel == PanelKernel.Outer;
        AssemblerRegister64[] saved = [rbx, rsi, rdi, r12, r13, r14, r15];
        var argument = OperatingSystem.IsWindows() ? rcx : rdi;
        foreach (AssemblerRegister64 register in saved) c.push(register);
        c.mov(r11, argument);
        c.mov(r8, __qword_ptr[r11 + 0]); // A
        c.mov(r9, __qword_ptr[r11 + 8]); // B
        c.mov(r10, __qword_ptr[r11 + 16]); // C
        if (codes) c.mov(r14, __qword_ptr[r11 + 24]); // row scales
        if (codes) c.mov(r15, __qword_ptr[r11 + 80]); // row offsets
        c.mov(rcx, __qword_ptr[r11 + 32]); // A row step
        c.lea(r12, __[rcx + rcx * 2]);
        c.mov(rdx, __qword_ptr[r11 + 48]); // C row step
        c.mov(r13, __qword_ptr[r11 + 64]); // tiles

        Label tile = c.CreateLabel(), step = c.CreateLabel(), next = c.CreateLabel(), overwrite = c.CreateLabel();
        c.Label(ref tile);
        for (int i = 0; i < Sums.Length; i++)
            if (codes) c.vpbroadcastd(Sums[i], __dword_ptr[r15 + i / 2 * 4]);
            else c.vpxord(Sums[i], Sums[i], Sums[i]);
        c.mov(rsi, r8);
        if (!leftIsPanels) c.lea(rdi, __[r8 + rcx * 4]);
        c.mov(rbx, r9);
        c.mov(rax, __qword_ptr[r11 + 56]); // K

        c.Label(ref step);
        int pairBytes = leftIsPanels ? PanelColumns * 4 : 4;
        for (int pair = 0; pair < 4; pair++)
        {
            c.vmovups(zmm0, __zmmword_ptr[rbx + pair * 128]);
            c.vmovups(zmm1, __zmmword_ptr[rbx + pair * 128 + 64]);
            for (int row = 0; row < TileRows; row++)
            {
                AssemblerRegisterZMM broadcast = (row & 3) switch { 0 => zmm2, 1 => zmm3, 2 => zmm4, _ => zmm5 };
                int offset = pair * pairBytes;
                if (leftIsPanels)
                {
                    c.vpbroadcastd(broadcast, __dword_ptr[rsi + offset + row * 4]);
                }
                else
                {
                    AssemblerRegister64 quad = row < 4 ? rsi : rdi;
                    c.vpbroadcastd(broadcast, (row & 3) switch
                    {
                        0 => __dword_ptr[quad + offset],
                        1 => __dword_ptr[quad + rcx + offset],
                        2 => __dword_ptr[quad + rcx * 2 + offset],
                        _ => __dword_ptr[quad + r12 + offset],
                    });
                }
                for (int half = 0; half < 2; half++)
                {
                    AssemblerRegisterZMM sum = Sums[2 * row + half], b = half == 0 ? zmm0 : zmm1;
                    if (codes) c.vpdpbusd(sum, b, broadcast);
                    else c.vdpbf16ps(sum, broadcast, b);
                }
            }
        }
        c.add(rsi, 4 * pairBytes);
        if (!leftIsPanels) c.add(rdi, 4 * pairBytes);
        c.add(rbx, 512);
        c.sub(rax, codes ? 16 : 8);
        c.jg(step);

        c.vbroadcastss(zmm0, __dword_ptr[r11 + 72]); // scale
        c.mov(rsi, r10);
        c.cmp(__dword_ptr[r11 + 76], 0);
        c.je(overwrite);
        for (int row = 0; row < TileRows; row++) Finish(row, accumulate: true);
        c.jmp(next);
        c.Label(ref overwrite);
        for (int row = 0; row < TileRows; row++) Finish(row, accumulate: false);
        c.Label(ref next);
        c.lea(r10, __[r10 + rdx * 8]);
        c.add(r8, __qword_ptr[r11 + 40]);
        if (codes)
        {
            c.add(r14, TileRows * 4);
            c.add(r15, TileRows * 4);
        }
        c.dec(r13);
        c.jg(tile);

        c.vzeroupper();
        foreach (AssemblerRegister64 register in saved.Reverse()) c.pop(register);
        c.ret();

        void Finish(int row, bool accumulate)
        {
            AssemblerRegisterZMM scale = zmm0;
            if (codes)
            {
                scale = zmm2;
                c.vmulps(zmm2, zmm0, __dword_bcst[r14 + row * 4]);
            }
            for (int half = 0; half < 2; half++)
            {
                AssemblerRegisterZMM sum = Sums[2 * row + half];
                if (codes) c.vcvtdq2ps(sum, sum);
                if (accumulate) c.vfmadd213ps(sum, scale, __zmmword_ptr[rsi + half * 64]);
                else c.vmulps(sum, sum, scale);
                c.vmovups(__zmmword_ptr[rsi + half * 64], sum);
            }
            c.add(rsi, rdx);
        }
    }
}
