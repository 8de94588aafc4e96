using Jibun.Chat.Skills.Families;
using Jibun.Chat.Skills.State;
using Jibun.Chat.Skills.Words;

namespace Jibun.Chat.Skills;

/// <summary>Finds what has come due in a state.</summary>
internal static class DueItems
{
    private static readonly TimeSpan s_late = TimeSpan.FromMinutes(1);

    public static DateTimeOffset? Next(SkillState state) => state.Timers.Select(timer => timer.EndsAt)
        .Concat(state.Alarms.Concat(state.Reminders).Select(entry => entry.At)).Where(at => at is not null).Min();

    public static List<DueItem> Take(SkillState state, TimeProvider clock)
    {
        DateTimeOffset now = clock.GetLocalNow();
        List<DueItem> due = [];
        foreach (TimerEntry timer in state.Timers.Where(timer => timer.EndsAt <= now))
        {
            string what = TimerSkills.Describe(timer, timer.Japanese);
            due.Add(new DueItem("timer", (timer.Japanese ? $"{what}が終わりました。" : $"The {what} is up.")
                + Late(timer.EndsAt!.Value, timer.Japanese), timer.EndsAt.Value));
        }
        state.Timers.RemoveAll(timer => timer.EndsAt <= now);
        Take("alarm", state.Alarms);
        Take("reminder", state.Reminders);
        due.Sort((a, b) => a.At.CompareTo(b.At));
        return due;

        void Take(string kind, List<Appointment> entries)
        {
            foreach (Appointment entry in entries.Where(entry => entry.At <= now).ToArray())
            {
                due.Add(new DueItem(kind, Announce(kind, entry) + Late(entry.At!.Value, entry.Japanese), entry.At.Value));
                if (!TryAdvance(entry, now, clock.LocalTimeZone)) entries.Remove(entry);
            }
        }

        string Announce(string kind, Appointment entry)
        {
            string clockText = TimeText.Clock(TimeZoneInfo.ConvertTime(entry.At!.Value, clock.LocalTimeZone).DateTime,
                entry.Japanese);
            if (kind == "reminder") return entry.Japanese ? $"リマインダー：{entry.Text}" : $"Reminder: {entry.Text}";
            if (entry.Japanese) return $"{clockText}のアラームです{(entry.Text is null ? "" : $"（{entry.Text}）")}。";
            return $"Alarm: {clockText}{(entry.Text is null ? "" : $", {entry.Text}")}.";
        }

        string Late(DateTimeOffset at, bool japanese)
        {
            if (now - at < s_late) return "";
            string moment = TimeText.Moment(TimeZoneInfo.ConvertTime(at, clock.LocalTimeZone).DateTime, now.DateTime, japanese);
            return japanese ? $"（{moment}の分）"
                : $" (it was due {(moment.Contains(" at ", StringComparison.Ordinal) ? "" : "at ")}{moment})";
        }
    }

    private static bool TryAdvance(Appointment entry, DateTimeOffset now, TimeZoneInfo zone)
    {
        if (entry is not { Repeat: { } repeat, First: { } first }) return false;
        try
        {
            DateTime local = DateTime.SpecifyKind(repeat.Next(first, TimeZoneInfo.ConvertTime(now, zone).DateTime),
                DateTimeKind.Unspecified);
            if (zone.IsInvalidTime(local)) local = local.AddHours(1);
            entry.At = new DateTimeOffset(local, zone.GetUtcOffset(local));
            return true;
        }
        catch (ArgumentOutOfRangeException)
        {
            return false; // beyond the calendar
        }
    }
}
