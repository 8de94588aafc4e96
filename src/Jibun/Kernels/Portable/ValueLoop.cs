using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Jibun.Formats;

namespace Jibun.Kernels.Portable;

/// <summary>Sums float values; float16 ones are widened once a page and block.</summary>
internal sealed unsafe class FloatValueLoop(GgmlType type) : IValueKernel
{
    private const int Tokens = AttentionLayout.PageTokens, Lanes = 16, BlockFloats = AttentionLayout.Block * Tokens;

    public void Run(int rows, ValueArguments* arguments)
    {
        float* widened = stackalloc float[type == GgmlType.F16 ? BlockFloats : 1];
        for (int block = 0; block < arguments->Blocks; block++)
        {
            float* values = (float*)arguments->Values + (long)block * BlockFloats;
            if (type == GgmlType.F16)
            {
                ushort* halves = (ushort*)arguments->Values + (long)block * BlockFloats;
                for (int half = 0; half < BlockFloats; half += BlockFloats / 2)
                    for (int i = half; i < half + arguments->Tokens * Lanes; i += Lanes) HalfLanes.Load(halves + i).Store(widened + i);
                values = widened;
            }
            for (int row = 0; row < rows; row++)
            {
                float* output = (float*)((byte*)arguments->Output + row * arguments->OutputStride) + block * AttentionLayout.Block;
                Add(values, arguments->Weights + row * Tokens, (int)arguments->Tokens, arguments->Fades[row], output);
            }
        }
    }

    private static void Add(float* values, float* weights, int tokens, float fade, float* output)
    {
        Vector512<float> low = Vector512.Load(output) * Vector512.Create(fade), high = Vector512.Load(output + Lanes) * Vector512.Create(fade);
        for (int token = 0; token < tokens; token++, values += Lanes)
        {
            Vector512<float> weight = Vector512.Create(weights[token]);
            low = Vector512.FusedMultiplyAdd(Vector512.Load(values), weight, low);
            high = Vector512.FusedMultiplyAdd(Vector512.Load(values + BlockFloats / 2), weight, high);
        }
        low.Store(output);
        high.Store(output + Lanes);
    }
}

/// <summary>Sums quantized values over any <see cref="ILanes{TVector}"/>.</summary>
internal sealed unsafe class QuantizedValueLoop<TVector, TLanes>(GgmlType type, bool isFine) : IValueKernel
    where TVector : struct where TLanes : struct, ILanes<TVector>
{
    private const int Tokens = AttentionLayout.PageTokens, Part = Tokens / 2, Vector = RowGroupLayout.VectorBytes;

    private static ReadOnlySpan<byte> Levels => [0xF8, 0xF9, 0xFA, 0xFB, 0xFC, 0xFD, 0xFE, 0xFF, 0, 1, 2, 3, 4, 5, 6, 7];

    public void Run(int rows, ValueArguments* arguments)
    {
        int codeBytes = AttentionLayout.Block * Tokens / (type == GgmlType.Q8_0 ? 1 : 2);
        int tokens = (int)arguments->Tokens;
        byte* values = arguments->Values;
        byte* sums = stackalloc byte[RowGroupLayout.VectorBytes];
        for (int block = 0; block < arguments->Blocks; block++, values += codeBytes + Tokens * 2)
            for (int row = 0; row < rows; row++)
            {
                float* output = (float*)((byte*)arguments->Output + row * arguments->OutputStride) + block * AttentionLayout.Block;
                byte* codes = arguments->Codes + ((isFine ? 2 : 1) * block * rows + row) * Tokens;
                float* scales = arguments->Scales + (isFine ? 1 : 2) * block * rows + row;
                for (int half = 0; half < 2; half++, output += RowGroupLayout.Rows)
                {
                    byte* from = values + half * codeBytes / 2;
                    Vector512<float> result = Vector512.Load(output) * Vector512.Create(arguments->Fades[row]);
                    if (isFine)
                    {
                        Vector512<int> high = Sum(from, (uint*)codes, tokens, sums), low = Sum(from, (uint*)(codes + rows * Tokens), tokens, sums);
                        result = Add((high << 8) + low, scales[0], result);
                    }
                    else
                    {
                        result = Add(Sum(from, (uint*)codes, Math.Min(tokens, Part), sums), scales[0], result);
                        if (tokens > Part) result = Add(Sum(from + codeBytes / 4, (uint*)(codes + Part), tokens - Part, sums), scales[rows], result);
                    }
                    result.Store(output);
                }
            }
    }

    private static Vector512<float> Add(Vector512<int> sums, float scale, Vector512<float> to) =>
        Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(sums), Vector512.Create(scale), to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector512<int> Sum(byte* values, uint* codes, int tokens, byte* sums)
    {
        for (int row = 0; row < RowGroupLayout.Rows; row += TLanes.Rows) TLanes.Store(SumSlice(values + row * sizeof(int), codes, tokens), sums + row * sizeof(int));
        return Vector512.Load((int*)sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TVector SumSlice(byte* values, uint* codes, int tokens)
    {
        TVector sums = default;
        if (type == GgmlType.Q8_0)
        {
            for (int four = 0; four < tokens / 4; four++) sums = TLanes.DotWide(sums, TLanes.Repeat(codes, four), TLanes.Load(values + four * Vector));
            return sums;
        }
        TVector mask = TLanes.Broadcast(0x0F0F0F0F), levels = TLanes.Table(Levels);
        for (int eight = 0; eight < tokens / 8; eight++)
        {
            TVector both = TLanes.Load(values + eight * Vector);
            sums = TLanes.DotWide(sums, TLanes.Repeat(codes, 2 * eight), TLanes.Lookup(levels, TLanes.And(both, mask)));
            sums = TLanes.DotWide(sums, TLanes.Repeat(codes, 2 * eight + 1), TLanes.Lookup(levels, TLanes.And(TLanes.ShiftRight(both, 4), mask)));
        }
        return sums;
    }
}
