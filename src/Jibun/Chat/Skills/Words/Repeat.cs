namespace Jibun.Chat.Skills.Words;

internal enum RepeatUnit
{
    Hours,
    Days,
    Weeks,
    Months,
    Years,
}

/// <summary>How something comes again: every so many units, in weeks on some days only.</summary>
/// <param name="Days">Empty: on the day of the first time.</param>
internal sealed record Repeat(RepeatUnit Unit, int Every, IReadOnlyList<DayOfWeek> Days)
{
    private static readonly DayOfWeek[] s_weekdays =
        [DayOfWeek.Monday, DayOfWeek.Tuesday, DayOfWeek.Wednesday, DayOfWeek.Thursday, DayOfWeek.Friday];

    private static readonly DayOfWeek[] s_weekend = [DayOfWeek.Saturday, DayOfWeek.Sunday];

    /// <summary>Reads "every monday", "daily", "on weekdays", "毎朝", "一日おきに", with the part of the day it may name.</summary>
    public static bool TryParse(string text, out Repeat repeat, out DayPart part)
    {
        var scanner = new Scanner(text);
        bool read = TryReadEnglish(scanner, out repeat, out part) || TryReadJapanese(scanner, out repeat, out part);
        scanner.Skip(".", "。", "、", ",", "に", "の", "は");
        return read && scanner.AtEnd;
    }

    /// <summary>The first time after <paramref name="after"/>, counted from the very first one. Local times.</summary>
    public DateTime Next(DateTime first, DateTime after)
    {
        if (first > after && (Days.Count == 0 || Days.Contains(first.DayOfWeek))) return first;
        switch (Unit)
        {
            case RepeatUnit.Weeks when Days.Count > 0:
                DateTime day = (first > after ? first.Date : after.Date) + first.TimeOfDay;
                for (int i = 0; i <= 7 * Every + 7; i++, day = day.AddDays(1))
                    if (day > after && day >= first && Days.Contains(day.DayOfWeek) && WeeksBetween(first, day) % Every == 0)
                        return day;
                return day;
            case RepeatUnit.Months or RepeatUnit.Years:
                int step = Unit == RepeatUnit.Years ? 12 * Every : Every;
                int count = Math.Max(0, ((after.Year - first.Year) * 12 + after.Month - first.Month) / step);
                while (first.AddMonths(count * step) <= after) count++;
                return first.AddMonths(count * step);
            default:
                TimeSpan period = Unit == RepeatUnit.Hours
                    ? TimeSpan.FromHours(Every)
                    : TimeSpan.FromDays(Unit == RepeatUnit.Weeks ? 7 * Every : Every);
                return first + period * ((after - first).Ticks / period.Ticks + 1);
        }
    }

    public string English() => (Unit, Days) switch
    {
        (RepeatUnit.Weeks, { Count: 5 }) when Days.SequenceEqual(s_weekdays) => "on weekdays",
        (RepeatUnit.Weeks, { Count: 2 }) when Days.SequenceEqual(s_weekend) => "on weekends",
        (RepeatUnit.Weeks, { Count: > 0 }) => $"every {(Every == 2 ? "other " : "")}{string.Join(" and ", Days)}",
        _ => Every switch
        {
            1 => $"every {Singular}",
            2 => $"every other {Singular}",
            _ => $"every {Every} {Singular}s",
        },
    };

    public string Japanese() => (Unit, Days) switch
    {
        (RepeatUnit.Weeks, { Count: 5 }) when Days.SequenceEqual(s_weekdays) => "平日",
        (RepeatUnit.Weeks, { Count: 2 }) when Days.SequenceEqual(s_weekend) => "週末",
        (RepeatUnit.Weeks, { Count: > 0 }) => (Every == 2 ? "隔週" : "毎週")
            + string.Join("と", Days.Select(day => JapaneseDates.Weekdays[(int)day] + "曜日")),
        (RepeatUnit.Weeks, _) => Every switch { 1 => "毎週", 2 => "隔週", _ => $"{Every}週間ごと" },
        (RepeatUnit.Hours, _) => Every == 1 ? "毎時" : $"{Every}時間ごと",
        (RepeatUnit.Days, _) => Every switch { 1 => "毎日", 2 => "一日おき", _ => $"{Every}日ごと" },
        (RepeatUnit.Months, _) => Every == 1 ? "毎月" : $"{Every}か月ごと",
        _ => Every == 1 ? "毎年" : $"{Every}年ごと",
    };

    private string Singular => Unit.ToString().ToLowerInvariant()[..^1];

    private static int WeeksBetween(DateTime first, DateTime day) =>
        (Dates.WeekStart(DateOnly.FromDateTime(day)).DayNumber - Dates.WeekStart(DateOnly.FromDateTime(first)).DayNumber) / 7;

    private static bool TryReadEnglish(Scanner scanner, out Repeat repeat, out DayPart part)
    {
        part = DayPart.None;
        int start = scanner.At;
        scanner.Take("on");
        (RepeatUnit Unit, int Every, DayOfWeek[] Days)? named = scanner.TakeAny("everyday", "daily", "weekly", "monthly",
            "yearly", "annually", "hourly",
            "weekdays", "weekends", "workdays", "biweekly", "nightly", "once a day", "once a week", "once a month",
            "once a year") switch
        {
            "everyday" or "daily" or "nightly" or "once a day" => (RepeatUnit.Days, 1, []),
            "weekly" or "once a week" => (RepeatUnit.Weeks, 1, []),
            "biweekly" => (RepeatUnit.Weeks, 2, []),
            "monthly" or "once a month" => (RepeatUnit.Months, 1, []),
            "yearly" or "annually" or "once a year" => (RepeatUnit.Years, 1, []),
            "hourly" => (RepeatUnit.Hours, 1, []),
            "weekdays" or "workdays" => (RepeatUnit.Weeks, 1, s_weekdays),
            "weekends" => (RepeatUnit.Weeks, 1, s_weekend),
            _ => null,
        };
        if (named is { } kind)
        {
            repeat = new Repeat(kind.Unit, kind.Every, kind.Days);
            return true;
        }
        repeat = new Repeat(RepeatUnit.Days, 1, []);
        bool every = scanner.TakeAny("every", "each") is not null;
        int count = 1;
        if (every && scanner.TakeAny("other", "second") is not null) count = 2;
        else if (every && Numbers.TryRead(scanner, out Rational number) && number.TryInteger(out count)
            && count is < 1 or > 1000) count = 1;
        if (count == 0) count = 1;
        string? unit = every
            ? scanner.TakeAny("weekdays", "weekday", "workday", "weekends", "weekend", "morning", "afternoon", "evening", "night",
                "hours", "hour",
                "days", "day", "weeks", "week", "months", "month", "years", "year")
            : null;
        if (unit is not null)
        {
            repeat = unit switch
            {
                "weekdays" or "weekday" or "workday" => new Repeat(RepeatUnit.Weeks, 1, s_weekdays),
                "weekends" or "weekend" => new Repeat(RepeatUnit.Weeks, 1, s_weekend),
                "hours" or "hour" => repeat with { Unit = RepeatUnit.Hours, Every = count },
                "weeks" or "week" => repeat with { Unit = RepeatUnit.Weeks, Every = count },
                "months" or "month" => repeat with { Unit = RepeatUnit.Months, Every = count },
                "years" or "year" => repeat with { Unit = RepeatUnit.Years, Every = count },
                _ => repeat with { Every = count },
            };
            part = unit switch
            {
                "morning" => DayPart.Morning,
                "afternoon" => DayPart.Afternoon,
                "evening" => DayPart.Evening,
                "night" => DayPart.Night,
                _ => EnglishClock.ReadPart(scanner),
            };
            return true;
        }
        List<DayOfWeek> days = [];
        bool plural = false;
        while (EnglishDates.TakeWeekday(scanner) is { } day)
        {
            plural |= scanner.Text[scanner.At - 1] == 's';
            if (!days.Contains(day)) days.Add(day);
            scanner.Skip(",", "and");
        }
        if (days.Count > 0 && (every || plural))
        {
            repeat = new Repeat(RepeatUnit.Weeks, count, days);
            part = EnglishClock.ReadPart(scanner);
            return true;
        }
        scanner.At = start;
        return false;
    }

    private static bool TryReadJapanese(Scanner scanner, out Repeat repeat, out DayPart part)
    {
        int start = scanner.At;
        repeat = new Repeat(RepeatUnit.Days, 1, []);
        string? word = scanner.TakeAny("毎日", "毎朝", "毎晩", "毎夕", "毎夜", "毎週末", "毎週", "隔週", "毎月", "毎年", "毎時間", "毎時", "平日", "週末",
            "隔日");
        part = word switch
        {
            "毎朝" => DayPart.Morning,
            "毎夕" => DayPart.Evening,
            "毎晩" or "毎夜" => DayPart.Night,
            _ => DayPart.None,
        };
        if (word is not null)
        {
            repeat = word switch
            {
                "毎週" or "隔週" => new Repeat(RepeatUnit.Weeks, word == "隔週" ? 2 : 1, ReadDays(scanner)),
                "平日" => new Repeat(RepeatUnit.Weeks, 1, s_weekdays),
                "週末" or "毎週末" => new Repeat(RepeatUnit.Weeks, 1, s_weekend),
                "毎月" => repeat with { Unit = RepeatUnit.Months },
                "毎年" => repeat with { Unit = RepeatUnit.Years },
                "毎時" or "毎時間" => repeat with { Unit = RepeatUnit.Hours },
                "隔日" => repeat with { Every = 2 },
                _ => repeat,
            };
            scanner.TakeAny("ごと", "毎");
            scanner.Take("の");
            if (part == DayPart.None) part = JapaneseClock.ReadPart(scanner);
            return true;
        }
        if (Numbers.TryRead(scanner, out Rational number) && number.TryInteger(out int count) && count is > 0 and <= 1000
            && scanner.TakeAny("時間", "日", "週間", "週", "か月", "ヶ月", "カ月", "年") is { } unit
            && scanner.TakeAny("ごと", "毎", "おき", "に一回", "に1回") is { } how)
        {
            // おき leaves so many out in between, except with hours.
            if (how == "おき" && unit != "時間") count++;
            repeat = new Repeat(unit switch
            {
                "時間" => RepeatUnit.Hours,
                "日" => RepeatUnit.Days,
                "週間" or "週" => RepeatUnit.Weeks,
                "年" => RepeatUnit.Years,
                _ => RepeatUnit.Months,
            }, count, []);
            return true;
        }
        scanner.At = start;
        return false;
    }

    private static List<DayOfWeek> ReadDays(Scanner scanner)
    {
        List<DayOfWeek> days = [];
        scanner.Take("の");
        while (JapaneseDates.TakeWeekday(scanner) is { } day)
        {
            if (!days.Contains(day)) days.Add(day);
            scanner.TakeAny("と", "、", "・");
        }
        return days;
    }
}
