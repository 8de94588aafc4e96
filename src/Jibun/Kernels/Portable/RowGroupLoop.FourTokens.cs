using System.Runtime.CompilerServices;

namespace Jibun.Kernels.Portable;

internal sealed unsafe partial class RowGroupLoop<TVector, TLanes, TCodes>
{
    /// <summary>Four tokens, one slice of the rows after the other; the float sums of all are in memory.</summary>
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddScaled(byte* sums, TVector i0, TVector i1, TVector i2, TVector i3, TVector d, uint* scale)
    {
        TLanes.Store(AddScaled(TLanes.Load(sums), i0, d, TLanes.Repeat(scale, 0)), sums);
        TLanes.Store(AddScaled(TLanes.Load(sums + SumBytes), i1, d, TLanes.Repeat(scale, 1)), sums + SumBytes);
        TLanes.Store(AddScaled(TLanes.Load(sums + 2 * SumBytes), i2, d, TLanes.Repeat(scale, 2)), sums + 2 * SumBytes);
        TLanes.Store(AddScaled(TLanes.Load(sums + 3 * SumBytes), i3, d, TLanes.Repeat(scale, 3)), sums + 3 * SumBytes);
    }

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
}
