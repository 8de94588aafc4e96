using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Jibun.Formats;

namespace Jibun.Kernels.Portable;

/// <summary>How the row groups of a float format are read: one step is sixteen rows × one column, or × two of bfloat16.</summary>
internal unsafe interface IFloatGroup
{
    static abstract int StepBytes { get; }

    /// <summary>sum + weights · activation of one step.</summary>
    static abstract Vector512<float> Add(Vector512<float> sum, byte* weights, float* activation);
}

/// <summary>The kernel of float weights over any <see cref="IFloatGroup"/>; sums run along the columns in float32.</summary>
internal sealed unsafe class FloatGroupLoop<TGroup> : IRowGroupKernel where TGroup : struct, IFloatGroup
{
    public void Run(int tokens, RowGroupArguments* arguments)
    {
        byte* weights = arguments->Weights;
        byte* output = (byte*)arguments->Output;
        long groupBytes = arguments->Blocks * TGroup.StepBytes;
        for (long group = 0; group < arguments->Groups; group++, weights += groupBytes, output += RowGroupLayout.Rows * sizeof(float))
        {
            int token = 0;
            for (; token + 4 <= tokens; token += 4) MultiplyFour(weights, tokens, token, arguments, output);
            for (; token < tokens; token++) MultiplyOne(weights, tokens, token, arguments, output);
        }
    }

    private static void MultiplyFour(byte* weights, int tokens, int token, RowGroupArguments* arguments, byte* output)
    {
        float* x = (float*)arguments->Codes + token;
        Vector512<float> y0 = default, y1 = default, y2 = default, y3 = default;
        for (long step = 0; step < arguments->Blocks; step++, weights += TGroup.StepBytes, x += tokens)
        {
            y0 = TGroup.Add(y0, weights, x);
            y1 = TGroup.Add(y1, weights, x + 1);
            y2 = TGroup.Add(y2, weights, x + 2);
            y3 = TGroup.Add(y3, weights, x + 3);
        }
        y0.Store((float*)(output + token * arguments->OutputStride));
        y1.Store((float*)(output + (token + 1) * arguments->OutputStride));
        y2.Store((float*)(output + (token + 2) * arguments->OutputStride));
        y3.Store((float*)(output + (token + 3) * arguments->OutputStride));
    }

    private static void MultiplyOne(byte* weights, int tokens, int token, RowGroupArguments* arguments, byte* output)
    {
        float* x = (float*)arguments->Codes + token;
        Vector512<float> y = default;
        for (long step = 0; step < arguments->Blocks; step++, weights += TGroup.StepBytes, x += tokens) y = TGroup.Add(y, weights, x);
        y.Store((float*)(output + token * arguments->OutputStride));
    }
}

internal static class FloatGroupLoop
{
    public static IRowGroupKernel For(GgmlType type) => type switch
    {
        GgmlType.F32 => new FloatGroupLoop<F32Group>(),
        GgmlType.F16 => new FloatGroupLoop<F16Group>(),
        GgmlType.BF16 => new FloatGroupLoop<BF16Group>(),
        _ => throw new NotSupportedException($"{type} is not a float format"),
    };

    private readonly unsafe struct F32Group : IFloatGroup
    {
        public static int StepBytes => 4 * RowGroupLayout.Rows;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Add(Vector512<float> sum, byte* weights, float* activation) =>
            Vector512.FusedMultiplyAdd(Vector512.Load((float*)weights), Vector512.Create(*activation), sum);
    }

    private readonly unsafe struct F16Group : IFloatGroup
    {
        public static int StepBytes => 2 * RowGroupLayout.Rows;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Add(Vector512<float> sum, byte* weights, float* activation) =>
            Vector512.FusedMultiplyAdd(HalfLanes.Load((ushort*)weights), Vector512.Create(*activation), sum);
    }

    private readonly unsafe struct BF16Group : IFloatGroup
    {
        public static int StepBytes => 4 * RowGroupLayout.Rows;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Add(Vector512<float> sum, byte* weights, float* activation)
        {
            Vector512<uint> pair = Vector512.Load((uint*)weights);
            uint other = *(uint*)activation;
            sum = Vector512.FusedMultiplyAdd(
                (pair & Vector512.Create(0xFFFF0000u)).AsSingle(), Vector512.Create(other & 0xFFFF0000u).AsSingle(), sum);
            return Vector512.FusedMultiplyAdd((pair << 16).AsSingle(), Vector512.Create(other << 16).AsSingle(), sum);
        }
    }
}
