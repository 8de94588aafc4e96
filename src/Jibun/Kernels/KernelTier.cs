using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Jibun.Formats;
using Jibun.Kernels.Arm;
using Jibun.Kernels.Emitted;
using Jibun.Kernels.Portable;
using Jibun.Kernels.X86;

namespace Jibun.Kernels;

/// <summary>Which instructions integer products run on, slowest first. All tiers give the same bits.</summary>
public enum KernelTier
{
    Portable,
    AdvSimd,
    Avx2,
    AvxVnni,
    Avx512,

    /// <summary>Machine code written at run time: AVX512-VNNI.</summary>
    Emitted,
}

/// <summary>The kernels of one tier, made when a layout is first used.</summary>
public sealed class KernelSet(KernelTier tier)
{
    private readonly Dictionary<(RowGroupLayout, bool), IRowGroupKernel> _integer = [];
    private readonly Dictionary<GgmlType, IRowGroupKernel> _float = [];
    private readonly Dictionary<GgmlType, IRowGroupKernel> _keyKernels = [];
    private readonly Dictionary<(GgmlType, bool), IValueKernel> _valueKernels = [];

    public KernelTier Tier { get; } = IsSupported(tier) ? tier : throw new NotSupportedException($"this machine cannot run the {tier} kernels");

    /// <summary>The fastest tier of this machine.</summary>
    public static KernelTier Best { get; } = Enum.GetValues<KernelTier>().Last(IsSupported);

    /// <summary>The fastest tier whose instructions the .NET compiler emits.</summary>
    public static KernelTier BestIntrinsics { get; } = Enum.GetValues<KernelTier>().Last(tier => tier != KernelTier.Emitted && IsSupported(tier));

    public static bool IsSupported(KernelTier tier) => tier switch
    {
        KernelTier.Portable => true,
        KernelTier.AdvSimd => Dp.IsSupported,
        KernelTier.Avx2 => Avx2.IsSupported,
        KernelTier.Avx512 => Avx512BW.IsSupported,
        KernelTier.AvxVnni => AvxVnni.IsSupported,
        KernelTier.Emitted => CpuFeatures.Avx512Vnni,
        _ => false,
    };

    /// <summary>What products with weights of a format run on: floats have emitted code or the processor's vectors, whatever the tier.</summary>
    public KernelTier TierOf(BlockFormat format) =>
        format.Anatomy is not null ? Tier : IsFloatEmitted(format.Type) ? KernelTier.Emitted : FloatGroupLoop.Tier;

    internal IRowGroupKernel For(Matrix matrix)
    {
        lock (_integer)
        {
            IRowGroupKernel? kernel;
            if (matrix.Layout is { } layout)
            {
                bool isWide = Tier == KernelTier.Emitted && matrix.GroupBytes > Prefetch.WideBytes;
                if (!_integer.TryGetValue((layout, isWide), out kernel)) _integer[(layout, isWide)] = kernel = Make(layout, isWide);
            }
            else if (!_float.TryGetValue(matrix.Format.Type, out kernel))
            {
                _float[matrix.Format.Type] = kernel = Make(matrix.Format.Type);
            }
            return kernel;
        }
    }

    /// <summary>What cached keys of a type are multiplied on: they lie as weights of this type do.</summary>
    internal IRowGroupKernel ForKeys(GgmlType type)
    {
        lock (_keyKernels)
        {
            if (!_keyKernels.TryGetValue(type, out IRowGroupKernel? kernel)) _keyKernels[type] = kernel = MakeForKeys(type);
            return kernel;
        }
    }

    /// <summary>What cached values of a type are summed on; fine weights have 16 bits where they are quantized.</summary>
    internal IValueKernel ForValues(GgmlType type, bool isFine)
    {
        lock (_valueKernels)
        {
            if (!_valueKernels.TryGetValue((type, isFine), out IValueKernel? kernel)) _valueKernels[(type, isFine)] = kernel = MakeForValues(type, isFine);
            return kernel;
        }
    }

    private bool IsFloatEmitted(GgmlType type) => Tier == KernelTier.Emitted && (type != GgmlType.BF16 || CpuFeatures.Avx512Bf16);

    private IRowGroupKernel Make(GgmlType type) => IsFloatEmitted(type)
        ? new EmittedKernel((tokens, readOnce) => FloatGroupEmitter.Emit(type, tokens, readOnce), FloatGroupEmitter.GroupsAtOnce(type, 1))
        : FloatGroupLoop.For(type);

    // The conditions are constants where a processor's kind is known: native code has no loops of others.
    private IRowGroupKernel Make(RowGroupLayout layout, bool isWide = false) => Tier switch
    {
        KernelTier.Emitted => new EmittedKernel((tokens, readOnce) => RowGroupEmitter.Emit(layout, tokens, readOnce, isWide)),
        KernelTier.AvxVnni when AvxVnni.IsSupported => RowGroupLoop.For<Vector256<byte>, Avx2Lanes<AvxVnniProducts>>(layout),
        KernelTier.Avx512 when Avx512BW.IsSupported => RowGroupLoop.For<Vector512<byte>, Avx512Lanes>(layout),
        KernelTier.Avx2 when Avx2.IsSupported => RowGroupLoop.For<Vector256<byte>, Avx2Lanes<Avx2Products>>(layout),
        KernelTier.AdvSimd when Dp.IsSupported => RowGroupLoop.For<AdvSimdLanes, AdvSimdLanes>(layout),
        _ => RowGroupLoop.For<Vector128<byte>, Vector128Lanes>(layout),
    };

    private IRowGroupKernel MakeForKeys(GgmlType type) =>
        Tier == KernelTier.Emitted ? new EmittedKernel((rows, _) => KeyEmitter.Emit(type, rows))
        : BlockFormats.TryGet(type, out BlockFormat? format) && format.Anatomy is not null ? Make(Matrix.LayoutOf(format))
        : Make(type);

    private IValueKernel MakeForValues(GgmlType type, bool isFine) => Tier switch
    {
        KernelTier.Emitted => new EmittedKernel((rows, _) => ValueEmitter.Emit(type, isFine, rows)),
        _ when type is GgmlType.F32 or GgmlType.F16 => new FloatValueLoop(type),
        KernelTier.AvxVnni when AvxVnni.IsSupported => new QuantizedValueLoop<Vector256<byte>, Avx2Lanes<AvxVnniProducts>>(type, isFine),
        KernelTier.Avx512 when Avx512BW.IsSupported => new QuantizedValueLoop<Vector512<byte>, Avx512Lanes>(type, isFine),
        KernelTier.Avx2 when Avx2.IsSupported => new QuantizedValueLoop<Vector256<byte>, Avx2Lanes<Avx2Products>>(type, isFine),
        KernelTier.AdvSimd when Dp.IsSupported => new QuantizedValueLoop<AdvSimdLanes, AdvSimdLanes>(type, isFine),
        _ => new QuantizedValueLoop<Vector128<byte>, Vector128Lanes>(type, isFine),
    };
}
