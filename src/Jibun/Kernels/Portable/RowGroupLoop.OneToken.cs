using System.Runtime.CompilerServices;

namespace Jibun.Kernels.Portable;

internal sealed unsafe partial class RowGroupLoop<TVector, TLanes, TCodes>
{
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
}
