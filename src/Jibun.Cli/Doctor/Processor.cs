using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace Jibun.Cli.Doctor;

/// <summary>
/// The processor as it describes itself. On x86 this is CPUID, what emitted code sees, and not what the build was compiled for.
/// </summary>
internal static class Processor
{
    private static readonly (string Name, int Leaf, int SubLeaf, Register Register, int Bit)[] s_x86Features =
    [
        ("SSE4.2", 1, 0, Register.Ecx, 20), ("F16C", 1, 0, Register.Ecx, 29), ("FMA", 1, 0, Register.Ecx, 12), ("AVX", 1, 0, Register.Ecx, 28),
        ("AVX2", 7, 0, Register.Ebx, 5), ("AVX-VNNI", 7, 1, Register.Eax, 4),
        ("AVX512F", 7, 0, Register.Ebx, 16), ("AVX512BW", 7, 0, Register.Ebx, 30), ("AVX512VL", 7, 0, Register.Ebx, 31),
        ("AVX512-VBMI", 7, 0, Register.Ecx, 1), ("AVX512-VNNI", 7, 0, Register.Ecx, 11), ("AVX512-BF16", 7, 1, Register.Eax, 5),
        ("GFNI", 7, 0, Register.Ecx, 8), ("AMX-INT8", 7, 0, Register.Edx, 25), ("AMX-BF16", 7, 0, Register.Edx, 22),
    ];

    private enum Register { Eax, Ebx, Ecx, Edx }

    public static string Name { get; } = (X86Base.IsSupported ? BrandString() : NameFromSystem()) ?? RuntimeInformation.ProcessArchitecture.ToString();

    public static IReadOnlyList<string> Features { get; } = X86Base.IsSupported ? [.. X86Features()] : [.. ArmFeatures()];

    private static IEnumerable<string> X86Features()
    {
        int highest = X86Base.CpuId(0, 0).Eax;
        foreach (var (name, leaf, subLeaf, register, bit) in s_x86Features)
        {
            if (leaf > highest || (subLeaf > 0 && subLeaf > X86Base.CpuId(leaf, 0).Eax)) continue;
            (int eax, int ebx, int ecx, int edx) = X86Base.CpuId(leaf, subLeaf);
            int value = register switch { Register.Eax => eax, Register.Ebx => ebx, Register.Ecx => ecx, _ => edx };
            if ((value >> bit & 1) != 0) yield return name;
        }
    }

    private static IEnumerable<string> ArmFeatures()
    {
        if (AdvSimd.IsSupported) yield return "AdvSimd";
        if (Dp.IsSupported) yield return "DotProd";
        if (Rdm.IsSupported) yield return "RDM";
    }

    private static string? BrandString()
    {
        const int first = unchecked((int)0x8000_0002), last = unchecked((int)0x8000_0004);
        if ((uint)X86Base.CpuId(unchecked((int)0x8000_0000), 0).Eax < unchecked((uint)last)) return null;
        byte[] text = new byte[48];
        for (int leaf = first; leaf <= last; leaf++)
        {
            (int eax, int ebx, int ecx, int edx) = X86Base.CpuId(leaf, 0);
            MemoryMarshal.AsBytes<int>([eax, ebx, ecx, edx]).CopyTo(text.AsSpan((leaf - first) * 16));
        }
        return Encoding.ASCII.GetString(text).TrimEnd('\0', ' ').TrimStart();
    }

    private static string? NameFromSystem()
    {
        const string file = "/proc/cpuinfo";
        if (!File.Exists(file)) return null;
        return File.ReadLines(file).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[^1].Trim();
    }
}
