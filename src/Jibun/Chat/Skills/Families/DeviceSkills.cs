using Jibun.Chat.Skills.State;
using Jibun.Chat.Skills.Words;

namespace Jibun.Chat.Skills.Families;

/// <summary>Switched devices, covers and locks of the simulated home.</summary>
internal static class DeviceSkills
{
    public static IEnumerable<(string Tool, SkillAction Run)> Tools =>
    [
        ("switch_on", turn => Switch(turn, true)), ("switch_off", turn => Switch(turn, false)),
        ("cover_open", turn => Move(turn, 100)), ("cover_close", turn => Move(turn, 0)), ("cover_position", MoveTo),
        ("lock", Lock), ("unlock", Unlock),
    ];

    private static SkillResult Switch(SkillTurn turn, bool on)
    {
        if (turn["device"] is not { } name) return turn.Refuse("Which device?", "どの機器ですか。");
        string? area = turn["area"];
        bool all = Names.IsAll(name);
        foreach (Device device in Home.Select(turn, turn.State.Devices, name, area)) device.On = on;
        if (all && !on) LightSkills.TurnAllOff(turn, area);
        string what = all ? turn.Pick($"everything{Home.In(turn, area)}", $"{Home.In(turn, area)}全部")
            : Home.Thing(turn, name, area);
        return Done(turn, what, on ? $"Turned on {what}" : $"Turned off {what}", on ? $"{what}をつけました" : $"{what}を消しました",
            on ? turn.Pick("on", "オン") : turn.Pick("off", "オフ"));
    }

    private static SkillResult Move(SkillTurn turn, int position)
    {
        if (turn["device"] is not { } name) return turn.Refuse("Open or close what?", "何を動かしますか。");
        string what = MoveAll(turn, name, position);
        return position > 0
            ? Done(turn, what, $"Opened {what}", $"{what}を開けました", turn.Pick("open", "開"))
            : Done(turn, what, $"Closed {what}", $"{what}を閉めました", turn.Pick("closed", "閉"));
    }

    private static SkillResult MoveTo(SkillTurn turn)
    {
        string words = turn["position"] ?? "";
        if (turn["device"] is not { } name) return turn.Refuse("Open or close what?", "何を動かしますか。");
        if (!Levels.TryParse(words, out int position)) return turn.NotUnderstood("position", "位置", words);
        // "close the blinds 30 percent" leaves 70 open, "close the blinds to 30 percent" leaves 30.
        bool closes = turn.Says("閉め", "閉じ", "しめ")
            || (turn.Says("close ", "shut ", "lower ") && !turn.Says($"to {Folding.Fold(words)}"));
        if (closes) position = 100 - position;
        string what = MoveAll(turn, name, position);
        return Done(turn, what, $"Set {what} to {position}% open", $"{what}を{position}%開けました",
            turn.Pick($"{position}% open", $"{position}%開"));
    }

    private static string MoveAll(SkillTurn turn, string name, int position)
    {
        string? area = turn["area"];
        // "all the blinds" are all of that name.
        string folded = Folding.Fold(name);
        foreach (Device cover in Home.Select(turn, turn.State.Covers, name, area)) cover.Position = position;
        return Names.IsAll(name) ? turn.Pick($"everything{Home.In(turn, area)}", $"{Home.In(turn, area)}全部")
            : folded.StartsWith("all ", StringComparison.Ordinal)
                ? $"all {Names.Shown(name)}{Home.In(turn, area)}"
                : Home.Thing(turn, name, area);
    }

    private static SkillResult Lock(SkillTurn turn)
    {
        (string what, List<Device> doors) = Doors(turn);
        foreach (Device door in doors) door.On = true;
        return Done(turn, what, $"Locked {what}", $"{what}の鍵をかけました", turn.Pick("locked", "施錠"));
    }

    private static SkillResult Unlock(SkillTurn turn)
    {
        (string what, List<Device> doors) = Doors(turn);
        if (!turn.Confirmed) return turn.Ask($"Unlock {what}?", $"{what}の鍵を開けますか。");
        foreach (Device door in doors) door.On = false;
        return Done(turn, what, $"Unlocked {what}", $"{what}の鍵を開けました", turn.Pick("unlocked", "解錠"));
    }

    private static (string What, List<Device> Doors) Doors(SkillTurn turn)
    {
        string? name = turn["device"];
        if (name is not null) name = Names.Key(name, "lock", "の鍵", "鍵") is { Length: > 0 } key && key != "鍵" ? key : null;
        name ??= turn.Pick("door", "ドア");
        return (Home.Thing(turn, name, null), Home.Select(turn, turn.State.Locks, name, null));
    }

    private static SkillResult Done(SkillTurn turn, string what, string english, string japanese, string state)
    {
        string simulated = Home.Simulated(turn);
        return Home.WithCard(turn, turn.Say($"{english}{simulated}.", $"{japanese}{simulated}。"), what,
            new SkillFact(turn.Pick("state", "状態"), state));
    }
}
