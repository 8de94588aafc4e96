using Jibun.Models;

namespace Jibun.Cli.Models;

/// <summary>Types of caches as the command line calls them.</summary>
internal static class KvChoice
{
    private static readonly KvType[] s_types = [KvType.F16, KvType.Q8_0, KvType.Q4_0, KvType.F32];

    public static IEnumerable<string> Names => s_types.Select(type => type.ToString().ToLowerInvariant());

    /// <summary>The type of a name; of none, the usual one.</summary>
    /// <exception cref="UsageException">No type has the name.</exception>
    public static KvType Parse(string? name)
    {
        if (name is null) return s_types[0];
        int found = Array.FindIndex(s_types, type => type.ToString().Equals(name, StringComparison.OrdinalIgnoreCase));
        return found >= 0 ? s_types[found] : throw new UsageException($"--kv is one of {string.Join(", ", Names)}, not {name}");
    }
}
