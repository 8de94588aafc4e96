using Iced.Intel;
using Jibun.Formats;
using static Iced.Intel.AssemblerRegisters;

namespace Jibun.Kernels.Emitted;

/// <summary>
/// Writes AVX-512 code for the scores of a tile of queries with cached keys, 32 tokens (two row groups) at a time, so that what is broadcast
/// serves twice and few queries still keep enough sums going. What is read must be whole pairs of groups. Registers:
/// <code>
/// zmm0 –15  float sums, two a query                            zmm16–17  keys
/// zmm0 –7   the same of quantized keys, four queries at once   zmm18–25  a query's values
/// zmm8 –15  integer sums of a block of those                   zmm26–28  scales, mask
/// </code>
/// </summary>
internal sealed class KeyEmitter
{
    private readonly Assembler _c;
    private readonly CallFrame _frame;
    private readonly GgmlType _type;
    private readonly RowGroupLayout? _layout;
    private readonly int _rows, _unitBytes;

    private KeyEmitter(Assembler assembler, GgmlType type, int rows)
    {
        (_c, _type, _rows) = (assembler, type, rows);
        _frame = new CallFrame(assembler, RowGroupArguments.Offset);
        _layout = type is GgmlType.F32 or GgmlType.F16 ? null : new RowGroupLayout(BlockFormats.Get(type, "keys").Anatomy!);
        _unitBytes = _layout?.BlockBytes ?? RowGroupLayout.Rows * (type == GgmlType.F16 ? 2 : 4);
    }

    public static nint Emit(GgmlType type, int rows) => ExecutableMemory.Emit(assembler => new KeyEmitter(assembler, type, rows).Write());

    private int RowsAtOnce => _layout is null ? 8 : 4;

    // rax keys, rbx pairs left, rcx blocks or columns left, rdx queries, rsi scales, rdi offsets, rbp bytes from row to row, r8 bytes of a group,
    // r9 output, r10 arguments, r11 the pair's keys
    private void Write()
    {
        _frame.Enter();
        _frame.Load(r11, nameof(RowGroupArguments.Weights));
        _frame.Load(rbx, nameof(RowGroupArguments.Groups));
        _frame.Load(r9, nameof(RowGroupArguments.Output));
        _frame.Load(rbp, nameof(RowGroupArguments.OutputStride));
        _frame.Load(r8, nameof(RowGroupArguments.Blocks));
        _c.imul(r8, r8, _unitBytes);
        _c.inc(rbx);
        _c.shr(rbx, 1);
        if (_type == GgmlType.Q4_0)
        {
            _c.mov(edx, 0x0F0F0F0F);
            _c.vpbroadcastd(zmm28, edx);
        }
        Label pair = _c.CreateLabel();
        _c.Label(ref pair);
        for (int first = 0; first < _rows; first += RowsAtOnce) WriteRows(first, Math.Min(RowsAtOnce, _rows - first));
        _c.lea(r11, __[r11 + r8 * 2]);
        _c.add(r9, 2 * RowGroupLayout.Rows * 4);
        _c.dec(rbx);
        _c.jnz(pair);
        _frame.Leave();
    }

    private void WriteRows(int first, int count)
    {
        _c.mov(rax, r11);
        _frame.Load(rcx, nameof(RowGroupArguments.Blocks));
        _frame.Load(rdx, nameof(RowGroupArguments.Codes));
        if (first > 0) _c.add(rdx, first * 4);
        for (int sum = 0; sum < 2 * count; sum++) _c.vpxord(Sum(sum), Sum(sum), Sum(sum));
        if (_layout is null) AddColumns(count);
        else AddBlocks(first, count);
        _c.mov(rax, r9);
        for (int row = 0; row < first; row++) _c.add(rax, rbp);
        for (int row = 0; row < count; row++)
        {
            _c.vmovups(__zmmword_ptr[rax], Sum(2 * row));
            _c.vmovups(__zmmword_ptr[rax + 64], Sum(2 * row + 1));
            if (row + 1 < count) _c.add(rax, rbp);
        }
    }

    private void AddColumns(int count)
    {
        UnrolledLoop.Write(_c, rcx, [4, 1], columns =>
        {
            for (int column = 0; column < columns; column++) AddColumn(column, count);
            _c.add(rax, columns * _unitBytes);
            _c.add(rdx, columns * _rows * 4);
        });
    }

    private void AddColumn(int column, int count)
    {
        LoadFloats(zmm16, __[rax + column * _unitBytes]);
        LoadFloats(zmm17, __[rax + r8 + column * _unitBytes]);
        for (int row = 0; row < count; row++)
        {
            _c.vbroadcastss(Query(row), __dword_ptr[rdx + (column * _rows + row) * 4]);
            _c.vfmadd231ps(Sum(2 * row), zmm16, Query(row));
            _c.vfmadd231ps(Sum(2 * row + 1), zmm17, Query(row));
        }
    }

    private void LoadFloats(AssemblerRegisterZMM keys, AssemblerMemoryOperand place)
    {
        if (_type == GgmlType.F16) _c.vcvtph2ps(keys, __ymmword_ptr[place]);
        else _c.vmovups(keys, __zmmword_ptr[place]);
    }

    private void AddBlocks(int first, int count)
    {
        _frame.Load(rsi, nameof(RowGroupArguments.Scales));
        _frame.Load(rdi, nameof(RowGroupArguments.Offsets));
        if (first > 0)
        {
            _c.add(rsi, first * 4);
            _c.add(rdi, first * 4);
        }
        Label block = _c.CreateLabel();
        _c.Label(ref block);
        for (int row = 0; row < count; row++)
        {
            _c.vpbroadcastd(Integer(2 * row), __dword_ptr[rdi + row * 4]);
            _c.vmovdqa32(Integer(2 * row + 1), Integer(2 * row));
        }
        for (int four = 0; four < AttentionLayout.Block / RowGroupLayout.GroupColumns; four++)
        {
            LoadCodes(zmm16, four, __[rax]);
            LoadCodes(zmm17, four, __[rax + r8]);
            for (int row = 0; row < count; row++)
            {
                _c.vpbroadcastd(Query(row), __dword_ptr[rdx + (four * _rows + row) * 4]);
                _c.vpdpbusd(Integer(2 * row), zmm16, Query(row));
                _c.vpdpbusd(Integer(2 * row + 1), zmm17, Query(row));
            }
        }
        _c.vcvtph2ps(zmm16, __ymmword_ptr[rax + _layout!.DOffset]);
        _c.vcvtph2ps(zmm17, __ymmword_ptr[rax + r8 + _layout.DOffset]);
        for (int row = 0; row < count; row++)
        {
            _c.vbroadcastss(Query(row), __dword_ptr[rsi + row * 4]);
            AddScaled(2 * row, zmm16, Query(row));
            AddScaled(2 * row + 1, zmm17, Query(row));
        }
        _c.add(rax, _layout.BlockBytes);
        _c.add(rdx, AttentionLayout.Block * _rows);
        _c.add(rsi, 4 * _rows);
        _c.add(rdi, 4 * _rows);
        _c.dec(rcx);
        _c.jnz(block);
    }

    private void LoadCodes(AssemblerRegisterZMM codes, int four, AssemblerMemoryOperand block)
    {
        if (_type == GgmlType.Q8_0)
        {
            _c.vmovdqu32(codes, __zmmword_ptr[block + four * RowGroupLayout.VectorBytes]);
            return;
        }
        AssemblerMemoryOperand both = __zmmword_ptr[block + four / 2 * RowGroupLayout.VectorBytes];
        if (four % 2 == 0)
        {
            _c.vpandd(codes, zmm28, both);
            return;
        }
        _c.vpsrlw(codes, both, 4);
        _c.vpandd(codes, codes, zmm28);
    }

    // Integer · (scale of the keys · scale of the query), as all tiers do it.
    private void AddScaled(int sum, AssemblerRegisterZMM ofKeys, AssemblerRegisterZMM ofQuery)
    {
        AssemblerRegisterZMM scale = sum % 2 == 0 ? zmm26 : zmm27;
        _c.vcvtdq2ps(Integer(sum), Integer(sum));
        _c.vmulps(scale, ofKeys, ofQuery);
        _c.vfmadd231ps(Sum(sum), Integer(sum), scale);
    }

    private static AssemblerRegisterZMM Sum(int sum) => new(Register.ZMM0 + sum);

    private static AssemblerRegisterZMM Integer(int sum) => new(Register.ZMM8 + sum);

    private static AssemblerRegisterZMM Query(int row) => new(Register.ZMM18 + row);
}
