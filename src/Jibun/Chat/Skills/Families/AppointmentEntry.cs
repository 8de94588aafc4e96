using Jibun.Chat.Skills.State;
using Jibun.Chat.Skills.Words;

namespace Jibun.Chat.Skills.Families;

/// <summary>What alarms and reminders have in common: a moment in words, and one that comes again.</summary>
internal static class AppointmentEntry
{
    public const int Most = 200;

    /// <summary>Reads time, date and repeat of a call into the entry; null when it worked.</summary>
    /// <param name="early">Whether an open "at five" is early in the day.</param>
    public static SkillResult? Schedule(SkillTurn turn, Appointment entry, bool early)
    {
        Repeat? repeat = null;
        DayPart part = DayPart.None;
        if (turn["repeat"] is { } words && !Repeat.TryParse(words, out repeat, out part))
            return turn.NotUnderstood("repetition", "繰り返し", words);
        if (!When.TryParse(turn.Today, out When when, out string? unread, turn["date"], turn["time"]))
            return turn.NotUnderstood("time", "時間", unread!);
        if (when.IsEmpty && repeat is null) return null;
        if (part != DayPart.None && when.Part == DayPart.None) when = when with { Part = part };
        DateTime at;
        try
        {
            at = Resolve(turn.LocalNow, when, repeat, early);
        }
        catch (ArgumentOutOfRangeException)
        {
            return turn.NotUnderstood("date", "日付", turn["date"] ?? turn["time"] ?? "");
        }
        if (at <= turn.LocalNow)
        {
            string moment = TimeText.Moment(at, turn.LocalNow, turn.Japanese);
            return turn.Refuse($"That is already past: {moment}.", $"{moment}はもう過ぎています。");
        }
        entry.At = turn.At(at);
        entry.Repeat = repeat;
        entry.First = repeat is null ? null : at;
        return null;
    }

    /// <summary>"tomorrow at 6:30 am", "6:30 am every day".</summary>
    public static string Describe(SkillTurn turn, Appointment entry)
    {
        if (entry.At is not { } at) return turn.Pick("no time", "時間なし");
        if (entry.Repeat is not { } repeat) return turn.Moment(at);
        string again = turn.Pick(repeat.English(), repeat.Japanese());
        if (repeat.Unit == RepeatUnit.Hours) return turn.Pick($"{again}, next {turn.Moment(at)}", $"{again}、次は{turn.Moment(at)}");
        string clock = TimeText.Clock(turn.ToLocal(at), turn.Japanese);
        string day = repeat.Unit == RepeatUnit.Days && repeat.Every == 1 || repeat.Days.Count > 0
            ? ""
            : turn.Day(DateOnly.FromDateTime(turn.ToLocal(at)));
        return turn.Pick($"{clock} {again}{(day.Length > 0 ? $" from {day}" : "")}",
            $"{again}{clock}{(day.Length > 0 ? $"、{day}から" : "")}");
    }

    public static SkillResult WithCard(SkillTurn turn, SkillResult result, string title, Appointment entry)
    {
        List<SkillFact> facts = [];
        if (entry.Text is { } text) facts.Add(new SkillFact(turn.Pick("what", "内容"), text));
        if (entry.At is { } at) facts.Add(new SkillFact(turn.Pick("when", "日時"), turn.Moment(at)));
        if (entry.Repeat is { } repeat) facts.Add(new SkillFact(turn.Pick("repeats", "繰り返し"),
            turn.Pick(repeat.English(), repeat.Japanese())));
        return result with { Title = title, Facts = facts, DueAt = entry.At };
    }

    private static DateTime Resolve(DateTime now, When when, Repeat? repeat, bool early)
    {
        if (repeat is null) return when.Resolve(now, early);
        if (repeat.Unit == RepeatUnit.Hours && when.IsEmpty) return now.AddHours(repeat.Every);
        DateTime first = (when.Date is null
            ? when with { Date = DateOnly.FromDateTime(now).AddDays(1) }
            : when).Resolve(now, early);
        // Tomorrow decided the half of the day; the first time may still be today.
        if (when.Date is null) first = first.AddDays(-1);
        return repeat.Next(first, now);
    }
}
