using System.Text.RegularExpressions;

namespace Jibun.Tests.House;

/// <summary>The rooms from the lowest floor to the highest. A room imports only from floors below its own.</summary>
internal static partial class Floors
{
    public static readonly string[][] All =
    [
        ["Formats"], ["Memory"], ["Gguf"], ["Kernels"], ["Tokenization", "Templates"], ["Models"], ["Generation"],
        ["Chat", "Quantization"], ["Training", "Voice", "Silicon", "Extensions"], ["Server", "Device", "Cluster"], ["Cli"],
    ];

    public static readonly string[] Engine =
        ["Formats", "Memory", "Gguf", "Kernels", "Tokenization", "Templates", "Models", "Generation", "Chat", "Quantization"];

    public static int FloorOf(string room) => Array.FindIndex(All, floor => floor.Contains(room));

    /// <summary>"Formats" for src/Jibun/Formats/Q4_K.cs, "Server" for src/Jibun.Server/…, null for what lies in no room.</summary>
    public static string? RoomOf(string path)
    {
        string[] parts = path.Split('/');
        if (parts is not ["src", var project, ..]) return null;
        if (project == "Jibun") return parts.Length > 3 ? parts[2] : null;
        return project.Split('.') is ["Jibun", var room, ..] ? room : null;
    }

    /// <summary>What a file names that lies on its own floor or above, as "file: room".</summary>
    public static IEnumerable<string> Violations(SourceFile file)
    {
        string? room = RoomOf(file.Path);
        int floor = room is null ? -1 : FloorOf(room);
        return from named in RoomsNamed(file.Code).Distinct()
               where named != room && FloorOf(named) >= floor
               select $"{file.Path}: Jibun.{named}";
    }

    private static IEnumerable<string> RoomsNamed(string code)
    {
        foreach (Match match in Qualified().Matches(code))
            if (FloorOf(match.Groups[1].Value) >= 0) yield return match.Groups[1].Value;

        // Inside Jibun.*, `Models.LlamaModel` means Jibun.Models.LlamaModel. A member called Models is written with a lower
        // case name, a this. or a dot before it, or else it is a property whose own members are used: those are no types.
        foreach (Match match in Relative().Matches(code))
            if (FloorOf(match.Groups[1].Value) >= 0 && s_types.Value.Contains((match.Groups[1].Value, match.Groups[2].Value)))
                yield return match.Groups[1].Value;
    }

    private static readonly Lazy<HashSet<(string Room, string Type)>> s_types = new(() =>
        (from file in SourceFile.Under("src")
         let room = RoomOf(file.Path)
         where room is not null
         from Match match in Declaration().Matches(file.Code)
         select (room, match.Groups[1].Value)).ToHashSet());

    [GeneratedRegex(@"\bJibun\s*\.\s*(\w+)")]
    private static partial Regex Qualified();

    [GeneratedRegex(@"(?<![\w.])([A-Z]\w+)\s*\.\s*(\w+)")]
    private static partial Regex Relative();

    [GeneratedRegex(@"\b(?:class|struct|record|interface|enum)\s+(?:struct\s+|class\s+)?(\w+)")]
    private static partial Regex Declaration();
}
