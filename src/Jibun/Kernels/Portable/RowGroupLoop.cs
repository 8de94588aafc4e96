using System.Runtime.CompilerServices;
using Jibun.Formats;

namespace Jibun.Kernels.Portable;

/// <summary>
/// The row-group kernel over any <see cref="ILanes{TVector}"/>. The rows of a block are taken in slices of as many as there are lanes; their codes are
/// unpacked once for four tokens, whose float sums lie in memory: registers are for what is inside; or for one token and two slices. Products are first added
/// to partial sums, which may be narrow, and these to the integer sums of a block before they overflow.
/// </summary>
internal sealed unsafe class RowGroupLoop<TVector, TLanes, TCodes>(RowGroupLayout layout) : IRowGroupKernel
    where TVector : struct where TLanes : struct, ILanes<TVector> where TCodes : struct, ICodes
{
    private const int Tile = 4, Rows = RowGroupLayout.Rows, SumBytes = Rows * sizeof(float), AheadBytes = 6144, LongestChain = 8;

    private readonly BlockAnatomy _anatomy = layout.Anatomy;
    private readonly int _blockBytes = layout.BlockBytes, _scaleOffset = layout.ScaleOffset, _minOffset = layout.MinOffset;
    private readonly int _dOffset = layout.DOffset, _dMinOffset = layout.DMinOffset;
    private readonly bool _hasRowScales = layout.Anatomy.Scale == ScaleKind.Row, _hasHalfScale = layout.Anatomy.Scale == ScaleKind.Half;
    private readonly bool _hasScales = layout.Anatomy.HasScales, _hasMins = layout.Anatomy.HasMins;
    private readonly bool _hasOffsets = layout.Anatomy.ZeroPoint != 0 && !IsSigned;
    private readonly int _pairs = layout.Anatomy.SubBlocks / 2;

    // A part's products meet one scale of their own; parts whose sum is scaled together follow each other.
    private readonly int _scaledParts = layout.Anatomy.BlockSize / layout.Anatomy.ScaledColumns;
    private readonly int _partsScaled = layout.Anatomy.ScaledColumns / PartColumns(layout.Anatomy), _partGroups = PartColumns(layout.Anatomy) / RowGroupLayout.GroupColumns;
    private readonly uint _partVectors = (uint)(PartColumns(layout.Anatomy) / RowGroupLayout.GroupColumns / VectorGroups);

    private static int PartColumns(BlockAnatomy anatomy) => anatomy.HasScales ? anatomy.SubBlock : anatomy.ScaledColumns;

    private static int LaneBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TLanes.Rows * sizeof(float);
    }

    /// <summary>Whether rows of a token are taken in pairs of vectors.</summary>
    private static bool HasPairs
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TLanes.Rows < Rows;
    }

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

    /// <summary>Column groups whose products a partial sum takes: as many as fit, or a short chain, since each product waits for the one before.</summary>
    private static int PartialGroups
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TLanes.PartialMaximum == int.MaxValue ? LongestChain : Math.Max(1, TLanes.PartialMaximum / (2 * sbyte.MaxValue * Math.Min(TCodes.HighestLevel, sbyte.MaxValue)));
    }

    private static uint PartialVectors
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (uint)Math.Max(1, PartialGroups / VectorGroups);
    }

    public void Run(int tokens, RowGroupArguments* arguments)
    {
        byte* weights = arguments->Weights;
        byte* output = (byte*)arguments->Output;
        long groupBytes = arguments->Blocks * _blockBytes + layout.RowScaleBytes;
        for (long group = 0; group < arguments->Groups; group++, weights += groupBytes, output += Rows * sizeof(float))
        {
            if (tokens < Tile)
                for (int token = 0; token < tokens; token++)
                    for (int row = 0; row < Rows; row += 2 * TLanes.Rows) MultiplyOne(weights, row, tokens, token, arguments, output);
            else
                for (int token = 0; token < tokens; token += Tile) MultiplyFour(weights, tokens, Math.Min(token, tokens - Tile), arguments, output);
        }
    }

    /// <summary>One token with the rows of one vector or, where that has not all, of two.</summary>
    private void MultiplyOne(byte* weights, int row, int tokens, int token, RowGroupArguments* arguments, byte* output)
    {
        uint* x = (uint*)arguments->Codes + token;
        uint* offset = (uint*)arguments->Offsets + token;
        uint* pairSum = (uint*)arguments->PairSums + token;
        uint* scale = (uint*)arguments->Scales + token;
        int other = row + TLanes.Rows;
        Levels levels = new(_anatomy);
        TVector y0 = default, y1 = default, i0 = default, i1 = default;
        if (_hasRowScales && _hasOffsets) i0 = i1 = TLanes.Repeat(offset, 0);
        for (long block = arguments->Blocks; block > 0; block--, weights += _blockBytes)
        {
            byte* slice = weights + row * RowGroupLayout.GroupColumns;
            for (byte* line = weights + _scaleOffset; line < weights + _blockBytes; line += CacheLine.Bytes) CacheLine.FetchOnce(line + AheadBytes);
            uint vector = 0;
            for (int scaled = 0; scaled < _scaledParts; scaled++)
            {
                if (!_hasRowScales) (i0, i1) = (default, default);
                if (!_hasRowScales && _hasOffsets && !_hasScales)
                {
                    i0 = i1 = TLanes.Repeat(offset, 0);
                    offset += tokens;
                }
                for (int part = 0; part < _partsScaled; part++, vector += _partVectors, x += _partGroups * tokens)
                {
                    TVector factors0 = TLanes.Factors(TLanes.Broadcast(1)), factors1 = factors0;
                    if (_hasScales)
                    {
                        TVector scale0 = TLanes.LoadSignedBytes(weights + _scaleOffset + part * Rows + row), scale1 = default;
                        if (HasPairs) scale1 = TLanes.LoadSignedBytes(weights + _scaleOffset + part * Rows + other);
                        (factors0, factors1) = (TLanes.Factors(scale0), TLanes.Factors(scale1));
                        if (_hasOffsets)
                        {
                            i0 = TLanes.AddMultiple(i0, scale0, TLanes.Repeat(offset, 0));
                            if (HasPairs) i1 = TLanes.AddMultiple(i1, scale1, TLanes.Repeat(offset, 0));
                            offset += tokens;
                        }
                    }
                    AddTwo(ref i0, ref i1, levels, slice, vector, x, tokens, factors0, factors1);
                }
                if (_hasRowScales) continue;
                TVector activationScale = TLanes.Repeat(scale, 0);
                scale += tokens;
                y0 = AddScaled(y0, i0, LoadScale(weights, row), activationScale);
                if (HasPairs) y1 = AddScaled(y1, i1, LoadScale(weights, other), activationScale);
                if (!_hasMins) continue;
                TVector m0 = default, m1 = default;
                for (int pair = 0; pair < _pairs; pair++, pairSum += tokens)
                {
                    m0 = TLanes.AddPairs(m0, LoadMins(weights, pair, row), TLanes.Repeat(pairSum, 0));
                    if (HasPairs) m1 = TLanes.AddPairs(m1, LoadMins(weights, pair, other), TLanes.Repeat(pairSum, 0));
                }
                y0 = AddScaled(y0, m0, LoadNegativeMinScale(weights, row), activationScale);
                if (HasPairs) y1 = AddScaled(y1, m1, LoadNegativeMinScale(weights, other), activationScale);
            }
        }
        output += token * arguments->OutputStride;
        Finish(_hasRowScales ? i0 : y0, scale, weights, row, arguments, output);
        if (HasPairs) Finish(_hasRowScales ? i1 : y1, scale, weights, other, arguments, output);
    }

    private void MultiplyFour(byte* weights, int tokens, int token, RowGroupArguments* arguments, byte* output)
    {
        uint* codes = (uint*)arguments->Codes + token;
        uint* offsets = (uint*)arguments->Offsets + token;
        uint* pairSums = (uint*)arguments->PairSums + token;
        uint* scales = (uint*)arguments->Scales + token;
        byte* memory = stackalloc byte[(Tile + 1) * SumBytes], sums = Aligned(memory);
        for (int i = 0; i < Tile; i++) Begin(sums + i * SumBytes, offsets + i);
        Levels levels = new(_anatomy);
        byte* ahead = weights + AheadBytes;
        for (long block = arguments->Blocks; block > 0; block--, weights += _blockBytes)
        {
            if (arguments->ReadOnce)
                for (byte* end = weights + _blockBytes + AheadBytes; ahead < end; ahead += CacheLine.Bytes) CacheLine.FetchOnce(ahead);
            uint* x = codes, offset = offsets, pairSum = pairSums, scale = scales;
            for (int row = 0; row < Rows; row += TLanes.Rows)
            {
                x = codes;
                offset = offsets;
                pairSum = pairSums;
                scale = scales;
                byte* slice = weights + row * RowGroupLayout.GroupColumns, sum = sums + row * sizeof(float);
                uint vector = 0;
                for (int scaled = 0; scaled < _scaledParts; scaled++, scale += tokens)
                {
                    TVector i0 = default, i1 = default, i2 = default, i3 = default;
                    if (_hasRowScales)
                    {
                        (i0, i1, i2, i3) = (TLanes.Load(sum), TLanes.Load(sum + SumBytes), TLanes.Load(sum + 2 * SumBytes), TLanes.Load(sum + 3 * SumBytes));
                    }
                    else if (_hasOffsets && !_hasScales)
                    {
                        (i0, i1, i2, i3) = (TLanes.Repeat(offset, 0), TLanes.Repeat(offset, 1), TLanes.Repeat(offset, 2), TLanes.Repeat(offset, 3));
                        offset += tokens;
                    }
                    for (int part = 0; part < _partsScaled; part++, vector += _partVectors, x += _partGroups * tokens)
                    {
                        TVector factors = TLanes.Factors(TLanes.Broadcast(1));
                        if (_hasScales)
                        {
                            TVector partScale = TLanes.LoadSignedBytes(weights + _scaleOffset + part * Rows + row);
                            factors = TLanes.Factors(partScale);
                            if (_hasOffsets)
                            {
                                i0 = TLanes.AddMultiple(i0, partScale, TLanes.Repeat(offset, 0));
                                i1 = TLanes.AddMultiple(i1, partScale, TLanes.Repeat(offset, 1));
                                i2 = TLanes.AddMultiple(i2, partScale, TLanes.Repeat(offset, 2));
                                i3 = TLanes.AddMultiple(i3, partScale, TLanes.Repeat(offset, 3));
                                offset += tokens;
                            }
                        }
                        AddFour(ref i0, ref i1, ref i2, ref i3, levels, slice, vector, x, tokens, factors);
                    }
                    if (_hasRowScales)
                    {
                        TLanes.Store(i0, sum);
                        TLanes.Store(i1, sum + SumBytes);
                        TLanes.Store(i2, sum + 2 * SumBytes);
                        TLanes.Store(i3, sum + 3 * SumBytes);
                        continue;
                    }
                    AddScaled(sum, i0, i1, i2, i3, LoadScale(weights, row), scale);
                    if (!_hasMins) continue;
                    (i0, i1, i2, i3) = (default, default, default, default);
                    for (int pair = 0; pair < _pairs; pair++, pairSum += tokens)
                    {
                        TVector mins = LoadMins(weights, pair, row);
                        i0 = TLanes.AddPairs(i0, mins, TLanes.Repeat(pairSum, 0));
                        i1 = TLanes.AddPairs(i1, mins, TLanes.Repeat(pairSum, 1));
                        i2 = TLanes.AddPairs(i2, mins, TLanes.Repeat(pairSum, 2));
                        i3 = TLanes.AddPairs(i3, mins, TLanes.Repeat(pairSum, 3));
                    }
                    AddScaled(sum, i0, i1, i2, i3, LoadNegativeMinScale(weights, row), scale);
                }
            }
            codes = x;
            offsets = offset;
            pairSums = pairSum;
            scales = scale;
        }
        for (int i = 0; i < Tile; i++)
            for (int row = 0; row < Rows; row += TLanes.Rows)
                Finish(TLanes.Load(sums + i * SumBytes + row * sizeof(float)), (uint*)arguments->Scales + token + i, weights, row, arguments, output + (token + i) * arguments->OutputStride);
    }

    private static byte* Aligned(byte* memory) => (byte*)((nint)(memory + SumBytes - 1) & -SumBytes);

    /// <summary>Float sums of zero, or where rows have one scale each, integer ones.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Begin(byte* sums, uint* offset)
    {
        TVector first = _hasRowScales && _hasOffsets ? TLanes.Repeat(offset, 0) : default;
        for (int position = 0; position < SumBytes; position += LaneBytes) TLanes.Store(first, sums + position);
    }

    /// <summary>Writes what the sums of some rows come to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Finish(TVector sums, uint* scale, byte* rowScales, int row, RowGroupArguments* arguments, byte* output)
    {
        int position = row * sizeof(float);
        TVector factor = TLanes.Repeat((uint*)&arguments->TensorScale, 0);
        if (_hasRowScales)
        {
            sums = TLanes.Multiply(TLanes.ToFloats(sums), TLanes.Repeat(scale, 0));
            factor = TLanes.Multiply(factor, TLanes.Load(rowScales + position));
        }
        TLanes.Store(TLanes.Multiply(sums, factor), output + position);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TVector LoadScale(byte* block, int row) => _hasHalfScale
        ? TLanes.LoadHalves(block + _dOffset + row * sizeof(ushort))
        : TLanes.Load(block + _dOffset + row * sizeof(float));

    // Row r of a pair of sub-blocks has its two minima at bytes 2r and 2r + 1.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TVector LoadMins(byte* block, int pair, int row) => TLanes.LoadPairs(block + _minOffset + (pair * Rows + row) * 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TVector LoadNegativeMinScale(byte* block, int row) =>
        TLanes.Xor(TLanes.LoadHalves(block + _dMinOffset + row * sizeof(ushort)), TLanes.Broadcast(0x80000000));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddScaled(byte* sums, TVector i0, TVector i1, TVector i2, TVector i3, TVector d, uint* scale)
    {
        TLanes.Store(AddScaled(TLanes.Load(sums), i0, d, TLanes.Repeat(scale, 0)), sums);
        TLanes.Store(AddScaled(TLanes.Load(sums + SumBytes), i1, d, TLanes.Repeat(scale, 1)), sums + SumBytes);
        TLanes.Store(AddScaled(TLanes.Load(sums + 2 * SumBytes), i2, d, TLanes.Repeat(scale, 2)), sums + 2 * SumBytes);
        TLanes.Store(AddScaled(TLanes.Load(sums + 3 * SumBytes), i3, d, TLanes.Repeat(scale, 3)), sums + 3 * SumBytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector AddScaled(TVector sums, TVector integers, TVector d, TVector scale) =>
        TLanes.MultiplyAdd(TLanes.ToFloats(integers), TLanes.Multiply(d, scale), sums);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddFour(ref TVector i0, ref TVector i1, ref TVector i2, ref TVector i3, Levels levels, byte* slice, uint vector, uint* x, int tokens, TVector factors)
    {
        TVector high = Levels.LoadHigh(slice, vector);
        for (uint end = vector + _partVectors; vector < end;)
        {
            TVector p0 = default, p1 = default, p2 = default, p3 = default;
            uint partialEnd = Math.Min(end, vector + PartialVectors);
            do
            {
                TVector low = Levels.LoadLow(slice, vector);
                AddLevels(ref p0, ref p1, ref p2, ref p3, levels.Next(ref low, ref high), x);
                x += tokens;
                if (VectorGroups >= 2)
                {
                    if (PartialGroups == 1) Flush(ref i0, ref i1, ref i2, ref i3, ref p0, ref p1, ref p2, ref p3, factors);
                    AddLevels(ref p0, ref p1, ref p2, ref p3, levels.Next(ref low, ref high), x);
                    x += tokens;
                }
                if (VectorGroups >= 4)
                {
                    if (PartialGroups == 1) Flush(ref i0, ref i1, ref i2, ref i3, ref p0, ref p1, ref p2, ref p3, factors);
                    AddLevels(ref p0, ref p1, ref p2, ref p3, levels.Next(ref low, ref high), x);
                    x += tokens;
                    if (PartialGroups == 1) Flush(ref i0, ref i1, ref i2, ref i3, ref p0, ref p1, ref p2, ref p3, factors);
                    AddLevels(ref p0, ref p1, ref p2, ref p3, levels.Next(ref low, ref high), x);
                    x += tokens;
                }
                if (VectorGroups == 8)
                    for (int group = 4; group < 8; group++, x += tokens)
                        AddLevels(ref p0, ref p1, ref p2, ref p3, levels.Next(ref low, ref high), x);
                vector++;
                if (TCodes.HighBits != 0 && vector % UnitVectors == 0 && vector < end) high = Levels.LoadHigh(slice, vector);
            }
            while (PartialVectors > 1 && vector < partialEnd);
            Flush(ref i0, ref i1, ref i2, ref i3, ref p0, ref p1, ref p2, ref p3, factors);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddLevels(ref TVector p0, ref TVector p1, ref TVector p2, ref TVector p3, TVector level, uint* x)
    {
        p0 = Add(p0, level, TLanes.Repeat(x, 0));
        p1 = Add(p1, level, TLanes.Repeat(x, 1));
        p2 = Add(p2, level, TLanes.Repeat(x, 2));
        p3 = Add(p3, level, TLanes.Repeat(x, 3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Flush(
        ref TVector i0, ref TVector i1, ref TVector i2, ref TVector i3, ref TVector p0, ref TVector p1, ref TVector p2, ref TVector p3, TVector factors)
    {
        if (TLanes.PartialMaximum == int.MaxValue && !_hasScales)
        {
            (i0, i1, i2, i3) = (TLanes.Add(i0, p0), TLanes.Add(i1, p1), TLanes.Add(i2, p2), TLanes.Add(i3, p3));
        }
        else
        {
            i0 = TLanes.AddPartial(i0, p0, factors);
            i1 = TLanes.AddPartial(i1, p1, factors);
            i2 = TLanes.AddPartial(i2, p2, factors);
            i3 = TLanes.AddPartial(i3, p3, factors);
        }
        (p0, p1, p2, p3) = (default, default, default, default);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddTwo(
        ref TVector i0, ref TVector i1, Levels levels, byte* slice, uint vector, uint* x, int tokens, TVector factors0, TVector factors1)
    {
        if (TCodes.HighBits != 0) CacheLine.FetchOnce(slice + Levels.HighOffset(vector) + AheadBytes);
        TVector high0 = Levels.LoadHigh(slice, vector), high1 = HasPairs ? Levels.LoadHigh(slice + LaneBytes, vector) : default;
        for (uint end = vector + _partVectors; vector < end;)
        {
            TVector p0 = default, p1 = default;
            uint partialEnd = Math.Min(end, vector + PartialVectors);
            do
            {
                CacheLine.FetchOnce(slice + Levels.LowOffset(vector) + AheadBytes);
                TVector low0 = Levels.LoadLow(slice, vector), low1 = HasPairs ? Levels.LoadLow(slice + LaneBytes, vector) : default;
                AddLevels(ref p0, ref p1, levels, ref low0, ref high0, ref low1, ref high1, x);
                x += tokens;
                if (VectorGroups >= 2)
                {
                    if (PartialGroups == 1) Flush(ref i0, ref i1, ref p0, ref p1, factors0, factors1);
                    AddLevels(ref p0, ref p1, levels, ref low0, ref high0, ref low1, ref high1, x);
                    x += tokens;
                }
                if (VectorGroups >= 4)
                {
                    if (PartialGroups == 1) Flush(ref i0, ref i1, ref p0, ref p1, factors0, factors1);
                    AddLevels(ref p0, ref p1, levels, ref low0, ref high0, ref low1, ref high1, x);
                    x += tokens;
                    if (PartialGroups == 1) Flush(ref i0, ref i1, ref p0, ref p1, factors0, factors1);
                    AddLevels(ref p0, ref p1, levels, ref low0, ref high0, ref low1, ref high1, x);
                    x += tokens;
                }
                if (VectorGroups == 8)
                    for (int group = 4; group < 8; group++, x += tokens)
                        AddLevels(ref p0, ref p1, levels, ref low0, ref high0, ref low1, ref high1, x);
                vector++;
                if (TCodes.HighBits != 0 && vector % UnitVectors == 0 && vector < end)
                {
                    CacheLine.FetchOnce(slice + Levels.HighOffset(vector) + AheadBytes);
                    high0 = Levels.LoadHigh(slice, vector);
                    if (HasPairs) high1 = Levels.LoadHigh(slice + LaneBytes, vector);
                }
            }
            while (PartialVectors > 1 && vector < partialEnd);
            Flush(ref i0, ref i1, ref p0, ref p1, factors0, factors1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddLevels(
        ref TVector p0, ref TVector p1, Levels levels, ref TVector low0, ref TVector high0, ref TVector low1, ref TVector high1, uint* x)
    {
        TVector activations = TLanes.Repeat(x, 0);
        p0 = Add(p0, levels.Next(ref low0, ref high0), activations);
        if (HasPairs) p1 = Add(p1, levels.Next(ref low1, ref high1), activations);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Flush(ref TVector i0, ref TVector i1, ref TVector p0, ref TVector p1, TVector factors0, TVector factors1)
    {
        if (TLanes.PartialMaximum == int.MaxValue && !_hasScales)
        {
            i0 = TLanes.Add(i0, p0);
            if (HasPairs) i1 = TLanes.Add(i1, p1);
        }
        else
        {
            i0 = TLanes.AddPartial(i0, p0, factors0);
            if (HasPairs) i1 = TLanes.AddPartial(i1, p1, factors1);
        }
        (p0, p1) = (default, default);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Add(TVector partial, TVector level, TVector activations) => IsWide
        ? TLanes.AddWideProducts(partial, level, activations)
        : TLanes.AddProducts(partial, level, activations);

    /// <summary>Unpacks the codes of one vector after the other.</summary>
    private readonly ref struct Levels
    {
        private readonly TVector _lowMask, _highMask, _table;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Levels(BlockAnatomy anatomy)
        {
            _lowMask = TLanes.Broadcast(((1u << TCodes.LowBits) - 1) * 0x01010101u);
            _highMask = TLanes.Broadcast((((1u << TCodes.HighBits) - 1) << TCodes.LowBits) * 0x01010101u);
            if (TCodes.HasTable) _table = TLanes.Table(IsSigned ? anatomy.Table!.Values : anatomy.Table!.Levels);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static uint LowOffset(uint vector) => vector / UnitVectors * UnitBytes + vector % UnitVectors * RowGroupLayout.VectorBytes;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static uint HighOffset(uint vector) => vector / UnitVectors * UnitBytes + UnitVectors * RowGroupLayout.VectorBytes;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector LoadLow(byte* slice, uint vector) => TLanes.Load(slice + LowOffset(vector));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector LoadHigh(byte* slice, uint vector) => TCodes.HighBits == 0 ? default
            : TLanes.ShiftRight(TLanes.Load(slice + HighOffset(vector)), (int)(vector % UnitVectors) * VectorGroups * TCodes.HighBits);

        // The next codes come down to the low end of every byte; what crosses from byte to byte is masked.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Next(ref TVector low, ref TVector high)
        {
            if (TCodes.LowBits == 8) return IsSigned ? TLanes.Xor(low, TLanes.Broadcast(0x80808080)) : low;
            TVector level = TLanes.And(low, _lowMask);
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
    public static IRowGroupKernel For<TVector, TLanes>(RowGroupLayout layout) where TVector : struct where TLanes : struct, ILanes<TVector>
    {
        int highest = layout.Anatomy.Table is { } table ? table.HighestLevel : 0;
        if (layout.Anatomy is { CodeBits: 8, ZeroPoint: not 128 }) throw new NotSupportedException("8-bit codes mean their value − 128");
        return (layout.Anatomy.CodeBits, highest) switch
        {
            (1, > 0 and <= 2) => new RowGroupLoop<TVector, TLanes, Bits1Levels>(layout),
            (2, 0) => new RowGroupLoop<TVector, TLanes, Bits2>(layout),
            (3, 0) => new RowGroupLoop<TVector, TLanes, Bits3>(layout),
            (3, <= 31) => new RowGroupLoop<TVector, TLanes, Bits3SmallLevels>(layout),
            (3, <= 127) => new RowGroupLoop<TVector, TLanes, Bits3Levels>(layout),
            (4, 0) => new RowGroupLoop<TVector, TLanes, Bits4>(layout),
            (4, <= 31) => new RowGroupLoop<TVector, TLanes, Bits4SmallLevels>(layout),
            (4, <= 127) => new RowGroupLoop<TVector, TLanes, Bits4Levels>(layout),
            (4, _) => new RowGroupLoop<TVector, TLanes, Bits4WideLevels>(layout),
            (5, 0) => new RowGroupLoop<TVector, TLanes, Bits5>(layout),
            (6, 0) => new RowGroupLoop<TVector, TLanes, Bits6>(layout),
            (8, 0) => new RowGroupLoop<TVector, TLanes, Bits8>(layout),
            (int bits, _) => throw new NotSupportedException($"{bits}-bit codes with levels up to {highest}"),
        };
    }
}
