using System.Globalization;

namespace Jibun.Chat.Skills.Words;

/// <summary>A day as it was said, perhaps with a part of it: "friday evening".</summary>
internal readonly record struct DateMention(DateOnly Date, DayPart Part = DayPart.None);

/// <summary>Days in English and Japanese, seen from today.</summary>
internal static class Dates
{
    /// <summary>The whole text as a day.</summary>
    /// <param name="past">A month or weekday without a year means the one that was: "what day was the 4th of july".</param>
    public static bool TryParse(string text, DateOnly today, out DateMention date, bool past = false)
    {
        var scanner = new Scanner(text);
        scanner.Skip("on", "for", "by", "at", "in time for");
        if (!TryRead(scanner, today, out date, past)) return false;
        scanner.Skip("day", "'s", ".", "。", "、", ",", "please", "の", "に", "は", "まで", "中");
        return scanner.AtEnd;
    }

    public static bool TryRead(Scanner scanner, DateOnly today, out DateMention date, bool past = false)
    {
        int start = scanner.At;
        try
        {
            if (TryReadNumeric(scanner, today, past, out DateOnly day))
            {
                date = new DateMention(day);
                return true;
            }
            if (EnglishDates.TryRead(scanner, today, past, out date) || JapaneseDates.TryRead(scanner, today, past, out date))
                return true;
        }
        catch (ArgumentOutOfRangeException)
        {
            // Before year 1 or after 9999.
        }
        scanner.At = start;
        date = default;
        return false;
    }

    /// <summary>Month and day in the year in which they come next, or were last; false where there is no such day.</summary>
    public static bool TryNearest(DateOnly today, int month, int day, bool past, out DateOnly date)
    {
        for (int step = 0; step <= 8; step++)
        {
            int year = today.Year + (past ? -step : step);
            if (!TryDate(year, month, day, out date)) continue;
            if (past ? date <= today : date >= today) return true;
        }
        date = default;
        return false;
    }

    /// <summary>The next month that has the day, this one included.</summary>
    public static bool TryDayOfMonth(DateOnly today, int day, bool past, out DateOnly date)
    {
        for (int step = 0; step <= 2; step++)
        {
            DateOnly month = new DateOnly(today.Year, today.Month, 1).AddMonths(past ? -step : step);
            if (TryDate(month.Year, month.Month, day, out date) && (past ? date <= today : date >= today)) return true;
        }
        date = default;
        return false;
    }

    public static bool TryDate(int year, int month, int day, out DateOnly date)
    {
        bool exists = year is >= 1 and <= 9999 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month);
        date = exists ? new DateOnly(year, month, day) : default;
        return exists;
    }

    /// <summary>Monday of the week.</summary>
    public static DateOnly WeekStart(DateOnly date) => date.AddDays(-(((int)date.DayOfWeek + 6) % 7));

    /// <summary>The next day of that name after today, or the last one before it.</summary>
    public static DateOnly Weekday(DateOnly today, DayOfWeek day, bool past) =>
        today.AddDays(past ? -((today.DayOfWeek - day + 6) % 7 + 1) : (day - today.DayOfWeek + 6) % 7 + 1);

    // "2026-03-05", "2026/3/5", "3/5", "3/5/2026"; month before day.
    private static bool TryReadNumeric(Scanner scanner, DateOnly today, bool past, out DateOnly date)
    {
        int start = scanner.At;
        date = default;
        if (scanner.TakeDigits(4, out int first) && scanner.TakeAny("-", "/") is { } separator
            && scanner.TakeDigits(2, out int second))
        {
            bool third = scanner.Take(separator) & scanner.TakeDigits(4, out int last);
            if (first > 31 && third && TryDate(first, second, last, out date)) return true;
            if (separator == "/" && third && TryDate(last < 100 ? 2000 + last : last, first, second, out date)) return true;
            if (separator == "/" && !third && TryNearest(today, first, second, past, out date)) return true;
        }
        scanner.At = start;
        return false;
    }

    /// <summary>"Friday, June 5, 2026"; the year only where it is another one.</summary>
    public static string English(DateOnly date, DateOnly today) => date.ToString(
        date.Year == today.Year ? "dddd, MMMM d" : "dddd, MMMM d, yyyy", CultureInfo.InvariantCulture);

    /// <summary>"6月5日（金）".</summary>
    public static string Japanese(DateOnly date, DateOnly today) =>
        (date.Year == today.Year ? "" : $"{date.Year}年")
        + $"{date.Month}月{date.Day}日（{JapaneseDates.Weekdays[(int)date.DayOfWeek]}）";
}
