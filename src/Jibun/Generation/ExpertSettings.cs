using Jibun.Gguf;

namespace Jibun.Generation;

/// <summary>What load options say of experts, applied to a file.</summary>
internal static class ExpertSettings
{
    /// <summary>Makes a token see fewer experts than the file says.</summary>
    /// <exception cref="ModelException">The model has no experts, or not so many.</exception>
    public static void UseExperts(this GgufFile file, int used)
    {
        string key = $"{file.Metadata.TryGetString("general.architecture")}.expert_used_count";
        if (used == 0) return;
        long own = file.Metadata.GetInteger(key, 0);
        if (own == 0) throw new ModelException($"{file.Path} has no experts, of which {used} could be used");
        if (used < 1 || used > own) throw new ModelException($"{file.Path} uses {own} experts for a token; it can use fewer, 1 to {own}, but not {used}");
        if (used < own) file.Override(key, (uint)used);
    }

    /// <summary>Where is kept how often this model's experts are used; null: nowhere.</summary>
    public static string? ExpertUseFile(this LoadOptions options, GgufFile file) =>
        options.ExpertUseFolder is { } folder ? Path.Combine(folder, file.Fingerprint() + ".uses") : null;
}
