using Iced.Intel;
using Jibun.Formats;
using Jibun.Kernels.X86;
using static Iced.Intel.AssemblerRegisters;

namespace Jibun.Kernels.Emitted;

/// <summary>
/// Writes AVX512-VNNI code for one <see cref="RowGroupLayout"/> and tile size. Registers:
/// <code>
/// zmm0 –7   float sums, one per token        zmm24–25  code vectors, 26 their high bits, 27 the code table
/// zmm8 –15  integer sums of a sub-block      zmm28–29  masks
/// zmm16–23  integer sums of a block          zmm30–31  scales, scratch
/// </code>
/// With up to four tokens the integer sums of a sub-block are spread over two or four registers a token, to shorten the chain of dependent products; what
/// further tokens would take holds masks (zmm5–7) and tables (zmm20–23).
/// </summary>
internal sealed class RowGroupEmitter
{
    private static readonly AssemblerRegisterZMM[] Zmm =
    [
        zmm0, zmm1, zmm2, zmm3, zmm4, zmm5, zmm6, zmm7, zmm8, zmm9, zmm10, zmm11, zmm12, zmm13, zmm14, zmm15,
        zmm16, zmm17, zmm18, zmm19, zmm20, zmm21, zmm22, zmm23, zmm24, zmm25, zmm26, zmm27, zmm28, zmm29, zmm30, zmm31,
    ];

    private static readonly (int Low, int High)[] s_lookedUp = [(0, 4), (2, 1), (4, 2), (0, 3)]; // where the bits of a code of three lie, by place

    private readonly Assembler _c;
    private readonly CallFrame _frame;
    private readonly RowGroupLayout _layout;
    private readonly BlockAnatomy _anatomy;
    private readonly int _tokens;
    private readonly bool _readOnce, _isWide;
    private Label _table;
    private int _lowHeld, _highHeld; // offsets of the vectors of codes in zmm30 and zmm31 while products are summed

    private RowGroupEmitter(Assembler assembler, RowGroupLayout layout, int tokens, bool readOnce, bool isWide)
    {
        (_c, _layout, _anatomy, _tokens, _readOnce, _isWide) = (assembler, layout, layout.Anatomy, tokens, readOnce, isWide);
        _frame = new CallFrame(assembler, RowGroupArguments.Offset);
        _table = assembler.CreateLabel();
    }

    /// <param name="layout">Of the weights.</param>
    /// <param name="tokens">Of a tile.</param>
    /// <param name="readOnce">Whether weights come from memory.</param>
    /// <param name="isWide">Whether those of a row group are more than <see cref="Prefetch.WideBytes"/>.</param>
    public static nint Emit(RowGroupLayout layout, int tokens, bool readOnce, bool isWide) =>
        ExecutableMemory.Emit(assembler => new RowGroupEmitter(assembler, layout, tokens, readOnce, isWide).Write());

    // rax weights, rbx groups left, rcx blocks left, rdx codes, rsi activation scales, rdi offsets, r8 pair sums, r9 output, r10 arguments
    private void Write()
    {
        _frame.Enter();
        _frame.Load(rax, nameof(RowGroupArguments.Weights));
        _frame.Load(rbx, nameof(RowGroupArguments.Groups));
        _frame.Load(r9, nameof(RowGroupArguments.Output));
        LoadConstants();
        Label group = _c.CreateLabel();
        _c.Label(ref group);
        _frame.Load(rdx, nameof(RowGroupArguments.Codes));
        _frame.Load(rsi, nameof(RowGroupArguments.Scales));
        _frame.Load(rdi, nameof(RowGroupArguments.Offsets));
        _frame.Load(r8, nameof(RowGroupArguments.PairSums));
        _frame.Load(rcx, nameof(RowGroupArguments.Blocks));
        if (HasRowScales) BeginSums(0, BlockGroups);
        else for (int t = 0; t < _tokens; t++) Zero(Sum(t));
        UnrolledLoop.Write(_c, rcx, _readOnce ? Prefetch.Turns(_layout.BlockBytes) : [1], blocks =>
        {
            for (int block = 0; block < blocks; block++) WriteBlock(block);
        });
        if (HasRowScales) ScaleRows();
        Store();
        _c.add(r9, RowGroupLayout.Rows * 4);
        _c.dec(rbx);
        _c.jnz(group);
        _frame.Leave();
        WriteTables();
    }

    private void WriteTables()
    {
        if (!IsLookedUp && _anatomy.Table is null) return;
        ReadOnlySpan<byte> levels = _anatomy.Table is { } table ? table.Levels : [0, 1, 2, 3, 4, 5, 6, 7];
        _c.Label(ref _table);
        if (IsLookedUp)
            for (int place = 0; place < PerByte; place++) _c.db(TableOf(place, levels));
        else _c.db(levels.ToArray());
    }

    /// <param name="block">Which of a turn's.</param>
    private void WriteBlock(int block)
    {
        if (_readOnce && _isWide) FetchActivations(block);
        if (HasRowScales) AddProducts(0, BlockGroups);
        else AddBlock();
        _c.add(rax, _layout.BlockBytes);
        _c.add(rdx, _anatomy.BlockSize * _tokens);
        if (HasRowScales) return;
        _c.add(rsi, _anatomy.BlockSize / _anatomy.ScaledColumns * 4 * _tokens);
        if (_anatomy.ZeroPoint != 0) _c.add(rdi, _anatomy.SubBlocks * 4 * _tokens);
        if (_anatomy.HasMins) _c.add(r8, _anatomy.SubBlocks / 2 * 4 * _tokens);
    }

    private void FetchActivations(int block)
    {
        FetchActivations(rdx, block, _anatomy.BlockSize * _tokens);
        if (HasRowScales) return;
        FetchActivations(rsi, block, _anatomy.BlockSize / _anatomy.ScaledColumns * 4 * _tokens);
        if (_anatomy.ZeroPoint != 0) FetchActivations(rdi, block, _anatomy.SubBlocks * 4 * _tokens);
    }

    // Lines counted from the turn's first block on, so that each is asked for once.
    private void FetchActivations(AssemblerRegister64 register, int block, int bytes)
    {
        for (int line = (block * bytes + CacheLine.Bytes - 1) / CacheLine.Bytes; line * CacheLine.Bytes < (block + 1) * bytes; line++)
            _c.prefetcht0(__[register + Prefetch.ActivationDistance + line * CacheLine.Bytes - block * bytes]);
    }

    private bool HasRowScales => _anatomy.Scale == ScaleKind.Row;

    private int BlockGroups => _anatomy.BlockSize / RowGroupLayout.GroupColumns;

    private void AddBlock()
    {
        if (_anatomy.ScalesActivations)
        {
            LoadScale();
            for (int sub = 0; sub < _anatomy.SubBlocks; sub++)
            {
                SumSubBlock(sub);
                for (int t = 0; t < _tokens; t++) AddScaled(t, SubBlock(t), sub);
            }
            return;
        }
        if (_anatomy.HasScales)
        {
            for (int sub = 0; sub < _anatomy.SubBlocks; sub++)
            {
                SumSubBlock(sub);
                _c.vpmovsxbd(zmm30, __xmmword_ptr[rax + _layout.ScaleOffset + sub * RowGroupLayout.Rows]);
                for (int t = 0; t < _tokens; t++)
                {
                    if (sub == 0)
                    {
                        _c.vpmulld(Block(t), SubBlock(t), zmm30);
                        continue;
                    }
                    _c.vpmulld(SubBlock(t), SubBlock(t), zmm30);
                    _c.vpaddd(Block(t), Block(t), SubBlock(t));
                }
            }
        }
        else
        {
            SumSubBlock(0);
        }
        LoadScale();
        for (int t = 0; t < _tokens; t++) AddScaled(t, _anatomy.HasScales ? Block(t) : SubBlock(t), 0);
        if (_anatomy.HasMins) SubtractMins();
    }

    // zmm30 = d of the sixteen rows
    private void LoadScale()
    {
        if (_anatomy.Scale == ScaleKind.Half) _c.vcvtph2ps(zmm30, __ymmword_ptr[rax + _layout.DOffset]);
        else _c.vmovups(zmm30, __zmmword_ptr[rax + _layout.DOffset]);
    }

    /// <summary>Adds integer · (d · activation scale) to a token's sums.</summary>
    private void AddScaled(int token, AssemblerRegisterZMM integer, int scale)
    {
        _c.vcvtdq2ps(integer, integer);
        _c.vmulps(zmm31, zmm30, __dword_bcst[rsi + 4 * (scale * _tokens + token)]);
        _c.vfmadd231ps(Sum(token), integer, zmm31);
    }

    /// <summary>After the last block of rows with one scale: their sums, still without it.</summary>
    private void ScaleRows()
    {
        JoinChains(BlockGroups);
        for (int t = 0; t < _tokens; t++)
        {
            _c.vcvtdq2ps(SubBlock(t), SubBlock(t));
            _c.vmulps(Sum(t), SubBlock(t), __dword_bcst[rsi + 4 * t]);
        }
    }

    // Sixteen rows × two neighbouring sub-blocks of minima against the two sums of the activations: vpdpwssd.
    private void SubtractMins()
    {
        for (int t = 0; t < _tokens; t++) Zero(SubBlock(t));
        for (int pair = 0; pair < _anatomy.SubBlocks / 2; pair++)
        {
            _c.vpmovzxbw(zmm31, __ymmword_ptr[rax + _layout.MinOffset + pair * 2 * RowGroupLayout.Rows]);
            for (int t = 0; t < _tokens; t++) _c.vpdpwssd(SubBlock(t), zmm31, __dword_bcst[r8 + (pair * _tokens + t) * 4]);
        }
        _c.vcvtph2ps(zmm30, __ymmword_ptr[rax + _layout.DMinOffset]);
        for (int t = 0; t < _tokens; t++)
        {
            _c.vcvtdq2ps(SubBlock(t), SubBlock(t));
            _c.vmulps(zmm31, zmm30, __dword_bcst[rsi + 4 * t]);
            _c.vfnmadd231ps(Sum(t), SubBlock(t), zmm31);
        }
    }

    private void SumSubBlock(int sub)
    {
        int groups = (_anatomy.HasScales ? _anatomy.SubBlock : _anatomy.ScaledColumns) / RowGroupLayout.GroupColumns;
        BeginSums(sub, groups);
        AddProducts(sub * groups, groups);
        JoinChains(groups);
    }

    /// <summary>Among how many registers the products of one token are shared out.</summary>
    private int Chains(int groups) => Math.Min(_tokens switch { 1 or 2 => 4, 3 or 4 => 2, _ => 1 }, groups);

    /// <summary>
    /// Whether codes are multiplied where they lie in their byte: a chain then has the products of one place, four or sixteen times as large for
    /// each step up, which a shift of the whole sum makes good. This saves a shift a vector of codes, where there are as many chains as places.
    /// </summary>
    private bool InPlace(int groups) => _layout.Planes is ((2 or 4), 0) && _anatomy.Table is null && groups > 4 && Chains(groups) >= PerByte;

    private int PerByte => 8 / _layout.Planes.LowBits;

    private void BeginSums(int sub, int groups)
    {
        for (int t = 0; t < _tokens; t++)
        {
            if (_anatomy.ZeroPoint != 0) _c.vpbroadcastd(SubBlock(t), __dword_ptr[rdi + (sub * _tokens + t) * 4]);
            else Zero(SubBlock(t));
            for (int chain = 1; chain < Chains(groups); chain++) Zero(SubBlock(t, chain));
        }
    }

    private void AddProducts(int firstGroup, int groups)
    {
        int chains = Chains(groups), lines = (_layout.BlockBytes + CacheLine.Bytes - 1) / CacheLine.Bytes;
        (_lowHeld, _highHeld) = (-1, -1);
        for (int group = 0; group < groups; group++)
        {
            int position = firstGroup + group;
            if (_readOnce)
                for (int line = position * lines / BlockGroups; line < (position + 1) * lines / BlockGroups; line++)
                    _c.prefetchnta(__[rax + line * CacheLine.Bytes + Prefetch.Distance]);
            AssemblerRegisterZMM codes = InPlace(groups) ? LoadInPlace(position) : IsLookedUp ? LookUp(position) : LoadCodes(position);
            for (int t = 0; t < _tokens; t++)
                _c.vpdpbusd(SubBlock(t, group % chains), codes, __dword_bcst[rdx + (position * _tokens + t) * 4]);
        }
    }

    private void JoinChains(int groups)
    {
        int chains = Chains(groups);
        for (int t = 0; t < _tokens; t++)
        {
            if (InPlace(groups))
            {
                for (int chain = PerByte; chain < chains; chain++) Join(t, chain - PerByte, chain);
                for (int place = 1; place < PerByte; place++) _c.vpsrad(SubBlock(t, place), SubBlock(t, place), (byte)(place * _layout.Planes.LowBits));
            }
            for (int step = (InPlace(groups) ? PerByte : chains) / 2; step > 0; step /= 2)
                for (int chain = 0; chain < step; chain++) Join(t, chain, chain + step);
        }
    }

    private void Join(int token, int chain, int other) => _c.vpaddd(SubBlock(token, chain), SubBlock(token, chain), SubBlock(token, other));

    /// <summary>The unsigned codes of a column group, one byte each: sixteen rows × four columns.</summary>
    private AssemblerRegisterZMM LoadCodes(int group)
    {
        (int lowBits, int highBits) = _layout.Planes;
        int inUnit = group % _layout.UnitGroups;
        int unit = group / _layout.UnitGroups * _layout.UnitBytes;
        AssemblerRegisterZMM codes = Zmm[24 + group % 2];
        int low = unit + inUnit / PerByte * RowGroupLayout.VectorBytes, shift = lowBits * (inUnit % PerByte);
        if (lowBits == 8)
        {
            _c.vmovdqu32(codes, __zmmword_ptr[rax + low]);
            return codes;
        }
        if (HoldsLow)
        {
            Hold(zmm30, ref _lowHeld, low);
            if (shift != 0) _c.vpsrlw(codes, zmm30, (byte)shift);
            _c.vpandd(codes, zmm28, shift != 0 ? codes : zmm30);
        }
        else if (shift == 0)
        {
            _c.vpandd(codes, zmm28, __zmmword_ptr[rax + low]);
        }
        else
        {
            _c.vpsrlw(codes, __zmmword_ptr[rax + low], (byte)shift);
            _c.vpandd(codes, codes, zmm28);
        }
        if (highBits == 0) return Levels(codes);
        int highPerByte = 8 / highBits;
        int highShift = highBits * (inUnit % highPerByte) - lowBits;
        Hold(zmm31, ref _highHeld, unit + _layout.UnitGroups * lowBits * 8 + inUnit / highPerByte * RowGroupLayout.VectorBytes);
        AssemblerRegisterZMM bits = highShift == 0 ? zmm31 : zmm26;
        if (highShift < 0) _c.vpsllw(bits, zmm31, (byte)-highShift);
        else if (highShift > 0) _c.vpsrlw(bits, zmm31, (byte)highShift);
        _c.vpternlogd(codes, bits, zmm29, 0xF8); // codes | (bits & mask)
        return Levels(codes);
    }

    /// <summary>The codes of a column group, as large as their place in the byte makes them.</summary>
    private AssemblerRegisterZMM LoadInPlace(int group)
    {
        int place = group % PerByte;
        AssemblerRegisterZMM codes = Zmm[24 + group % 2];
        int offset = group / _layout.UnitGroups * _layout.UnitBytes + group % _layout.UnitGroups / PerByte * RowGroupLayout.VectorBytes;
        if (HoldsLow)
        {
            Hold(zmm30, ref _lowHeld, offset);
            _c.vpandd(codes, PlaceMask(place), zmm30);
        }
        else
        {
            _c.vpandd(codes, PlaceMask(place), __zmmword_ptr[rax + offset]);
        }
        return codes;
    }

    /// <summary>
    /// Whether codes of three bits are looked up wherever their bits lie among the low six of a byte, in a table for each place:
    /// <code>
    /// place  0: ···h··ll   1: ····llh·   2: ··ll·h··   3: ····h·ll
    /// </code>
    /// The other bits may be anything, so that most groups need no shift, and a selection joins both planes.
    /// </summary>
    private bool IsLookedUp => _layout.Planes is (2, 1) && _tokens <= 4 && !_anatomy.ScalesActivations && CpuFeatures.Avx512Vbmi;

    /// <summary>The levels of a column group's codes.</summary>
    private AssemblerRegisterZMM LookUp(int group)
    {
        int inUnit = group % _layout.UnitGroups, place = inUnit % PerByte, unit = group / _layout.UnitGroups * _layout.UnitBytes;
        AssemblerRegisterZMM codes = Zmm[24 + group % 2];
        Hold(zmm30, ref _lowHeld, unit + inUnit / PerByte * RowGroupLayout.VectorBytes);
        Hold(zmm31, ref _highHeld, unit + 2 * RowGroupLayout.VectorBytes);
        if (inUnit == 0) _c.vpsllw(zmm26, zmm31, 4);
        else if (inUnit == 5) _c.vpsrlw(zmm26, zmm31, 4); // also of the two that follow
        if (place == 3) _c.vpsrlw(codes, zmm30, 6);
        else _c.vmovdqa32(codes, zmm30);
        _c.vpternlogd(codes, inUnit is 0 or >= 5 ? zmm26 : zmm31, PlaceMask(place % 3), 0xE4); // mask ? low : high
        _c.vpermb(codes, codes, Table(place));
        return codes;
    }

    private static byte[] TableOf(int place, ReadOnlySpan<byte> levels)
    {
        byte[] table = new byte[RowGroupLayout.VectorBytes];
        for (int i = 0; i < table.Length; i++) table[i] = levels[i >> s_lookedUp[place].Low & 3 | (i >> s_lookedUp[place].High & 1) << 2];
        return table;
    }

    private static AssemblerRegisterZMM Table(int place) => Zmm[20 + place];

    // zmm28 for the lowest place; sums of further tokens are free.
    private static AssemblerRegisterZMM PlaceMask(int place) => place == 0 ? zmm28 : Zmm[4 + place];

    // Four column groups share a vector, and zmm30 has no scale while products are summed.
    private bool HoldsLow => _layout.Planes.LowBits == 2 && !_anatomy.ScalesActivations;

    // A vector that holds codes of four or eight column groups is read once.
    private void Hold(AssemblerRegisterZMM register, ref int held, int offset)
    {
        if (held == offset) return;
        _c.vmovdqu32(register, __zmmword_ptr[rax + offset]);
        held = offset;
    }

    private AssemblerRegisterZMM Levels(AssemblerRegisterZMM codes)
    {
        if (_anatomy.Table is not null) _c.vpshufb(codes, zmm27, codes);
        return codes;
    }

    private void LoadConstants()
    {
        (int lowBits, int highBits) = _layout.Planes;
        if (lowBits < 8) Broadcast(zmm28, ((1 << lowBits) - 1) * 0x01010101);
        if (lowBits < 8 && (highBits == 0 || IsLookedUp) && _tokens <= 4)
            for (int place = 1; place < 8 / lowBits; place++) Broadcast(PlaceMask(place), (int)((uint)((1 << lowBits) - 1) << place * lowBits) * 0x01010101);
        if (highBits != 0) Broadcast(zmm29, (((1 << highBits) - 1) << lowBits) * 0x01010101);
        if (!IsLookedUp && _anatomy.Table is null) return;
        _c.lea(rdx, __[_table]);
        if (IsLookedUp)
            for (int place = 0; place < PerByte; place++) _c.vmovdqu32(Table(place), __zmmword_ptr[rdx + place * RowGroupLayout.VectorBytes]);
        else _c.vbroadcasti32x4(zmm27, __xmmword_ptr[rdx]);
    }

    private void Store()
    {
        _c.vbroadcastss(zmm30, __dword_ptr[_frame.Field(nameof(RowGroupArguments.TensorScale))]);
        if (HasRowScales)
        {
            _c.vmulps(zmm30, zmm30, __zmmword_ptr[rax]);
            _c.add(rax, _layout.RowScaleBytes);
        }
        _c.mov(rdx, r9);
        for (int t = 0; t < _tokens; t++)
        {
            _c.vmulps(Sum(t), Sum(t), zmm30);
            _c.vmovups(__zmmword_ptr[rdx], Sum(t));
            if (t + 1 < _tokens) _c.add(rdx, _frame.Field(nameof(RowGroupArguments.OutputStride)));
        }
    }

    private void Broadcast(AssemblerRegisterZMM register, int value)
    {
        _c.mov(edx, value);
        _c.vpbroadcastd(register, edx);
    }

    private void Zero(AssemblerRegisterZMM register) => _c.vpxord(register, register, register);

    private static AssemblerRegisterZMM Sum(int token) => Zmm[token];

    private AssemblerRegisterZMM SubBlock(int token, int chain = 0) => Zmm[8 + chain * _tokens + token];

    private static AssemblerRegisterZMM Block(int token) => Zmm[16 + token];
}
