using Jibun.Chat.Skills.State;
using Jibun.Chat.Skills.Words;

namespace Jibun.Chat.Skills.Families;

/// <summary>Lamps of the simulated home.</summary>
internal static class LightSkills
{
    private const int Step = 20, Most = 500; // percent; lamps

    public static IEnumerable<(string Tool, SkillAction Run)> Tools =>
    [
        ("light_on", On), ("light_off", Off), ("light_brightness", SetBrightness), ("light_brighter", turn => Change(turn, Step)),
        ("light_dimmer", turn => Change(turn, -Step)), ("light_color", SetColor),
    ];

    public static void TurnAllOff(SkillTurn turn, string? area)
    {
        foreach (Light light in turn.State.Lights)
            if (area is null || Home.AreaKey(light.Area) == Home.AreaKey(area)) light.On = false;
    }

    private static SkillResult On(SkillTurn turn)
    {
        foreach (Light light in Select(turn)) light.On = true;
        return Done(turn, $"Turned on {Target(turn)}", $"{Target(turn)}をつけました", turn.Pick("on", "オン"));
    }

    private static SkillResult Off(SkillTurn turn)
    {
        foreach (Light light in Select(turn)) light.On = false;
        return Done(turn, $"Turned off {Target(turn)}", $"{Target(turn)}を消しました", turn.Pick("off", "オフ"));
    }

    private static SkillResult SetBrightness(SkillTurn turn)
    {
        string words = turn["level"] ?? "";
        if (!Levels.TryParse(words, out int level)) return turn.NotUnderstood("brightness", "明るさ", words);
        if (level == 0) return Off(turn);
        foreach (Light light in Select(turn)) (light.On, light.Brightness) = (true, level);
        return Done(turn, $"Set {Target(turn)} to {level}%", $"{Target(turn)}を{level}%にしました", $"{level}%");
    }

    private static SkillResult Change(SkillTurn turn, int step)
    {
        List<Light> lights = Select(turn);
        foreach (Light light in lights)
        {
            light.Brightness = Math.Clamp(light.On ? light.Brightness + step : step > 0 ? 50 : light.Brightness, 5, 100);
            light.On |= step > 0;
        }
        int level = lights[0].Brightness;
        string state = lights[0].On ? $"{level}%" : turn.Pick("off", "オフ");
        return step > 0
            ? Done(turn, $"Made {Target(turn)} brighter: {state}", $"{Target(turn)}を明るくしました（{state}）", state)
            : Done(turn, $"Dimmed {Target(turn)}: {state}", $"{Target(turn)}を暗くしました（{state}）", state);
    }

    private static SkillResult SetColor(SkillTurn turn)
    {
        string words = turn["color"] ?? "";
        if (!Colors.TryParse(words, out int rgb))
            return turn.Refuse($"I do not know the color “{words}”.", $"「{words}」という色は分かりません。");
        string color = $"#{rgb:X6}";
        foreach (Light light in Select(turn)) (light.On, light.Color) = (true, color);
        return Done(turn, $"Set {Target(turn)} to {Names.Shown(words)}", $"{Target(turn)}を{Names.Shown(words)}にしました",
            $"{Names.Shown(words)} {color}");
    }

    private static SkillResult Done(SkillTurn turn, string english, string japanese, string state)
    {
        string simulated = Home.Simulated(turn);
        return Home.WithCard(turn, turn.Say($"{english}{simulated}.", $"{japanese}{simulated}。"), Target(turn),
            new SkillFact(turn.Pick("state", "状態"), state));
    }

    // Without a name and an area all that were ever spoken of, and the lights as such.
    private static List<Light> Select(SkillTurn turn)
    {
        List<Light> lights = turn.State.Lights;
        string? area = turn["area"], name = turn["name"];
        string? areaKey = Home.AreaKey(area), nameKey = name is null || Names.IsAll(name) ? null : Names.Key(name);
        List<Light> found = lights.FindAll(light => (areaKey is null || Home.AreaKey(light.Area) == areaKey)
            && (nameKey is null || (light.Name is { } own && Names.Key(own) == nameKey)));
        bool isKnown = nameKey is not null
            ? found.Count > 0
            : found.Exists(light => light.Name is null && Home.AreaKey(light.Area) == areaKey);
        if (isKnown || (found.Count > 0 && lights.Count >= Most)) return found;
        var light = new Light
        {
            Area = area is null ? null : Names.Shown(area),
            Name = nameKey is null ? null : Names.Shown(name!),
        };
        if (lights.Count < Most) lights.Add(light);
        found.Add(light);
        return found;
    }

    private static string Target(SkillTurn turn)
    {
        string? area = turn["area"], name = turn["name"];
        if (Names.IsAll(name)) return turn.Pick($"all lights{Home.In(turn, area)}", $"{Home.In(turn, area)}すべての照明");
        if (name is not null) return Home.Thing(turn, name, area);
        if (area is null) return turn.Pick("the lights", "照明");
        return turn.Pick($"the {Names.Shown(area)} lights", $"{Names.Shown(area)}の照明");
    }
}
