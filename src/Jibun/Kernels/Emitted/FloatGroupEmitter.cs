using Iced.Intel;
using Jibun.Formats;
using static Iced.Intel.AssemblerRegisters;

namespace Jibun.Kernels.Emitted;

/// <summary>
/// Writes AVX-512 code for float weights in row groups and one tile size; a step takes one column (float32, float16) or two (bfloat16: vdpbf16ps).
/// Every addition waits for the one before, so bfloat16 sums odd steps apart; others stay in the order of all tiers, and a few tokens meet several
/// row groups at once. Registers: zmm0–7 sums of sixteen rows, one a token and row group, zmm16–23 those of odd steps, zmm8–9 weights.
/// </summary>
internal sealed class FloatGroupEmitter(Assembler assembler, GgmlType type, int tokens, bool readOnce)
{
    private static readonly int[] s_cachedTurns = [4, 2, 1]; // where weights are in a cache

    private readonly Assembler _c = assembler;
    private readonly CallFrame _frame = new(assembler, RowGroupArguments.Offset);
    private readonly int _chains = type == GgmlType.BF16 ? 2 : 1; // vdpbf16ps takes six cycles, and two can begin in each
    private readonly int _stepBytes = RowGroupLayout.Rows * (type == GgmlType.F16 ? 2 : 4);

    public static nint Emit(GgmlType type, int tokens, bool readOnce) =>
        ExecutableMemory.Emit(assembler => new FloatGroupEmitter(assembler, type, tokens, readOnce).Write());

    /// <summary>Row groups that so many tokens meet at once, if there are as many: together they have eight sums at most.</summary>
    public static int GroupsAtOnce(GgmlType type, int tokens) => type == GgmlType.BF16 ? 1 : tokens switch { 1 or 2 => 4, 3 or 4 => 2, _ => 1 };

    // rax weights, rbx groups left, rcx steps left, rdx activations, rsi bytes of a group, rdi of three, r9 output, r10 arguments
    private void Write()
    {
        _frame.Enter();
        _frame.Load(rax, nameof(RowGroupArguments.Weights));
        _frame.Load(rbx, nameof(RowGroupArguments.Groups));
        _frame.Load(r9, nameof(RowGroupArguments.Output));
        _frame.Load(rsi, nameof(RowGroupArguments.Blocks));
        _c.imul(rsi, rsi, _stepBytes);
        _c.lea(rdi, __[rsi + rsi * 2]);
        UnrolledLoop.Write(_c, rbx, GroupsAtOnce(type, tokens) is > 1 and int together ? [together, 1] : [1], WriteGroups);
        _frame.Leave();
    }

    private void WriteGroups(int groups)
    {
        _frame.Load(rdx, nameof(RowGroupArguments.Codes));
        _frame.Load(rcx, nameof(RowGroupArguments.Blocks));
        for (int group = 0; group < groups; group++)
            for (int chain = 0; chain < _chains; chain++)
                for (int t = 0; t < tokens; t++) _c.vpxord(Sum(group, t, chain), Sum(group, t, chain), Sum(group, t, chain));
        UnrolledLoop.Write(_c, rcx, readOnce ? Prefetch.Turns(_stepBytes) : s_cachedTurns, steps => WriteSteps(groups, steps));
        for (int group = 0; group < groups; group++) Store(group);
        if (groups > 1) _c.lea(rax, groups == 4 ? __[rax + rdi] : __[rax + rsi]);
    }

    private void WriteSteps(int groups, int steps)
    {
        for (int step = 0; step < steps; step++)
            for (int group = 0; group < groups; group++) WriteStep(group, step);
        _c.add(rdx, steps * 4 * tokens);
        _c.add(rax, steps * _stepBytes);
    }

    private void WriteStep(int group, int step)
    {
        AssemblerRegisterZMM weights = (step + group) % 2 == 0 ? zmm8 : zmm9;
        int position = step * _stepBytes, chain = step % _chains;
        if (readOnce && position % CacheLine.Bytes == 0) _c.prefetchnta(At(group, position + Prefetch.Distance));
        if (type == GgmlType.F16) _c.vcvtph2ps(weights, __ymmword_ptr[At(group, position)]);
        else _c.vmovups(weights, __zmmword_ptr[At(group, position)]);
        for (int t = 0; t < tokens; t++)
        {
            AssemblerMemoryOperand activation = __dword_bcst[rdx + (step * tokens + t) * 4];
            if (type == GgmlType.BF16) _c.vdpbf16ps(Sum(group, t, chain), weights, activation);
            else _c.vfmadd231ps(Sum(group, t, chain), weights, activation);
        }
    }

    private static AssemblerMemoryOperand At(int group, int position) => group switch
    {
        0 => __[rax + position],
        1 => __[rax + rsi + position],
        2 => __[rax + rsi * 2 + position],
        _ => __[rax + rdi + position],
    };

    private void Store(int group)
    {
        _c.mov(rdx, r9);
        for (int t = 0; t < tokens; t++)
        {
            if (_chains == 2) _c.vaddps(Sum(group, t, 0), Sum(group, t, 0), Sum(group, t, 1));
            _c.vmovups(__zmmword_ptr[rdx], Sum(group, t, 0));
            if (t + 1 < tokens) _c.add(rdx, _frame.Field(nameof(RowGroupArguments.OutputStride)));
        }
        _c.add(r9, RowGroupLayout.Rows * 4);
    }

    private AssemblerRegisterZMM Sum(int group, int token, int chain) => new(Register.ZMM0 + group * tokens + token + 16 * chain);
}
