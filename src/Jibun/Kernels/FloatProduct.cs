using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Jibun.Formats;
using Jibun.Kernels.Portable;

namespace Jibun.Kernels;

/// <summary>Products of float rows with float weights in row groups of [columns][16]; sums run along the columns in float32.</summary>
internal static unsafe class FloatProduct
{
    private interface ILoader
    {
        static abstract int ElementBytes { get; }

        static abstract Vector512<float> Load(byte* weights);
    }

    /// <summary>One row group times a run of tokens, at most four at once.</summary>
    public static void Multiply(GgmlType type, byte* group, int columns, float* values, int tokens, float* output, long outputStride)
    {
        switch (type)
        {
            case GgmlType.F32: Multiply<F32Loader>(group, columns, values, tokens, output, outputStride); break;
            case GgmlType.F16: Multiply<F16Loader>(group, columns, values, tokens, output, outputStride); break;
            case GgmlType.BF16: Multiply<BF16Loader>(group, columns, values, tokens, output, outputStride); break;
            default: throw new NotSupportedException($"{type} is not a float format");
        }
    }

    // Every token runs the same chain of additions whether it comes alone or with three others.
    private static void Multiply<TLoader>(byte* group, int columns, float* values, int tokens, float* output, long outputStride)
        where TLoader : ILoader
    {
        int token = 0;
        for (; token + 4 <= tokens; token += 4)
        {
            float* x0 = values + (long)token * columns, x1 = x0 + columns, x2 = x1 + columns, x3 = x2 + columns;
            Vector512<float> y0 = default, y1 = default, y2 = default, y3 = default;
            byte* weights = group;
            for (int column = 0; column < columns; column++, weights += TLoader.ElementBytes * RowGroupLayout.Rows)
            {
                Vector512<float> w = TLoader.Load(weights);
                y0 = Vector512.FusedMultiplyAdd(w, Vector512.Create(x0[column]), y0);
                y1 = Vector512.FusedMultiplyAdd(w, Vector512.Create(x1[column]), y1);
                y2 = Vector512.FusedMultiplyAdd(w, Vector512.Create(x2[column]), y2);
                y3 = Vector512.FusedMultiplyAdd(w, Vector512.Create(x3[column]), y3);
            }
            y0.Store(output + token * outputStride);
            y1.Store(output + (token + 1) * outputStride);
            y2.Store(output + (token + 2) * outputStride);
            y3.Store(output + (token + 3) * outputStride);
        }
        for (; token < tokens; token++)
        {
            float* x = values + (long)token * columns;
            Vector512<float> y = default;
            byte* weights = group;
            for (int column = 0; column < columns; column++, weights += TLoader.ElementBytes * RowGroupLayout.Rows)
                y = Vector512.FusedMultiplyAdd(TLoader.Load(weights), Vector512.Create(x[column]), y);
            y.Store(output + token * outputStride);
        }
    }

    private readonly struct F32Loader : ILoader
    {
        public static int ElementBytes => 4;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Load(byte* weights) => Vector512.Load((float*)weights);
    }

    private readonly struct F16Loader : ILoader
    {
        public static int ElementBytes => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Load(byte* weights) => HalfLanes.Load((ushort*)weights);
    }

    private readonly struct BF16Loader : ILoader
    {
        public static int ElementBytes => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Load(byte* weights) => HalfLanes.LoadBFloat16((ushort*)weights);
    }
}
