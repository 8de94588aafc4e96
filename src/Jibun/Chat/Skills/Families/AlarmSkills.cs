using Jibun.Chat.Skills.State;
using Jibun.Chat.Skills.Words;

namespace Jibun.Chat.Skills.Families;

internal static class AlarmSkills
{
    public static IEnumerable<(string Tool, SkillAction Run)> Tools =>
        [("alarm_set", Set), ("alarm_cancel", Cancel), ("alarm_list", Show)];

    private static SkillResult Set(SkillTurn turn)
    {
        if (turn["time"] is null && turn["date"] is null) return turn.Refuse("At what time?", "何時にしますか。");
        string? name = turn["name"] is { } given ? Names.Shown(given) : null;
        var alarm = new Appointment { Text = name, Japanese = turn.Japanese };
        if (AppointmentEntry.Schedule(turn, alarm, early: true) is { } refusal) return refusal;
        Appointment? corrected = turn.Corrected is { } id ? turn.State.Alarms.Find(entry => entry.Id == id) : null;
        if (corrected is null && turn.State.Alarms.Count >= AppointmentEntry.Most)
            return turn.Refuse($"There are already {AppointmentEntry.Most} alarms.", $"アラームはすでに{AppointmentEntry.Most}個あります。");
        alarm.Id = corrected?.Id ?? turn.NextId();
        alarm.Text ??= corrected?.Text;
        if (corrected is not null) turn.State.Alarms.Remove(corrected);
        turn.State.Alarms.Add(alarm);
        turn.Remember(alarm.Id);
        string when = AppointmentEntry.Describe(turn, alarm);
        string what = alarm.Text is null
            ? turn.Pick("Alarm", "アラーム")
            : turn.Pick($"{Names.Capital(alarm.Text)} alarm", $"{alarm.Text}のアラーム");
        SkillResult result = corrected is null
            ? turn.Say($"{what} set: {when}.{turn.RingNote}", $"{what}を{when}にセットしました。{turn.RingNote}")
            : turn.Say($"{what} changed: {when}.", $"{what}を{when}に変えました。");
        return AppointmentEntry.WithCard(turn, result, turn.Pick("Alarm", "アラーム"), alarm);
    }

    private static SkillResult Cancel(SkillTurn turn)
    {
        List<Appointment> alarms = turn.State.Alarms;
        if (alarms.Count == 0) return turn.Refuse("No alarm is set.", "アラームはセットされていません。");
        if (!TryFilter(turn, alarms, out List<Appointment> found, out SkillResult? refusal)) return refusal!;
        bool isNamed = turn["name"] is not null || turn["time"] is not null || turn["date"] is not null;
        if (!isNamed && found.Count > 1)
            return turn.Refuse($"Which one? {List(turn, found)}.", $"どのアラームですか。{List(turn, found)}。");
        if (found.Count == 0)
            return turn.Refuse($"There is no such alarm. There is: {List(turn, alarms)}.",
                $"そのアラームはありません。あるのは、{List(turn, alarms)}です。");
        alarms.RemoveAll(found.Contains);
        return found.Count == 1
            ? turn.Say($"Cancelled the alarm: {List(turn, found)}.", $"アラームを取り消しました（{List(turn, found)}）。")
            : turn.Say($"Cancelled {found.Count} alarms.", $"アラームを{found.Count}個取り消しました。");
    }

    private static SkillResult Show(SkillTurn turn)
    {
        if (!TryFilter(turn, turn.State.Alarms, out List<Appointment> found, out SkillResult? refusal)) return refusal!;
        if (found.Count == 0)
        {
            return turn.State.Alarms.Count == 0
                ? turn.Say("No alarm is set.", "アラームはセットされていません。")
                : turn.Say("No alarm is set for then.", "その時のアラームはありません。");
        }
        found.Sort((a, b) => Nullable.Compare(a.At, b.At));
        string list = List(turn, found);
        string count = found.Count == 1 ? "One alarm" : $"{found.Count} alarms";
        return turn.Say($"{count}: {list}.", $"アラームは{found.Count}個です。{list}。") with
        {
            Title = turn.Pick("Alarms", "アラーム"),
            Facts = [.. found.Select(alarm =>
                new SkillFact(alarm.Text ?? turn.Pick("alarm", "アラーム"), AppointmentEntry.Describe(turn, alarm)))],
            DueAt = found[0].At,
        };
    }

    private static bool TryFilter(SkillTurn turn, List<Appointment> alarms, out List<Appointment> found, out SkillResult? refusal)
    {
        found = [.. alarms];
        refusal = null;
        if (turn["name"] is { } name && !Names.IsAll(name))
        {
            string key = Names.Key(name, "alarm", "アラーム");
            found.RemoveAll(alarm => alarm.Text is null || Names.Key(alarm.Text, "alarm", "アラーム") != key);
        }
        if (!When.TryParse(turn.Today, out When when, out string? unread, turn["date"], turn["time"]))
        {
            refusal = turn.NotUnderstood("time", "時間", unread!);
            return false;
        }
        if (when.Date is { } date)
            found.RemoveAll(alarm => alarm.At is { } at && DateOnly.FromDateTime(turn.ToLocal(at)) != date);
        if (when.Time is { } time)
            found.RemoveAll(alarm => alarm.At is { } at && !time.In(when.Part).Fits(TimeOnly.FromDateTime(turn.ToLocal(at))));
        return true;
    }

    private static string List(SkillTurn turn, IEnumerable<Appointment> alarms) =>
        string.Join(turn.Pick(", ", "、"), alarms.Select(alarm =>
        AppointmentEntry.Describe(turn, alarm) + (alarm.Text is null ? "" : turn.Pick($" ({alarm.Text})", $"（{alarm.Text}）"))));
}
