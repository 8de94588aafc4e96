using Jibun.Chat.Skills.State;
using Jibun.Chat.Skills.Words;

namespace Jibun.Chat.Skills.Families;

/// <summary>What the skills of the simulated home have in common. It has the rooms and things that were spoken of.</summary>
internal static class Home
{
    private const int Most = 500;

    /// <summary>Said with every action, so that nobody waits for a lamp.</summary>
    public static string Simulated(SkillTurn turn) => turn.Pick(" (simulated)", "（模擬）");

    public static string? AreaKey(string? area) => area is null ? null : Names.Key(area);

    /// <summary>"in the kitchen", "キッチンの".</summary>
    public static string In(SkillTurn turn, string? area) => area is null
        ? ""
        : turn.Pick($" in the {Names.Shown(area)}", $"{Names.Shown(area)}の");

    /// <summary>"the fan in the bedroom", "寝室の扇風機".</summary>
    public static string Thing(SkillTurn turn, string name, string? area) =>
        turn.Pick($"the {Names.Shown(name)}{In(turn, area)}", $"{In(turn, area)}{Names.Shown(name)}");

    /// <summary>Those of the name and area, or a new one; every one of the area, or of the home, where all are meant.</summary>
    public static List<Device> Select(SkillTurn turn, List<Device> devices, string name, string? area)
    {
        string? key = AreaKey(area);
        string named = Names.Key(name);
        bool all = Names.IsAll(name);
        List<Device> found = devices.FindAll(device => (all || Names.Key(device.Name) == named)
            && (key is null || AreaKey(device.Area) == key));
        if (found.Count > 0 || all || devices.Count >= Most) return found;
        var device = new Device { Name = Names.Shown(name), Area = area is null ? null : Names.Shown(area) };
        devices.Add(device);
        return [device];
    }

    public static SkillResult WithCard(SkillTurn turn, SkillResult result, string? title, params SkillFact[] facts) => result with
    {
        Title = title is null
            ? turn.Pick("Home", "家")
            : Names.Capital(title.StartsWith("the ", StringComparison.Ordinal) ? title[4..] : title),
        Facts = [.. facts, new SkillFact(turn.Pick("home", "家"), turn.Pick("simulated", "模擬"))],
    };
}
