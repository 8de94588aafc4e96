using Jibun.Chat.Skills.State;
using Jibun.Chat.Skills.Words;

namespace Jibun.Chat.Skills.Families;

internal static class ReminderSkills
{
    public static IEnumerable<(string Tool, SkillAction Run)> Tools =>
        [("reminder_add", Add), ("reminder_list", Show), ("reminder_remove", Remove)];

    private static SkillResult Add(SkillTurn turn)
    {
        if (turn["text"] is not { } text) return turn.Refuse("Remind you of what?", "何をリマインドしますか。");
        var reminder = new Appointment { Text = Names.Shown(text), Japanese = turn.Japanese };
        if (AppointmentEntry.Schedule(turn, reminder, early: false) is { } refusal) return refusal;
        Appointment? corrected = turn.Corrected is { } id ? turn.State.Reminders.Find(entry => entry.Id == id) : null;
        if (corrected is null && turn.State.Reminders.Count >= AppointmentEntry.Most)
            return turn.Refuse($"There are already {AppointmentEntry.Most} reminders.",
                $"リマインダーはすでに{AppointmentEntry.Most}個あります。");
        reminder.Id = corrected?.Id ?? turn.NextId();
        if (corrected is not null) turn.State.Reminders.Remove(corrected);
        turn.State.Reminders.Add(reminder);
        turn.Remember(reminder.Id);
        string when = AppointmentEntry.Describe(turn, reminder);
        SkillResult result = corrected is not null
            ? turn.Say($"Reminder changed: {reminder.Text}, {when}.", $"リマインダーを変えました：{reminder.Text}（{when}）。")
            : reminder.At is null
                ? turn.Say($"Reminder kept, without a time: {reminder.Text}.", $"時間なしのリマインダーに入れました：{reminder.Text}。")
                : turn.Say($"Reminder set: {reminder.Text}, {when}.{turn.RingNote}",
                    $"リマインダーを設定しました：{reminder.Text}（{when}）。{turn.RingNote}");
        return AppointmentEntry.WithCard(turn, result, turn.Pick("Reminder", "リマインダー"), reminder);
    }

    private static SkillResult Show(SkillTurn turn)
    {
        List<Appointment> found = [.. turn.State.Reminders.OrderBy(entry => entry.At ?? DateTimeOffset.MaxValue)];
        if (turn["date"] is { } words)
        {
            if (!Dates.TryParse(words, turn.Today, out DateMention date)) return turn.NotUnderstood("date", "日付", words);
            found.RemoveAll(entry => entry.At is not { } at || DateOnly.FromDateTime(turn.ToLocal(at)) != date.Date);
            if (found.Count == 0) return turn.Say($"No reminders {turn.Day(date.Date)}.", $"{turn.Day(date.Date)}のリマインダーはありません。");
        }
        if (found.Count == 0) return turn.Say("There are no reminders.", "リマインダーはありません。");
        string list = List(turn, found);
        string count = found.Count == 1 ? "One reminder" : $"{found.Count} reminders";
        return turn.Say($"{count}: {list}.", $"リマインダーは{found.Count}件です。{list}。") with
        {
            Title = turn.Pick("Reminders", "リマインダー"),
            Facts = [.. found.Select(entry => new SkillFact(entry.Text ?? "", AppointmentEntry.Describe(turn, entry)))],
        };
    }

    private static SkillResult Remove(SkillTurn turn)
    {
        List<Appointment> reminders = turn.State.Reminders, found = [.. reminders];
        if (reminders.Count == 0) return turn.Refuse("There are no reminders.", "リマインダーはありません。");
        string? text = turn["text"];
        if (text is not null && !Names.IsAll(text))
        {
            string key = Names.Key(text, "reminder", "リマインダー", "こと");
            found = reminders.FindAll(entry => Names.Key(entry.Text ?? "", "こと") == key);
            if (found.Count == 0)
                found = reminders.FindAll(entry => Folding.Fold(entry.Text ?? "").Contains(key, StringComparison.Ordinal));
            if (found.Count == 0)
                return turn.Refuse($"There is no reminder “{Names.Shown(text)}”.", $"「{Names.Shown(text)}」のリマインダーはありません。");
        }
        else if (text is null && found.Count > 1)
        {
            // "that reminder", "my last reminder": the one that was added last.
            if (!turn.Says("last", "that", "さっき", "今の", "最後"))
                return turn.Refuse($"Which one? {List(turn, found)}.", $"どのリマインダーですか。{List(turn, found)}。");
            found = [found.MaxBy(entry => entry.Id)!];
        }
        if (!turn.Confirmed)
        {
            return found.Count == 1
                ? turn.Ask($"Delete the reminder “{found[0].Text}”?", $"リマインダー「{found[0].Text}」を消しますか。")
                : turn.Ask($"Delete {found.Count} reminders?", $"リマインダーを{found.Count}件消しますか。");
        }
        reminders.RemoveAll(found.Contains);
        return found.Count == 1
            ? turn.Say($"Deleted the reminder “{found[0].Text}”.", $"リマインダー「{found[0].Text}」を消しました。")
            : turn.Say($"Deleted {found.Count} reminders.", $"リマインダーを{found.Count}件消しました。");
    }

    private static string List(SkillTurn turn, IEnumerable<Appointment> reminders) =>
        string.Join(turn.Pick("; ", "、"), reminders.Select(entry => entry.Text + When(turn, entry)));

    private static string When(SkillTurn turn, Appointment entry) => entry.At is null
        ? ""
        : turn.Pick($" ({AppointmentEntry.Describe(turn, entry)})", $"（{AppointmentEntry.Describe(turn, entry)}）");
}
