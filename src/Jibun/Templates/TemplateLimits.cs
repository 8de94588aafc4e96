namespace Jibun.Templates;

/// <summary>What one rendering may use; templates come with model files and are not trusted.</summary>
public sealed record TemplateLimits
{
    public static TemplateLimits Default { get; } = new();

    /// <summary>Evaluated expressions plus one step for every 4 list elements or 32 characters copied.</summary>
    public long Steps { get; init; } = 10_000_000;

    /// <summary>UTF-8 bytes of the rendered text, and of any single string made on the way.</summary>
    public int OutputBytes { get; init; } = 16 << 20;

    /// <summary>Macros, callers and recursive loops inside each other.</summary>
    public int CallDepth { get; init; } = 128;

    /// <summary>Numbers in one range().</summary>
    public int RangeLength { get; init; } = 100_000;
}
