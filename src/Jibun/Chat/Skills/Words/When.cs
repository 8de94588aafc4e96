namespace Jibun.Chat.Skills.Words;

/// <summary>A moment as it was said: a span from now, or a day, a part of it and a time, as far as they were named.</summary>
internal sealed record When
{
    public TimeSpan? In { get; init; }

    public DateOnly? Date { get; init; }

    public DayPart Part { get; init; }

    public ClockTime? Time { get; init; }

    public bool IsEmpty => this is { In: null, Date: null, Part: DayPart.None, Time: null };

    /// <summary>Reads texts that name parts of the moment, in any order. False with the first that could not be read.</summary>
    public static bool TryParse(DateOnly today, out When when, out string? unread, params ReadOnlySpan<string?> texts)
    {
        when = new When();
        unread = null;
        foreach (string? text in texts)
        {
            if (string.IsNullOrWhiteSpace(text)) continue;
            var scanner = new Scanner(text);
            if (TryRead(scanner, today, ref when) && scanner.AtEnd) continue;
            unread = text;
            return false;
        }
        return true;
    }

    /// <summary>The moment it means, as a local time: the next one that fits.</summary>
    /// <param name="early">An open "at five" on another day is in the morning, as people get up, not in the afternoon.</param>
    public DateTime Resolve(DateTime now, bool early = false)
    {
        DateOnly today = DateOnly.FromDateTime(now);
        if (In is { } span && (Time is null || span < TimeSpan.FromDays(1))) return now + span;
        DateOnly? date = In is { } days ? today.AddDays((int)days.TotalDays) : Date;
        ClockTime time = (Time ?? ClockTime.At(Part)).In(Part);
        if (time.IsCertain)
        {
            DateTime at = Join(date ?? today, time);
            if (at > now) return at;
            if (date is null) return Join(today.AddDays(1), time);
            return date == today && Time is null ? now.AddHours(1) : at; // "today", when no time is left that was meant
        }
        if (date is null || date == today)
        {
            foreach (int hour in (ReadOnlySpan<int>)[time.Hour % 12, time.Hour % 12 + 12])
            {
                DateTime at = Join(today, time with { Hour = hour });
                if (at > now) return at;
            }
            if (date == today) return Join(today, time with { Hour = time.Hour % 12 + 12 });
        }
        bool morning = early ? time.Hour is >= 4 and < 12 : time.Hour is >= 7 and < 12;
        return Join(date ?? today.AddDays(1), time with { Hour = time.Hour % 12 + (morning ? 0 : 12) });
    }

    private static DateTime Join(DateOnly date, ClockTime time) =>
        date.ToDateTime(default).AddHours(time.Hour).AddMinutes(time.Minute);

    private static bool TryRead(Scanner scanner, DateOnly today, ref When when)
    {
        bool any = false;
        while (!scanner.AtEnd)
        {
            if (TryReadSpan(scanner, out TimeSpan span)) when = when with { In = span };
            else if (Dates.TryRead(scanner, today, out DateMention date))
                when = when with { Date = date.Date, Part = date.Part == DayPart.None ? when.Part : date.Part };
            else if (TryReadClock(scanner, out ClockTime time)) when = when with { Time = time };
            else if (ReadPart(scanner) is not DayPart.None and var part) when = when with { Part = part };
            else if (scanner.TakeAny("at", "on", "by", "for", "in", "the", "and", ",", "、", "。", ".", "の", "に", "は", "から", "まで",
                "頃", "ごろ") is not null) continue;
            else return false;
            any = true;
        }
        return any;
    }

    private static bool TryReadClock(Scanner scanner, out ClockTime time) => Script.IsJapanese(scanner.Text)
        ? JapaneseClock.TryRead(scanner, out time) || EnglishClock.TryRead(scanner, out time)
        : EnglishClock.TryRead(scanner, out time) || JapaneseClock.TryRead(scanner, out time);

    private static DayPart ReadPart(Scanner scanner) => EnglishClock.ReadPart(scanner) is not DayPart.None and var part
        ? part
        : scanner.TakeAny("noon", "お昼", "昼") is not null ? DayPart.Noon : JapaneseClock.ReadPart(scanner);

    // "in ten minutes", "two hours from now", "10分後".
    private static bool TryReadSpan(Scanner scanner, out TimeSpan span)
    {
        int start = scanner.At;
        bool ahead = scanner.TakeAny("in", "after", "あと", "今から") is not null;
        if (Durations.TryRead(scanner, out span))
        {
            bool behind = scanner.TakeAny("from now", "later", "後", "したら", "経ったら") is not null;
            if (ahead || behind) return true;
        }
        scanner.At = start;
        span = default;
        return false;
    }
}
