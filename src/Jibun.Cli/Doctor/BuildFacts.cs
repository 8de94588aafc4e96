using System.Reflection;
using System.Runtime.CompilerServices;

namespace Jibun.Cli.Doctor;

/// <summary>How this program was built.</summary>
internal static class BuildFacts
{
    private const string WhyNotNativeFile = "why-not-native";

    /// <summary>Version and the start of the commit, such as "0.1.0 (449fb67)".</summary>
    public static string Version { get; } = ReadVersion();

    public static bool IsNative => !RuntimeFeature.IsDynamicCodeCompiled;

    /// <summary>What the launcher wrote down when it had to do without native compilation; null where nothing is written.</summary>
    public static string? WhyNotNative()
    {
        string note = Path.Combine(AppContext.BaseDirectory, WhyNotNativeFile);
        return File.Exists(note) ? File.ReadAllText(note).Trim() : null;
    }

    private static string ReadVersion()
    {
        string full = typeof(BuildFacts).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        return full.Split('+') is [var version, { Length: >= 7 } commit] ? $"{version} ({commit[..7]})" : full;
    }
}
