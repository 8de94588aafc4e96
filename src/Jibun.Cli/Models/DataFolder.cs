namespace Jibun.Cli.Models;

/// <summary>Where Jibun keeps what is the user's: installed models and the history of the chat prompt.</summary>
internal static class DataFolder
{
    public static string Path { get; } = System.IO.Path.Combine(Root(), "jibun");

    public static string Models => Environment.GetEnvironmentVariable("JIBUN_MODELS") is { Length: > 0 } chosen
        ? chosen
        : System.IO.Path.Combine(Path, "models");

    /// <summary>What was entered at the chat prompt.</summary>
    public static string History => System.IO.Path.Combine(Path, "history");

    /// <summary>How often models use each of their experts.</summary>
    public static string ExpertUse => System.IO.Path.Combine(Path, "experts");

    // ~/.local/share or XDG_DATA_HOME on Linux, ~/Library/Application Support on macOS, %LOCALAPPDATA% on Windows.
    private static string Root() =>
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
}
