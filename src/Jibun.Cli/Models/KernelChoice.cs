using Jibun.Kernels;
using Jibun.Kernels.Emitted;
using Jibun.Kernels.X86;

namespace Jibun.Cli.Models;

/// <summary>Kernel tiers as the command line and its reports call them.</summary>
internal static class KernelChoice
{
    /// <summary>The best tier without code written at run time.</summary>
    public const string Intrinsics = "intrinsics";

    private static readonly (string Name, KernelTier Tier)[] s_names =
    [
        ("emitted", KernelTier.Emitted), (Intrinsics, KernelSet.BestIntrinsics), ("avx512", KernelTier.Avx512), ("avxvnni", KernelTier.AvxVnni),
        ("avx2", KernelTier.Avx2), ("advsimd", KernelTier.AdvSimd), ("portable", KernelTier.Portable),
    ];

    public static IEnumerable<string> Names => s_names.Select(name => name.Name);

    /// <summary>What this machine and this build can run, best first.</summary>
    public static IEnumerable<string> Possible => s_names.Where(name => name.Name != Intrinsics && KernelSet.IsSupported(name.Tier)).Select(name => name.Name);

    /// <exception cref="UsageException">No tier has the name, or this machine cannot run it.</exception>
    public static KernelTier Parse(string name)
    {
        int found = Array.FindIndex(s_names, known => known.Name == name);
        if (found < 0) throw new UsageException($"--kernels is one of {string.Join(", ", Names)}");
        KernelTier tier = s_names[found].Tier;
        return KernelSet.IsSupported(tier) ? tier : throw new UsageException($"{WhyNot(tier)}; this machine can run the kernels {string.Join(", ", Possible)}");
    }

    public static string NameOf(KernelTier tier) => s_names.First(name => name.Tier == tier && name.Name != Intrinsics).Name;

    public static string Describe(KernelTier tier) => tier switch
    {
        KernelTier.Emitted => "machine code written at run time (AVX512-VNNI)",
        KernelTier.AvxVnni => "AVX-VNNI",
        KernelTier.Avx512 => "AVX-512",
        KernelTier.Avx2 => "AVX2",
        KernelTier.AdvSimd => "Arm AdvSimd with dot products",
        _ => "portable vectors of 128 bits",
    };

    /// <summary>Why the best tier of this machine is the one that it is.</summary>
    public static string WhyBest() => KernelSet.Best switch
    {
        KernelTier.Emitted => "the processor has AVX512-VNNI and programs may write code here",
        KernelTier.AdvSimd => "the processor has them",
        _ => string.Join("; ", Enum.GetValues<KernelTier>().Where(tier => tier > KernelSet.Best && IsOfThisProcessorKind(tier)).Reverse().Select(WhyNot)),
    };

    private static string WhyNot(KernelTier tier) => tier switch
    {
        KernelTier.Emitted when !ExecutableMemory.IsSupported => "this system does not let programs write code",
        KernelTier.Emitted => "the processor has no AVX512-VNNI",
        KernelTier.AvxVnni => "the processor has no AVX-VNNI, or this build was not compiled for it",
        KernelTier.Avx512 when CpuFeatures.Avx512 => "this build was not compiled for AVX-512",
        KernelTier.Avx512 => "the processor has no AVX-512",
        KernelTier.Avx2 => "the processor has no AVX2",
        _ => "the processor has no Arm dot products",
    };

    private static bool IsOfThisProcessorKind(KernelTier tier) =>
        tier == KernelTier.AdvSimd == System.Runtime.Intrinsics.Arm.ArmBase.IsSupported;
}
