using Iced.Intel;
using Jibun.Formats;
using static Iced.Intel.AssemblerRegisters;

namespace Jibun.Kernels.Emitted;

/// <summary>
/// Writes AVX-512 code that sums the values of a page for one tile of rows, 32 dimensions at a time. zmm0–7 hold the sums of the first
/// sixteen of them, zmm8–15 those of the others; a weight is broadcast once for both. Quantized values: vpdpbusd, unsigned weights ×
/// signed values; with weights of 16 bits the high bytes first, then 256 times that and the low bytes; with weights of 8 bits each half of the page
/// by itself.
/// </summary>
internal sealed class ValueEmitter(Assembler assembler, GgmlType type, bool isFine, int rows)
{
    private const int PageTokens = AttentionLayout.PageTokens;

    private readonly Assembler _c = assembler;
    private readonly CallFrame _frame = new(assembler, ValueArguments.Offset);
    private readonly int _halfBytes = PageTokens * RowGroupLayout.Rows * type switch { GgmlType.F32 => 4, GgmlType.F16 => 2, _ => 1 } / (type == GgmlType.Q4_0 ? 2 : 1);

    public static nint Emit(GgmlType type, bool isFine, int rows) =>
        ExecutableMemory.Emit(assembler => new ValueEmitter(assembler, type, isFine, rows).Write());

    private bool IsTwofold => isFine && !IsFloat;

    private bool IsInParts => !isFine && !IsFloat;

    private bool IsFloat => type is GgmlType.F32 or GgmlType.F16;

    // rax values, rbx blocks left, rcx tokens left or fades, rdx weights or codes, rsi block of values, rdi block of codes, rbp bytes from row to row,
    // r8 scales, r9 output, r10 arguments, r11 output of a row or what is fetched ahead
    private void Write()
    {
        _frame.Enter();
        _frame.Load(rsi, nameof(ValueArguments.Values));
        _frame.Load(rbx, nameof(ValueArguments.Blocks));
        _frame.Load(r9, nameof(ValueArguments.Output));
        _frame.Load(rbp, nameof(ValueArguments.OutputStride));
        _frame.Load(r8, nameof(ValueArguments.Scales));
        _frame.Load(rdi, IsFloat ? nameof(ValueArguments.Weights) : nameof(ValueArguments.Codes));
        if (type == GgmlType.Q4_0)
        {
            Broadcast(zmm28, 0x0F0F0F0F);
            Broadcast(zmm29, 0x08080808);
        }
        Label block = _c.CreateLabel();
        _c.Label(ref block);
        _c.mov(rax, rsi);
        _c.mov(rdx, rdi);
        if (IsInParts) AddParts();
        else AddWhole();
        _c.add(rsi, 2 * _halfBytes + (IsFloat ? 0 : PageTokens * 2));
        if (!IsFloat)
        {
            _c.add(rdi, (IsTwofold ? 2 : 1) * rows * PageTokens);
            _c.add(r8, (IsInParts ? 2 : 1) * rows * 4);
        }
        _c.add(r9, AttentionLayout.Block * 4);
        _c.dec(rbx);
        _c.jnz(block);
        _frame.Leave();
    }

    // Halves of the page, whose weights are relative to different ones.
    private void AddParts()
    {
        Label second = _c.CreateLabel(), done = _c.CreateLabel();
        _frame.Load(rcx, nameof(ValueArguments.Tokens));
        Begin();
        _c.cmp(rcx, PageTokens / 2);
        _c.jg(second);
        AddAll();
        Store(part: 0);
        _c.jmp(done);
        _c.Label(ref second);
        _c.mov(ecx, PageTokens / 2);
        AddAll();
        Store(part: 0);
        _frame.Load(rcx, nameof(ValueArguments.Tokens));
        _c.sub(rcx, PageTokens / 2);
        Begin();
        AddAll();
        Store(part: 1);
        _c.Label(ref done);
        _c.nop();
    }

    private void AddWhole()
    {
        Begin();
        _frame.Load(rcx, nameof(ValueArguments.Tokens));
        AddAll();
        if (IsTwofold)
        {
            for (int row = 0; row < rows; row++)
            {
                _c.vpslld(Low(row), Low(row), 8);
                _c.vpslld(High(row), High(row), 8);
            }
            _c.mov(rax, rsi);
            _c.lea(rdx, __[rdi + rows * PageTokens]);
            _frame.Load(rcx, nameof(ValueArguments.Tokens));
            AddAll();
        }
        Store(part: 0);
    }

    private void Begin()
    {
        if (!IsFloat)
        {
            for (int sum = 0; sum < rows; sum++)
            {
                _c.vpxord(Low(sum), Low(sum), Low(sum));
                _c.vpxord(High(sum), High(sum), High(sum));
            }
            return;
        }
        _frame.Load(rax, nameof(ValueArguments.Fades));
        _c.mov(r11, r9);
        for (int row = 0; row < rows; row++)
        {
            _c.vbroadcastss(zmm26, __dword_ptr[rax + row * 4]);
            _c.vmulps(Low(row), zmm26, __zmmword_ptr[r11]);
            _c.vmulps(High(row), zmm26, __zmmword_ptr[r11 + 64]);
            if (row + 1 < rows) _c.add(r11, rbp);
        }
        _c.mov(rax, rsi);
    }

    // As many tokens as rcx says.
    private void AddAll()
    {
        Label tokens = _c.CreateLabel();
        _frame.Load(r11, nameof(ValueArguments.Ahead));
        _c.Label(ref tokens);
        _c.prefetcht1(__byte_ptr[r11]);
        _c.add(r11, CacheLine.Bytes);
        AddEight();
        _c.sub(rcx, 8);
        _c.jnz(tokens);
        _c.mov(_frame.Field(nameof(ValueArguments.Ahead)), r11);
    }

    private void AddEight()
    {
        if (IsFloat)
        {
            int bytes = RowGroupLayout.Rows * (type == GgmlType.F32 ? 4 : 2);
            for (int token = 0; token < 8; token++)
            {
                LoadFloats(zmm24, token * bytes);
                LoadFloats(zmm25, token * bytes + _halfBytes);
                for (int row = 0; row < rows; row++)
                {
                    AssemblerRegisterZMM weight = Weight(row);
                    _c.vbroadcastss(weight, __dword_ptr[rdx + row * PageTokens * 4 + token * 4]);
                    _c.vfmadd231ps(Low(row), weight, zmm24);
                    _c.vfmadd231ps(High(row), weight, zmm25);
                }
            }
            _c.add(rax, 8 * bytes);
            _c.add(rdx, 8 * 4);
            return;
        }
        for (int four = 0; four < 2; four++)
        {
            LoadCodes(zmm24, four, 0);
            LoadCodes(zmm25, four, _halfBytes);
            for (int row = 0; row < rows; row++)
            {
                AssemblerRegisterZMM weight = Weight(row);
                _c.vpbroadcastd(weight, __dword_ptr[rdx + row * PageTokens + four * 4]);
                _c.vpdpbusd(Low(row), weight, zmm24);
                _c.vpdpbusd(High(row), weight, zmm25);
            }
        }
        _c.add(rax, type == GgmlType.Q8_0 ? 128 : 64);
        _c.add(rdx, 8);
    }

    private void LoadFloats(AssemblerRegisterZMM values, int position)
    {
        if (type == GgmlType.F16) _c.vcvtph2ps(values, __ymmword_ptr[rax + position]);
        else _c.vmovups(values, __zmmword_ptr[rax + position]);
    }

    // Half-bytes are codes around 8.
    private void LoadCodes(AssemblerRegisterZMM codes, int four, int position)
    {
        if (type == GgmlType.Q8_0)
        {
            _c.vmovdqu32(codes, __zmmword_ptr[rax + four * 64 + position]);
            return;
        }
        if (four == 0)
        {
            _c.vpandd(codes, zmm28, __zmmword_ptr[rax + position]);
        }
        else
        {
            _c.vpsrlw(codes, __zmmword_ptr[rax + position], 4);
            _c.vpandd(codes, codes, zmm28);
        }
        _c.vpsubb(codes, codes, zmm29);
    }

    private void Store(int part)
    {
        _c.mov(r11, r9);
        if (!IsFloat && part == 0) _frame.Load(rcx, nameof(ValueArguments.Fades));
        for (int row = 0; row < rows; row++)
        {
            if (IsFloat)
            {
                _c.vmovups(__zmmword_ptr[r11], Low(row));
                _c.vmovups(__zmmword_ptr[r11 + 64], High(row));
            }
            else
            {
                if (part == 0) _c.vbroadcastss(zmm26, __dword_ptr[rcx + row * 4]);
                _c.vbroadcastss(zmm27, __dword_ptr[r8 + (part * rows + row) * 4]);
                Finish(Low(row), 0, part);
                Finish(High(row), 64, part);
            }
            if (row + 1 < rows) _c.add(r11, rbp);
        }
    }

    private void Finish(AssemblerRegisterZMM sum, int position, int part)
    {
        _c.vcvtdq2ps(sum, sum);
        if (part == 0) _c.vmulps(zmm24, zmm26, __zmmword_ptr[r11 + position]);
        else _c.vmovups(zmm24, __zmmword_ptr[r11 + position]);
        _c.vfmadd231ps(zmm24, sum, zmm27);
        _c.vmovups(__zmmword_ptr[r11 + position], zmm24);
    }

    private void Broadcast(AssemblerRegisterZMM register, int value)
    {
        _c.mov(edx, value);
        _c.vpbroadcastd(register, edx);
    }

    private static AssemblerRegisterZMM Low(int row) => new(Register.ZMM0 + row);

    private static AssemblerRegisterZMM High(int row) => new(Register.ZMM8 + row);

    private static AssemblerRegisterZMM Weight(int row) => new(Register.ZMM16 + row % 8);
}
