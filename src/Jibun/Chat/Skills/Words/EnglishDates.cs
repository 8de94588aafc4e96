namespace Jibun.Chat.Skills.Words;

/// <summary>Days in English: "the day after tomorrow", "next friday", "the 5th of may", "in two weeks", "easter".</summary>
internal static class EnglishDates
{
    private static readonly string[] s_weekdays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

    private static readonly string[] s_months =
    [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
    ];

    public static bool TryRead(Scanner scanner, DateOnly today, bool past, out DateMention date)
    {
        int start = scanner.At;
        scanner.Skip("on", "for", "by", "of", "at");
        DayPart part = DayPart.None;
        if (TryReadToday(scanner, today, out DateOnly day, ref part) || TryReadWeekday(scanner, today, past, out day)
            || TryReadPeriod(scanner, today, out day) || TryReadDistance(scanner, today, out day)
            || TryReadMonth(scanner, today, past, out day) || TryReadHoliday(scanner, today, past, out day)
                || TryReadYear(scanner, out day))
        {
            if (part == DayPart.None) part = EnglishClock.ReadPart(scanner);
            date = new DateMention(day, part);
            return true;
        }
        scanner.At = start;
        date = default;
        return false;
    }

    /// <summary>A day of the week by its name, "tuesdays" and "tue" included.</summary>
    public static DayOfWeek? TakeWeekday(Scanner scanner)
    {
        int start = scanner.At;
        if (scanner.TakeWord() is { } word)
        {
            string name = word.TrimEnd('s').TrimEnd('\'');
            for (int i = 0; i < 7; i++)
                if (s_weekdays[i] == name || (name.Length is 3 or 4 && s_weekdays[i].StartsWith(name, StringComparison.Ordinal)))
                {
                    scanner.Take(".");
                    return (DayOfWeek)i;
                }
        }
        scanner.At = start;
        return null;
    }

    private static bool TryReadToday(Scanner scanner, DateOnly today, out DateOnly day, ref DayPart part)
    {
        (int Days, DayPart Part)? found = scanner.TakeAny("the day after tomorrow", "day after tomorrow",
            "the day before yesterday",
            "day before yesterday", "tomorrow", "tomorow", "yesterday", "today", "tonight", "this morning", "this afternoon",
            "this evening", "last night") switch
        {
            "the day after tomorrow" or "day after tomorrow" => (2, DayPart.None),
            "the day before yesterday" or "day before yesterday" => (-2, DayPart.None),
            "tomorrow" or "tomorow" => (1, DayPart.None),
            "yesterday" => (-1, DayPart.None),
            "today" => (0, DayPart.None),
            "tonight" => (0, DayPart.Night),
            "this morning" => (0, DayPart.Morning),
            "this afternoon" => (0, DayPart.Afternoon),
            "this evening" => (0, DayPart.Evening),
            "last night" => (-1, DayPart.Night),
            _ => null,
        };
        day = today.AddDays(found?.Days ?? 0);
        part = found?.Part ?? DayPart.None;
        return found is not null;
    }

    // "friday", "this friday": the next one; "next friday": the one in next week; "last friday".
    private static bool TryReadWeekday(Scanner scanner, DateOnly today, bool past, out DateOnly day)
    {
        int start = scanner.At;
        string? which = scanner.TakeAny("next", "this", "coming", "this coming", "last", "the");
        if (TakeWeekday(scanner) is { } weekday)
        {
            day = which switch
            {
                "next" => Dates.WeekStart(today).AddDays(7 + ((int)weekday + 6) % 7),
                "this" when today.DayOfWeek == weekday => today,
                _ => Dates.Weekday(today, weekday, past || which == "last"),
            };
            return true;
        }
        scanner.At = start;
        day = default;
        return false;
    }

    private static bool TryReadPeriod(Scanner scanner, DateOnly today, out DateOnly day)
    {
        DateOnly month = new(today.Year, today.Month, 1);
        DateOnly saturday = Dates.WeekStart(today).AddDays(5);
        DateOnly? found = scanner.TakeAny("next weekend", "this weekend", "the weekend", "weekend", "next week", "this week",
            "last week",
            "next month", "this month", "last month", "next year", "this year", "last year", "the end of the year",
            "end of the year",
            "the end of the month", "end of the month", "the end of the week", "end of the week", "the end of this year",
            "the end of this month", "the end of next month") switch
        {
            "next weekend" => saturday.AddDays(7),
            "this weekend" or "the weekend" or "weekend" => today.DayOfWeek == DayOfWeek.Sunday ? today : saturday,
            "next week" => today.AddDays(7),
            "this week" or "this month" or "this year" => today,
            "last week" => today.AddDays(-7),
            "next month" => today.AddMonths(1),
            "last month" => today.AddMonths(-1),
            "next year" => new DateOnly(today.Year + 1, 1, 1),
            "last year" => today.AddYears(-1),
            "the end of the year" or "end of the year" or "the end of this year" => new DateOnly(today.Year, 12, 31),
            "the end of the month" or "end of the month" or "the end of this month" => month.AddMonths(1).AddDays(-1),
            "the end of next month" => month.AddMonths(2).AddDays(-1),
            "the end of the week" or "end of the week" => Dates.WeekStart(today).AddDays(6),
            _ => null,
        };
        day = found ?? default;
        return found is not null;
    }

    // "in three days", "two weeks from now", "a month ago", "a week from tomorrow".
    private static bool TryReadDistance(Scanner scanner, DateOnly today, out DateOnly day)
    {
        int start = scanner.At;
        day = default;
        bool ahead = scanner.Take("in");
        if (Numbers.TryReadQuantity(scanner, out Rational number) && number.TryInteger(out int count)
            && count is >= 0 and < 10_000
            && scanner.TakeAny("days", "day", "weeks", "week", "fortnights", "fortnight", "months", "month", "years",
                "year") is { } unit)
        {
            DateOnly from = today;
            int sign = ahead ? 1 : 0;
            if (scanner.Take("from"))
            {
                sign = 1;
                if (scanner.TakeAny("now", "today") is null)
                {
                    if (!Dates.TryRead(scanner, today, out DateMention base_)) return Back(scanner, start);
                    from = base_.Date;
                }
            }
            else if (scanner.Take("ago")) sign = -1;
            else if (scanner.TakeAny("later", "hence") is not null) sign = 1;
            if (sign != 0)
            {
                day = Add(from, unit.TrimEnd('s'), sign * count);
                return true;
            }
        }
        return Back(scanner, start);
    }

    private static bool Back(Scanner scanner, int start)
    {
        scanner.At = start;
        return false;
    }

    private static DateOnly Add(DateOnly from, string unit, int count) => unit switch
    {
        "day" => from.AddDays(count),
        "week" => from.AddDays(7 * count),
        "fortnight" => from.AddDays(14 * count),
        "month" => from.AddMonths(count),
        _ => from.AddYears(count),
    };

    // "may 5", "may the fifth", "the 5th of may 2027", "5 may", "the 5th", "in june".
    private static bool TryReadMonth(Scanner scanner, DateOnly today, bool past, out DateOnly day)
    {
        int start = scanner.At;
        day = default;
        scanner.Take("the");
        bool ordinal = EnglishNumbers.TryReadOrdinal(scanner, out int number);
        if (!ordinal) scanner.TakeDigits(2, out number);
        if (scanner.Take("of") && ordinal && scanner.TakeAny("next month", "this month") is { } relative)
        {
            DateOnly first = new DateOnly(today.Year, today.Month, 1).AddMonths(relative == "next month" ? 1 : 0);
            return Dates.TryDate(first.Year, first.Month, number, out day) || Back(scanner, start);
        }
        int month = TakeMonth(scanner);
        if (month == 0)
        {
            if (ordinal && Dates.TryDayOfMonth(today, number, past, out day)) return true;
            scanner.At = start;
            scanner.Take("in");
            month = TakeMonth(scanner);
            if (month == 0) return Back(scanner, start);
            number = 0;
        }
        if (number == 0)
        {
            int behind = scanner.At;
            scanner.Take("the");
            if (!EnglishNumbers.TryReadOrdinal(scanner, out number) && !TryReadDay(scanner, out number)) scanner.At = behind;
        }
        if (TryTakeYear(scanner, out int year))
            return Dates.TryDate(year, month, Math.Max(number, 1), out day) || Back(scanner, start);
        if (number == 0 && month == today.Month)
        {
            day = new DateOnly(today.Year, month, 1);
            return true;
        }
        return Dates.TryNearest(today, month, Math.Max(number, 1), past, out day) || Back(scanner, start);
    }

    private static bool TryReadDay(Scanner scanner, out int number)
    {
        int start = scanner.At;
        if (Numbers.TryRead(scanner, out Rational value) && value.TryInteger(out number) && number is >= 1 and <= 31
            && scanner.Next != ':')
        {
            if (scanner.TakeAny("am", "pm", "o'clock", "a.m", "p.m", "%") is null) return true;
        }
        scanner.At = start;
        number = 0;
        return false;
    }

    private static int TakeMonth(Scanner scanner)
    {
        int start = scanner.At;
        if (scanner.TakeWord() is { } word)
            for (int i = 0; i < 12; i++)
                if (s_months[i] == word || (word.Length is 3 or 4 && s_months[i].StartsWith(word, StringComparison.Ordinal)))
                {
                    scanner.Take(".");
                    return i + 1;
                }
        scanner.At = start;
        return 0;
    }

    private static bool TryTakeYear(Scanner scanner, out int year)
    {
        int start = scanner.At;
        scanner.TakeAny(",", "in", "of");
        if (scanner.TakeDigits(4, out year) && year is >= 1000) return true;
        scanner.At = start;
        return false;
    }

    private static bool TryReadHoliday(Scanner scanner, DateOnly today, bool past, out DateOnly day)
    {
        int start = scanner.At;
        if (Holidays.TakeEnglish(scanner) is { } holiday)
        {
            scanner.TakeAny("day", "'s day");
            DateOnly? found = TryTakeYear(scanner, out int year) ? holiday(year) : Holidays.Nearest(holiday, today, past);
            day = found ?? default;
            if (found is not null) return true;
        }
        day = default;
        return Back(scanner, start);
    }

    private static bool TryReadYear(Scanner scanner, out DateOnly day)
    {
        int start = scanner.At;
        scanner.Skip("the", "year", "in");
        day = default;
        if (scanner.TakeDigits(4, out int year) && year is >= 1900 and < 3000 && scanner.AtEnd)
        {
            day = new DateOnly(year, 1, 1);
            return true;
        }
        return Back(scanner, start);
    }
}
