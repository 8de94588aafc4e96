using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
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
    Avx512,

    /// <summary>Machine code written at run time: AVX512-VNNI.</summary>
    Emitted,
}

/// <summary>The kernels of one tier, made when a layout is first used.</summary>
public sealed class KernelSet(KernelTier tier)
{
    private readonly Dictionary<RowGroupLayout, IRowGroupKernel> _kernels = [];

    public KernelTier Tier { get; } = IsSupported(tier) ? tier : throw new NotSupportedException($"this machine cannot run the {tier} kernels");

    /// <summary>The fastest tier of this machine.</summary>
    public static KernelTier Best { get; } = Enum.GetValues<KernelTier>().Last(IsSupported);

    public static bool IsSupported(KernelTier tier) => tier switch
    {
        KernelTier.Portable => true,
        KernelTier.AdvSimd => Dp.IsSupported,
        KernelTier.Avx2 => Avx2.IsSupported,
        KernelTier.Avx512 => Avx512BW.IsSupported,
        KernelTier.Emitted => CpuFeatures.Avx512Vnni,
        _ => false,
    };

    internal IRowGroupKernel For(RowGroupLayout layout)
    {
        lock (_kernels)
        {
            if (!_kernels.TryGetValue(layout, out IRowGroupKernel? kernel)) _kernels[layout] = kernel = Make(layout);
            return kernel;
        }
    }

    private IRowGroupKernel Make(RowGroupLayout layout) => Tier switch
    {
        KernelTier.Emitted => new EmittedRowGroupKernel(layout),
        KernelTier.Avx512 => new RowGroupLoop<Avx512Lanes>(layout),
        KernelTier.Avx2 => new RowGroupLoop<Avx2Lanes>(layout),
        KernelTier.AdvSimd => new RowGroupLoop<AdvSimdLanes>(layout),
        _ => new RowGroupLoop<Vector128Lanes>(layout),
    };
}
