using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Jibun.Formats;

namespace Jibun.Kernels.Portable;

/// <summary>The row-group kernel over any <see cref="ILanes{TSelf}"/>; one token at a time.</summary>
internal sealed unsafe class RowGroupLoop<TLanes>(RowGroupLayout layout) : IRowGroupKernel where TLanes : struct, ILanes<TLanes>
{
    public void Run(int tokens, RowGroupArguments* arguments)
    {
        byte* weights = arguments->Weights;
        byte* output = (byte*)arguments->Output;
        long groupBytes = arguments->Blocks * layout.BlockBytes + layout.RowScaleBytes;
        for (long group = 0; group < arguments->Groups; group++, weights += groupBytes, output += RowGroupLayout.Rows * sizeof(float))
            for (int token = 0; token < tokens; token++)
            {
                Vector512<float> sums = layout.Anatomy.Scale == ScaleKind.Row ? MultiplyRows(weights, tokens, token, arguments) : Multiply(weights, tokens, token, arguments);
                sums.Store((float*)(output + token * arguments->OutputStride));
            }
    }

    private Vector512<float> Multiply(byte* weights, int tokens, int token, RowGroupArguments* arguments)
    {
        BlockAnatomy anatomy = layout.Anatomy;
        int subBlocks = anatomy.SubBlocks, groups = anatomy.SubBlock / RowGroupLayout.GroupColumns;
        uint* codes = (uint*)arguments->Codes + token;
        int* offsets = arguments->Offsets + token;
        int* pairSums = arguments->PairSums + token;
        float* scales = arguments->Scales + token;
        Vector512<float> sum = Vector512<float>.Zero;
        for (long block = 0; block < arguments->Blocks; block++, weights += layout.BlockBytes)
        {
            Vector512<float> d = anatomy.Scale == ScaleKind.Half ? HalfLanes.Load((ushort*)(weights + layout.DOffset)) : Vector512.Load((float*)(weights + layout.DOffset));
            Vector512<int> integers = Vector512<int>.Zero;
            for (int sub = 0; sub < subBlocks; sub++)
            {
                TLanes lanes = anatomy.ZeroPoint == 0 ? default : TLanes.Broadcast((uint)offsets[sub * tokens]);
                lanes = SumSubBlock(lanes, weights, sub * groups, groups, codes, tokens);
                Vector512<int> subSum = TLanes.ToSums(lanes);
                integers += anatomy.HasScales ? subSum * SignedBytes(weights + layout.ScaleOffset + sub * RowGroupLayout.Rows) : subSum;
                if (!anatomy.ScalesActivations) continue;
                sum = Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(integers), d * Vector512.Create(scales[sub * tokens]), sum);
                integers = Vector512<int>.Zero;
            }
            if (!anatomy.ScalesActivations)
                sum = Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(integers), d * Vector512.Create(*scales), sum);
            if (anatomy.HasMins)
            {
                Vector512<int> mins = SumMins(weights + layout.MinOffset, subBlocks / 2, pairSums, tokens);
                Vector512<float> minScale = HalfLanes.Load((ushort*)(weights + layout.DMinOffset)) * Vector512.Create(*scales);
                sum = Vector512.FusedMultiplyAdd(-Vector512.ConvertToSingle(mins), minScale, sum);
                pairSums += subBlocks / 2 * tokens;
            }
            codes += anatomy.BlockSize / RowGroupLayout.GroupColumns * tokens;
            if (anatomy.ZeroPoint != 0) offsets += subBlocks * tokens;
            scales += anatomy.BlockSize / anatomy.ScaledColumns * tokens;
        }
        return sum * Vector512.Create(arguments->TensorScale);
    }

    private Vector512<float> MultiplyRows(byte* weights, int tokens, int token, RowGroupArguments* arguments)
    {
        BlockAnatomy anatomy = layout.Anatomy;
        int groups = anatomy.BlockSize / RowGroupLayout.GroupColumns;
        uint* codes = (uint*)arguments->Codes + token;
        Vector512<int> integers = anatomy.ZeroPoint == 0 ? Vector512<int>.Zero : Vector512.Create(arguments->Offsets[token]);
        for (long block = 0; block < arguments->Blocks; block++, weights += layout.BlockBytes, codes += groups * tokens)
            integers += TLanes.ToSums(SumSubBlock(default, weights, 0, groups, codes, tokens));
        return Vector512.ConvertToSingle(integers) * Vector512.Create(arguments->Scales[token]) * (Vector512.Create(arguments->TensorScale) * Vector512.Load((float*)weights));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TLanes SumSubBlock(TLanes sums, byte* block, int firstGroup, int groups, uint* codes, int tokens)
    {
        (int lowBits, int highBits) = layout.Planes;
        int perByte = 8 / lowBits, highPerByte = highBits == 0 ? 1 : 8 / highBits;
        TLanes lowMask = TLanes.Broadcast((uint)((1 << lowBits) - 1) * 0x01010101u);
        TLanes highMask = TLanes.Broadcast((uint)(((1 << highBits) - 1) << lowBits) * 0x01010101u);
        for (int group = firstGroup; group < firstGroup + groups; group++)
        {
            byte* unit = block + group / layout.UnitGroups * layout.UnitBytes;
            int inUnit = group % layout.UnitGroups;
            TLanes code = TLanes.Load(unit + inUnit / perByte * RowGroupLayout.VectorBytes);
            TLanes activations = TLanes.Broadcast(codes[group * tokens]);
            if (lowBits == 8)
            {
                sums = TLanes.DotWide(sums, code, activations);
                continue;
            }
            code = TLanes.And(TLanes.ShiftRight(code, lowBits * (inUnit % perByte)), lowMask);
            if (highBits != 0)
            {
                TLanes high = TLanes.Load(unit + layout.UnitGroups * lowBits * 8 + inUnit / highPerByte * RowGroupLayout.VectorBytes);
                high = TLanes.ShiftRight(high, highBits * (inUnit % highPerByte));
                high = TLanes.And(TLanes.ShiftLeft(high, lowBits), highMask);
                code = TLanes.Or(code, high);
            }
            if (layout.Anatomy.Table is { } table)
            {
                code = TLanes.Lookup(table.Levels, code);
                if (table.HasWideLevels)
                {
                    sums = TLanes.DotWide(sums, code, activations);
                    continue;
                }
            }
            sums = TLanes.DotNarrow(sums, code, activations);
        }
        return sums;
    }

    private static Vector512<int> SignedBytes(byte* bytes) =>
        Vector512.WidenLower(Vector512.WidenLower(Vector512.Create(Vector256.Create(Vector128.Load((sbyte*)bytes), default), default)));

    // Row r of a pair has its two minima at bytes 2r and 2r + 1.
    private static Vector512<int> SumMins(byte* mins, int pairs, int* pairSums, int tokens)
    {
        Vector512<int> sum = Vector512<int>.Zero;
        for (int pair = 0; pair < pairs; pair++, mins += 2 * RowGroupLayout.Rows)
        {
            Vector512<int> both = Vector512.WidenLower(Vector512.Create(Vector256.Load(mins), default)).AsInt32();
            int sums = pairSums[pair * tokens];
            sum += (both & Vector512.Create(0xFFFF)) * Vector512.Create((int)(short)sums);
            sum += (both >>> 16) * Vector512.Create(sums >> 16);
        }
        return sum;
    }
}
