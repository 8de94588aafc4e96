using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Jibun.Formats;

namespace Jibun.Kernels.Portable;

/// <summary>
/// The row-group kernel over any <see cref="ILanes{TSelf}"/>. Codes are unpacked once for four tokens. Their products are first added to
/// partial sums, which may be narrow, and these to the integer sums of a block before they overflow.
/// </summary>
internal sealed unsafe class RowGroupLoop<TLanes, TCodes>(RowGroupLayout layout) : IRowGroupKernel
    where TLanes : unmanaged, ILanes<TLanes> where TCodes : struct, ICodes
{
    private const int Tile = 4, PrefetchBytes = 4096; // ahead: beyond the page that processors fetch by themselves

    private readonly BlockAnatomy _anatomy = layout.Anatomy;

    // Column groups that share a vector of the low plane, and such vectors that share one of the high plane.
    private static int VectorGroups
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 8 / TCodes.LowBits;
    }

    private static uint UnitVectors
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TCodes.HighBits == 0 ? 1 : (uint)(TCodes.LowBits / TCodes.HighBits);
    }

    private static uint UnitBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (UnitVectors + (TCodes.HighBits == 0 ? 0u : 1u)) * RowGroupLayout.VectorBytes;
    }

    private static bool IsWide
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TCodes.HighestLevel > sbyte.MaxValue;
    }

    private static bool IsSigned
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => IsWide && TLanes.SignsWideLevels;
    }

    /// <summary>Column groups whose products a partial sum holds.</summary>
    private static int PartialGroups
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Math.Max(1, TLanes.PartialMaximum / (2 * sbyte.MaxValue * Math.Min(TCodes.HighestLevel, sbyte.MaxValue)));
    }

    private readonly bool _hasRowScales = layout.Anatomy.Scale == ScaleKind.Row, _hasHalfScale = layout.Anatomy.Scale == ScaleKind.Half;
    private readonly bool _hasScales = layout.Anatomy.HasScales, _hasMins = layout.Anatomy.HasMins, _scalesParts = layout.Anatomy.ScalesActivations;
    private readonly bool _hasOffsets = layout.Anatomy.ZeroPoint != 0 && !IsSigned;
    private readonly int _pairs = layout.Anatomy.SubBlocks / 2;

    // A part's products meet one scale.
    private readonly int _parts = layout.Anatomy.BlockSize / PartColumns(layout.Anatomy), _partGroups = PartColumns(layout.Anatomy) / RowGroupLayout.GroupColumns;
    private readonly uint _partVectors = (uint)(PartColumns(layout.Anatomy) / RowGroupLayout.GroupColumns / VectorGroups);

    private readonly TLanes _one = TLanes.Factors(TLanes.Integers(1));

    private static int PartColumns(BlockAnatomy anatomy) => anatomy.HasScales ? anatomy.SubBlock : anatomy.ScaledColumns;

    public void Run(int tokens, RowGroupArguments* arguments)
    {
        byte* weights = arguments->Weights;
        byte* output = (byte*)arguments->Output;
        long groupBytes = arguments->Blocks * layout.BlockBytes + layout.RowScaleBytes;
        for (long group = 0; group < arguments->Groups; group++, weights += groupBytes, output += RowGroupLayout.Rows * sizeof(float))
        {
            int token = 0;
            for (; token + Tile <= tokens; token += Tile) MultiplyFour(weights, tokens, token, arguments, output + token * arguments->OutputStride);
            for (; token < tokens; token++) MultiplyOne(weights, tokens, token, arguments).Store((float*)(output + token * arguments->OutputStride));
        }
    }

    private Vector512<float> MultiplyOne(byte* weights, int tokens, int token, RowGroupArguments* arguments)
    {
        uint* codes = (uint*)arguments->Codes + token;
        int* offsets = arguments->Offsets + token;
        int* pairSums = arguments->PairSums + token;
        float* scales = arguments->Scales + token;
        Levels levels = new(_anatomy);
        TLanes integers = _hasRowScales && _hasOffsets ? TLanes.Integers(*offsets) : default;
        Vector512<float> y = default;
        for (long block = 0; block < arguments->Blocks; block++, weights += layout.BlockBytes)
        {
            Vector512<float> d = _hasRowScales ? default : LoadScale(weights);
            for (int part = 0; part < _parts; part++, codes += _partGroups * tokens)
            {
                TLanes factors = _one;
                if (_hasScales)
                {
                    TLanes scale = TLanes.LoadSignedBytes(weights + layout.ScaleOffset + part * RowGroupLayout.Rows);
                    factors = TLanes.Factors(scale);
                    if (_hasOffsets)
                    {
                        integers = TLanes.AddMultiple(integers, scale, *offsets);
                        offsets += tokens;
                    }
                }
                else if (_hasOffsets && !_hasRowScales)
                {
                    integers = TLanes.Integers(*offsets);
                    offsets += tokens;
                }
                integers = AddOne(integers, levels, weights, (uint)part * _partVectors, codes, tokens, factors);
                if (_hasRowScales || !_scalesParts && part + 1 < _parts) continue;
                (y, integers) = (AddScaled(y, integers, d, *scales), default);
                if (_hasMins)
                {
                    y = SubtractMins(y, weights, pairSums, tokens, *scales);
                    pairSums += _pairs * tokens;
                }
                scales += tokens;
            }
        }
        return Finish(y, integers, scales, weights, arguments);
    }

    private void MultiplyFour(byte* weights, int tokens, int token, RowGroupArguments* arguments, byte* output)
    {
        uint* codes = (uint*)arguments->Codes + token;
        int* offsets = arguments->Offsets + token;
        int* pairSums = arguments->PairSums + token;
        float* scales = arguments->Scales + token;
        Levels levels = new(_anatomy);
        TLanes i0 = default, i1 = default, i2 = default, i3 = default;
        if (_hasRowScales && _hasOffsets) (i0, i1, i2, i3) = (TLanes.Integers(offsets[0]), TLanes.Integers(offsets[1]), TLanes.Integers(offsets[2]), TLanes.Integers(offsets[3]));
        Vector512<float> y0 = default, y1 = default, y2 = default, y3 = default;
        for (long block = 0; block < arguments->Blocks; block++, weights += layout.BlockBytes)
        {
            Vector512<float> d = _hasRowScales ? default : LoadScale(weights);
            for (int part = 0; part < _parts; part++, codes += _partGroups * tokens)
            {
                TLanes factors = _one;
                if (_hasScales)
                {
                    TLanes scale = TLanes.LoadSignedBytes(weights + layout.ScaleOffset + part * RowGroupLayout.Rows);
                    factors = TLanes.Factors(scale);
                    if (_hasOffsets)
                    {
                        i0 = TLanes.AddMultiple(i0, scale, offsets[0]);
                        i1 = TLanes.AddMultiple(i1, scale, offsets[1]);
                        i2 = TLanes.AddMultiple(i2, scale, offsets[2]);
                        i3 = TLanes.AddMultiple(i3, scale, offsets[3]);
                        offsets += tokens;
                    }
                }
                else if (_hasOffsets && !_hasRowScales)
                {
                    (i0, i1, i2, i3) = (TLanes.Integers(offsets[0]), TLanes.Integers(offsets[1]), TLanes.Integers(offsets[2]), TLanes.Integers(offsets[3]));
                    offsets += tokens;
                }
                AddFour(ref i0, ref i1, ref i2, ref i3, levels, weights, (uint)part * _partVectors, codes, tokens, factors);
                if (_hasRowScales || !_scalesParts && part + 1 < _parts) continue;
                (y0, i0) = (AddScaled(y0, i0, d, scales[0]), default);
                (y1, i1) = (AddScaled(y1, i1, d, scales[1]), default);
                (y2, i2) = (AddScaled(y2, i2, d, scales[2]), default);
                (y3, i3) = (AddScaled(y3, i3, d, scales[3]), default);
                if (_hasMins)
                {
                    y0 = SubtractMins(y0, weights, pairSums, tokens, scales[0]);
                    y1 = SubtractMins(y1, weights, pairSums + 1, tokens, scales[1]);
                    y2 = SubtractMins(y2, weights, pairSums + 2, tokens, scales[2]);
                    y3 = SubtractMins(y3, weights, pairSums + 3, tokens, scales[3]);
                    pairSums += _pairs * tokens;
                }
                scales += tokens;
            }
        }
        Finish(y0, i0, scales, weights, arguments).Store((float*)output);
        Finish(y1, i1, scales + 1, weights, arguments).Store((float*)(output + arguments->OutputStride));
        Finish(y2, i2, scales + 2, weights, arguments).Store((float*)(output + 2 * arguments->OutputStride));
        Finish(y3, i3, scales + 3, weights, arguments).Store((float*)(output + 3 * arguments->OutputStride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector512<float> LoadScale(byte* block) =>
        _hasHalfScale ? HalfLanes.Load((ushort*)(block + layout.DOffset)) : Vector512.Load((float*)(block + layout.DOffset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> AddScaled(Vector512<float> sum, TLanes integers, Vector512<float> d, float scale) =>
        Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(TLanes.ToSums(integers)), d * Vector512.Create(scale), sum);

    private Vector512<float> Finish(Vector512<float> y, TLanes integers, float* scales, byte* rowScales, RowGroupArguments* arguments) => !_hasRowScales
        ? y * Vector512.Create(arguments->TensorScale)
        : Vector512.ConvertToSingle(TLanes.ToSums(integers)) * Vector512.Create(*scales) * (Vector512.Create(arguments->TensorScale) * Vector512.Load((float*)rowScales));

    // Row r of a pair of sub-blocks has its two minima at bytes 2r and 2r + 1.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector512<float> SubtractMins(Vector512<float> sum, byte* block, int* pairSums, int tokens, float scale)
    {
        TLanes mins = default;
        byte* pair = block + layout.MinOffset;
        for (byte* end = pair + _pairs * 2 * RowGroupLayout.Rows; pair < end; pair += 2 * RowGroupLayout.Rows, pairSums += tokens)
            mins = TLanes.AddPairs(mins, pair, *pairSums);
        Vector512<float> d = HalfLanes.Load((ushort*)(block + layout.DMinOffset));
        return Vector512.FusedMultiplyAdd(-Vector512.ConvertToSingle(TLanes.ToSums(mins)), d * Vector512.Create(scale), sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddFour(ref TLanes i0, ref TLanes i1, ref TLanes i2, ref TLanes i3, Levels levels, byte* block, uint vector, uint* x, int tokens, TLanes factors)
    {
        uint run = (uint)Math.Max(1, PartialGroups / VectorGroups);
        for (uint end = vector + _partVectors; vector < end;)
        {
            TLanes p0 = default, p1 = default, p2 = default, p3 = default;
            for (uint runEnd = Math.Min(end, vector + run); vector < runEnd; vector++)
            {
                TLanes low = levels.LoadLow(block, vector), high = levels.LoadHigh(block, vector);
                for (int group = 0; group < VectorGroups; group++, x += tokens)
                {
                    TLanes level = levels.Next(ref low, ref high);
                    p0 = Add(p0, level, x);
                    p1 = Add(p1, level, x + 1);
                    p2 = Add(p2, level, x + 2);
                    p3 = Add(p3, level, x + 3);
                    if (PartialGroups >= VectorGroups || group == VectorGroups - 1) continue;
                    (i0, p0) = (TLanes.AddPartial(i0, p0, factors), default);
                    (i1, p1) = (TLanes.AddPartial(i1, p1, factors), default);
                    (i2, p2) = (TLanes.AddPartial(i2, p2, factors), default);
                    (i3, p3) = (TLanes.AddPartial(i3, p3, factors), default);
                }
            }
            i0 = TLanes.AddPartial(i0, p0, factors);
            i1 = TLanes.AddPartial(i1, p1, factors);
            i2 = TLanes.AddPartial(i2, p2, factors);
            i3 = TLanes.AddPartial(i3, p3, factors);
        }
    }

    // Two partial sums: one would wait for itself.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TLanes AddOne(TLanes sum, Levels levels, byte* block, uint vector, uint* x, int tokens, TLanes factors)
    {
        uint run = (uint)Math.Max(1, PartialGroups / VectorGroups);
        for (uint end = vector + _partVectors; vector < end;)
        {
            TLanes even = default, odd = default;
            for (uint runEnd = Math.Min(end, vector + run); vector < runEnd; vector++)
            {
                TLanes low = levels.LoadLow(block, vector), high = levels.LoadHigh(block, vector);
                if (Sse.IsSupported) Sse.Prefetch0(block + vector * RowGroupLayout.VectorBytes + PrefetchBytes);
                for (int group = 0; group < VectorGroups; group += 2)
                {
                    even = Add(even, levels.Next(ref low, ref high), x);
                    x += tokens;
                    if (VectorGroups == 1) continue;
                    odd = Add(odd, levels.Next(ref low, ref high), x);
                    x += tokens;
                    if (PartialGroups >= VectorGroups || group >= VectorGroups - 2) continue;
                    sum = TLanes.AddPartial(TLanes.AddPartial(sum, even, factors), odd, factors);
                    (even, odd) = (default, default);
                }
            }
            sum = TLanes.AddPartial(sum, even, factors);
            if (VectorGroups > 1) sum = TLanes.AddPartial(sum, odd, factors);
        }
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Add(TLanes partial, TLanes level, uint* activations) => IsWide
        ? TLanes.AddWideProducts(partial, level, TLanes.Repeat(activations))
        : TLanes.AddProducts(partial, level, TLanes.Repeat(activations));

    /// <summary>Unpacks the codes of one vector after the other.</summary>
    private readonly ref struct Levels
    {
        private readonly TLanes _lowMask, _highMask, _table;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Levels(BlockAnatomy anatomy)
        {
            _lowMask = TLanes.Broadcast(((1u << TCodes.LowBits) - 1) * 0x01010101u);
            _highMask = TLanes.Broadcast((((1u << TCodes.HighBits) - 1) << TCodes.LowBits) * 0x01010101u);
            if (TCodes.HasTable) _table = TLanes.Table(IsSigned ? anatomy.Table!.Values : anatomy.Table!.Levels);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes LoadLow(byte* block, uint vector) =>
            TLanes.Load(block + vector / UnitVectors * UnitBytes + vector % UnitVectors * RowGroupLayout.VectorBytes);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes LoadHigh(byte* block, uint vector) => TCodes.HighBits == 0 ? default
            : TLanes.ShiftRight(TLanes.Load(block + vector / UnitVectors * UnitBytes + UnitVectors * RowGroupLayout.VectorBytes),
                (int)(vector % UnitVectors) * VectorGroups * TCodes.HighBits);

        // The next codes come down to the low end of every byte; what crosses from byte to byte is masked.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Next(ref TLanes low, ref TLanes high)
        {
            if (TCodes.LowBits == 8) return IsSigned ? TLanes.Xor(low, TLanes.Broadcast(0x80808080)) : low;
            TLanes level = TLanes.And(low, _lowMask);
            low = TLanes.ShiftRight(low, TCodes.LowBits);
            if (TCodes.HighBits != 0)
            {
                level = TLanes.Or(level, TLanes.And(TLanes.ShiftLeft(high, TCodes.LowBits), _highMask));
                high = TLanes.ShiftRight(high, TCodes.HighBits);
            }
            return TCodes.HasTable ? TLanes.Lookup(_table, level) : level;
        }
    }
}

internal static class RowGroupLoop
{
    /// <summary>The kernel of a layout on some lanes.</summary>
    public static IRowGroupKernel For<TLanes>(RowGroupLayout layout) where TLanes : unmanaged, ILanes<TLanes>
    {
        int highest = layout.Anatomy.Table is { } table ? table.HighestLevel : 0;
        if (layout.Anatomy is { CodeBits: 8, ZeroPoint: not 128 }) throw new NotSupportedException("8-bit codes mean their value − 128");
        return (layout.Anatomy.CodeBits, highest) switch
        {
            (1, > 0 and <= 2) => new RowGroupLoop<TLanes, Bits1Levels>(layout),
            (2, 0) => new RowGroupLoop<TLanes, Bits2>(layout),
            (3, 0) => new RowGroupLoop<TLanes, Bits3>(layout),
            (3, <= 31) => new RowGroupLoop<TLanes, Bits3SmallLevels>(layout),
            (3, <= 127) => new RowGroupLoop<TLanes, Bits3Levels>(layout),
            (4, 0) => new RowGroupLoop<TLanes, Bits4>(layout),
            (4, <= 31) => new RowGroupLoop<TLanes, Bits4SmallLevels>(layout),
            (4, <= 127) => new RowGroupLoop<TLanes, Bits4Levels>(layout),
            (4, _) => new RowGroupLoop<TLanes, Bits4WideLevels>(layout),
            (5, 0) => new RowGroupLoop<TLanes, Bits5>(layout),
            (6, 0) => new RowGroupLoop<TLanes, Bits6>(layout),
            (8, 0) => new RowGroupLoop<TLanes, Bits8>(layout),
            (int bits, _) => throw new NotSupportedException($"{bits}-bit codes with levels up to {highest}"),
        };
    }
}
