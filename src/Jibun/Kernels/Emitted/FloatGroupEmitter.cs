using Iced.Intel;
using Jibun.Formats;
using static Iced.Intel.AssemblerRegisters;

namespace Jibun.Kernels.Emitted;

/// <summary>
/// Writes AVX-512 code for float weights in row groups and one tile size: zmm0–7 hold the sums of sixteen rows, one register a
/// token; a step takes one column (float32, float16) or two (bfloat16: vdpbf16ps, with odd steps summed in zmm16–23).
/// </summary>
internal sealed class FloatGroupEmitter(Assembler assembler, GgmlType type, int tokens, bool readOnce)
{
    private static readonly int[] s_cachedTurns = [4, 2, 1]; // where weights are in a cache

    private readonly Assembler _c = assembler;
    private readonly int _chains = type == GgmlType.BF16 ? 2 : 1; // vdpbf16ps takes six cycles, and two can begin in each; other sums stay in the order of all tiers
    private readonly int _stepBytes = RowGroupLayout.Rows * (type == GgmlType.F16 ? 2 : 4);

    public static nint Emit(GgmlType type, int tokens, bool readOnce) =>
        ExecutableMemory.Emit(assembler => new FloatGroupEmitter(assembler, type, tokens, readOnce).Write());

    // rax weights, rbx groups left, rcx steps left, rdx activations, r9 output, r10 arguments
    private void Write()
    {
        CallFrame.Enter(_c);
        _c.mov(r10, CallFrame.FirstArgument);
        _c.mov(rax, __[r10 + RowGroupArguments.Offset(nameof(RowGroupArguments.Weights))]);
        _c.mov(rbx, __[r10 + RowGroupArguments.Offset(nameof(RowGroupArguments.Groups))]);
        _c.mov(r9, __[r10 + RowGroupArguments.Offset(nameof(RowGroupArguments.Output))]);
        Label group = _c.CreateLabel();
        _c.Label(ref group);
        _c.mov(rdx, __[r10 + RowGroupArguments.Offset(nameof(RowGroupArguments.Codes))]);
        _c.mov(rcx, __[r10 + RowGroupArguments.Offset(nameof(RowGroupArguments.Blocks))]);
        for (int chain = 0; chain < _chains; chain++)
            for (int t = 0; t < tokens; t++) _c.vpxord(Sum(t, chain), Sum(t, chain), Sum(t, chain));
        UnrolledLoop.Write(_c, rcx, readOnce ? Prefetch.Turns(_stepBytes) : s_cachedTurns, WriteSteps);
        Store();
        _c.add(r9, RowGroupLayout.Rows * 4);
        _c.dec(rbx);
        _c.jnz(group);
        CallFrame.Leave(_c);
    }

    private void WriteSteps(int steps)
    {
        for (int step = 0; step < steps; step++) WriteStep(step);
        _c.add(rdx, steps * 4 * tokens);
        _c.add(rax, steps * _stepBytes);
    }

    private void WriteStep(int step)
    {
        AssemblerRegisterZMM weights = step % 2 == 0 ? zmm8 : zmm9;
        int position = step * _stepBytes, chain = step % _chains;
        if (readOnce && position % CacheLine.Bytes == 0) _c.prefetchnta(__[rax + position + Prefetch.Distance]);
        if (type == GgmlType.F16) _c.vcvtph2ps(weights, __ymmword_ptr[rax + position]);
        else _c.vmovups(weights, __zmmword_ptr[rax + position]);
        for (int t = 0; t < tokens; t++)
        {
            AssemblerMemoryOperand activation = __dword_bcst[rdx + (step * tokens + t) * 4];
            if (type == GgmlType.BF16) _c.vdpbf16ps(Sum(t, chain), weights, activation);
            else _c.vfmadd231ps(Sum(t, chain), weights, activation);
        }
    }

    private void Store()
    {
        _c.mov(rdx, r9);
        for (int t = 0; t < tokens; t++)
        {
            if (_chains == 2) _c.vaddps(Sum(t, 0), Sum(t, 0), Sum(t, 1));
            _c.vmovups(__zmmword_ptr[rdx], Sum(t, 0));
            if (t + 1 < tokens) _c.add(rdx, __[r10 + RowGroupArguments.Offset(nameof(RowGroupArguments.OutputStride))]);
        }
    }

    private static AssemblerRegisterZMM Sum(int token, int chain) => new(Register.ZMM0 + token + 16 * chain);
}
