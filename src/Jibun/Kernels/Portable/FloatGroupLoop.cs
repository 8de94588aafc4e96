using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Jibun.Formats;
using Jibun.Kernels.X86;

namespace Jibun.Kernels.Portable;

/// <summary>How the row groups of a float format are read: one step is sixteen rows × one column, or × two of bfloat16.</summary>
internal interface IFloatGroup
{
    /// <summary>Of a row in a step.</summary>
    static abstract int RowBytes { get; }

    static abstract bool IsHalf { get; }

    static abstract bool HasTwoColumns { get; }
}

/// <summary>
/// The kernel of float weights over any <see cref="ILanes{TVector}"/>; sums run along the columns in float32. Each addition waits for the one before, so
/// eight sums are kept going: those of eight tokens where a vector has all rows, else those of four tokens and two vectors, which may be of two row groups.
/// </summary>
internal sealed unsafe class FloatGroupLoop<TVector, TLanes, TGroup> : IRowGroupKernel
    where TVector : struct where TLanes : struct, ILanes<TVector> where TGroup : struct, IFloatGroup
{
    private const int Rows = RowGroupLayout.Rows, AheadBytes = 4096;

    private static int StepBytes => Rows * TGroup.RowBytes;

    public int GroupsAtOnce => TLanes.Rows < Rows ? 1 : 2;

    public void Run(int tokens, RowGroupArguments* arguments)
    {
        byte* weights = arguments->Weights;
        byte* output = (byte*)arguments->Output;
        long groupBytes = arguments->Blocks * StepBytes;
        for (long left = arguments->Groups; left > 0; left--, weights += groupBytes, output += Rows * sizeof(float))
        {
            if (TLanes.Rows < Rows)
            {
                for (int row = 0; row < Rows; row += 2 * TLanes.Rows)
                    MultiplyPair(weights + row * TGroup.RowBytes, TLanes.Rows * TGroup.RowBytes, tokens, arguments, output + row * sizeof(float));
            }
            else if (tokens == 8)
            {
                MultiplyEight(weights, arguments, output);
            }
            else if (left == 1)
            {
                MultiplyPair(weights, 0, tokens, arguments, output);
            }
            else
            {
                MultiplyPair(weights, groupBytes, tokens, arguments, output);
                left--;
                weights += groupBytes;
                output += Rows * sizeof(float);
            }
        }
    }

    /// <summary>Two vectors of rows, the second so many bytes behind the first; if none, there is only one.</summary>
    private static void MultiplyPair(byte* weights, long distance, int tokens, RowGroupArguments* arguments, byte* output)
    {
        if (tokens < 4)
            for (int token = 0; token < tokens; token++) MultiplyOne(weights, distance, tokens, token, arguments, output);
        else
            for (int token = 0; token < tokens; token += 4) MultiplyFour(weights, distance, tokens, Math.Min(token, tokens - 4), arguments, output);
    }

    private static void MultiplyEight(byte* weights, RowGroupArguments* arguments, byte* output)
    {
        uint* x = (uint*)arguments->Codes;
        TVector y0 = default, y1 = default, y2 = default, y3 = default, y4 = default, y5 = default, y6 = default, y7 = default;
        for (long step = arguments->Blocks; step > 0; step--, weights += StepBytes, x += 8)
        {
            TVector w = Load(weights);
            y0 = Add(y0, w, x, 0);
            y1 = Add(y1, w, x, 1);
            y2 = Add(y2, w, x, 2);
            y3 = Add(y3, w, x, 3);
            y4 = Add(y4, w, x, 4);
            y5 = Add(y5, w, x, 5);
            y6 = Add(y6, w, x, 6);
            y7 = Add(y7, w, x, 7);
        }
        long stride = arguments->OutputStride;
        TLanes.Store(y0, output);
        TLanes.Store(y1, output + stride);
        TLanes.Store(y2, output + 2 * stride);
        TLanes.Store(y3, output + 3 * stride);
        TLanes.Store(y4, output + 4 * stride);
        TLanes.Store(y5, output + 5 * stride);
        TLanes.Store(y6, output + 6 * stride);
        TLanes.Store(y7, output + 7 * stride);
    }

    private static void MultiplyFour(byte* weights, long distance, int tokens, int token, RowGroupArguments* arguments, byte* output)
    {
        uint* x = (uint*)arguments->Codes + token;
        TVector y0 = default, y1 = default, y2 = default, y3 = default, z0 = default, z1 = default, z2 = default, z3 = default;
        for (long step = arguments->Blocks; step > 0; step--, weights += StepBytes, x += tokens)
        {
            TVector w = Load(weights), v = Load(weights + distance);
            y0 = Add(y0, w, x, 0);
            z0 = Add(z0, v, x, 0);
            y1 = Add(y1, w, x, 1);
            z1 = Add(z1, v, x, 1);
            y2 = Add(y2, w, x, 2);
            z2 = Add(z2, v, x, 2);
            y3 = Add(y3, w, x, 3);
            z3 = Add(z3, v, x, 3);
        }
        long stride = arguments->OutputStride;
        output += token * stride;
        Store(y0, z0, distance, output);
        Store(y1, z1, distance, output + stride);
        Store(y2, z2, distance, output + 2 * stride);
        Store(y3, z3, distance, output + 3 * stride);
    }

    private static void MultiplyOne(byte* weights, long distance, int tokens, int token, RowGroupArguments* arguments, byte* output)
    {
        uint* x = (uint*)arguments->Codes + token;
        TVector y = default, z = default;
        for (long step = arguments->Blocks; step > 0; step--, weights += StepBytes, x += tokens)
        {
            CacheLine.FetchOnce(weights + AheadBytes);
            CacheLine.FetchOnce(weights + distance + AheadBytes);
            y = Add(y, Load(weights), x, 0);
            z = Add(z, Load(weights + distance), x, 0);
        }
        Store(y, z, distance, output + token * arguments->OutputStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Load(byte* weights) => TGroup.IsHalf ? TLanes.LoadHalves(weights) : TLanes.Load(weights);

    /// <summary>sum + weights · activation of one step.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Add(TVector sum, TVector weights, uint* activations, int index)
    {
        TVector activation = TLanes.Repeat(activations, index);
        if (!TGroup.HasTwoColumns) return TLanes.MultiplyAdd(weights, activation, sum);
        TVector high = TLanes.Broadcast(0xFFFF0000);
        sum = TLanes.MultiplyAdd(TLanes.And(weights, high), TLanes.And(activation, high), sum);
        return TLanes.MultiplyAdd(TLanes.LowToHigh(weights), TLanes.LowToHigh(activation), sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TVector y, TVector z, long distance, byte* output)
    {
        TLanes.Store(y, output);
        if (distance != 0) TLanes.Store(z, output + TLanes.Rows * sizeof(float));
    }
}

internal static class FloatGroupLoop
{
    /// <summary>The processor's widest vectors.</summary>
    public static KernelTier Tier => Avx512BW.IsSupported ? KernelTier.Avx512 : Avx2.IsSupported ? KernelTier.Avx2 : KernelTier.Portable;

    public static IRowGroupKernel For(GgmlType type) => type switch
    {
        GgmlType.F32 => For<F32Group>(),
        GgmlType.F16 => For<F16Group>(),
        GgmlType.BF16 => For<BF16Group>(),
        _ => throw new NotSupportedException($"{type} is not a float format"),
    };

    private static IRowGroupKernel For<TGroup>() where TGroup : struct, IFloatGroup =>
        Avx512BW.IsSupported ? new FloatGroupLoop<Vector512<byte>, Avx512Lanes, TGroup>()
        : Avx2.IsSupported ? new FloatGroupLoop<Vector256<byte>, Avx2Lanes<Avx2Products>, TGroup>()
        : new FloatGroupLoop<Vector128<byte>, Vector128Lanes, TGroup>();

    private readonly struct F32Group : IFloatGroup
    {
        public static int RowBytes => 4;
        public static bool IsHalf => false;
        public static bool HasTwoColumns => false;
    }

    private readonly struct F16Group : IFloatGroup
    {
        public static int RowBytes => 2;
        public static bool IsHalf => true;
        public static bool HasTwoColumns => false;
    }

    private readonly struct BF16Group : IFloatGroup
    {
        public static int RowBytes => 4;
        public static bool IsHalf => false;
        public static bool HasTwoColumns => true;
    }
}
