namespace Jibun.Chat.Skills.Words;

/// <summary>Days in Japanese: "明後日", "来週の月曜日", "3月5日", "二週間後", "月末", "こどもの日".</summary>
internal static class JapaneseDates
{
    private static readonly (string Word, int Days, DayPart Part)[] s_relative =
    [
        ("しあさって", 3, DayPart.None), ("明明後日", 3, DayPart.None), ("明々後日", 3, DayPart.None),
        ("あさって", 2, DayPart.None), ("明後日", 2, DayPart.None), ("おととい", -2, DayPart.None), ("一昨日", -2, DayPart.None),
        ("明朝", 1, DayPart.Morning), ("明晩", 1, DayPart.Night), ("あした", 1, DayPart.None), ("明日", 1, DayPart.None),
        ("あす", 1, DayPart.None),
        ("翌日", 1, DayPart.None), ("翌朝", 1, DayPart.Morning),
        ("きのう", -1, DayPart.None), ("昨日", -1, DayPart.None), ("昨夜", -1, DayPart.Night), ("昨晩", -1, DayPart.Night),
        ("きょう", 0, DayPart.None), ("今日", 0, DayPart.None), ("本日", 0, DayPart.None), ("今朝", 0, DayPart.Morning),
        ("今夜", 0, DayPart.Night), ("今晩", 0, DayPart.Night), ("今夕", 0, DayPart.Evening),
    ];

    public const string Weekdays = "日月火水木金土";

    public static bool TryRead(Scanner scanner, DateOnly today, bool past, out DateMention date)
    {
        int start = scanner.At;
        DayPart part = DayPart.None;
        if (TryReadRelative(scanner, today, out DateOnly day, ref part) || TryReadWeek(scanner, today, past, out day)
            || TryReadDistance(scanner, today, out day) || TryReadMonth(scanner, today, past, out day)
            || TryReadPeriod(scanner, today, out day) || TryReadHoliday(scanner, today, past, out day))
        {
            int behind = scanner.At;
            scanner.Take("の");
            if (part == DayPart.None)
            {
                int mark = scanner.At;
                part = JapaneseClock.ReadPart(scanner);
                // A time of day follows: the part is its own.
                if (part != DayPart.None && !scanner.AtEnd && scanner.Next is not ('に' or 'は' or '、'))
                    (scanner.At, part) = (mark, DayPart.None);
            }
            if (part == DayPart.None && scanner.AtEnd) scanner.At = behind;
            date = new DateMention(day, part);
            return true;
        }
        scanner.At = start;
        date = default;
        return false;
    }

    /// <summary>"月曜日", "月曜", "(月)".</summary>
    public static DayOfWeek? TakeWeekday(Scanner scanner)
    {
        scanner.SkipSpace();
        int index = Weekdays.IndexOf(scanner.Next);
        if (index < 0 || scanner.Text.AsSpan(scanner.At + 1) is not ['曜', ..]) return null;
        scanner.At += 2;
        if (scanner.Next == '日') scanner.At++;
        return (DayOfWeek)index;
    }

    private static bool TryReadRelative(Scanner scanner, DateOnly today, out DateOnly day, ref DayPart part)
    {
        foreach ((string word, int days, DayPart of) in s_relative)
        {
            if (!scanner.Take(word)) continue;
            day = today.AddDays(days);
            part = of;
            return true;
        }
        day = default;
        return false;
    }

    // "金曜": the next one; "来週の金曜日", "今週金曜", "先週の金曜", "来週の今日".
    private static bool TryReadWeek(Scanner scanner, DateOnly today, bool past, out DateOnly day)
    {
        int start = scanner.At;
        string? week = scanner.TakeAny("再来週", "来週", "今週", "先週", "次", "今度", "前", "この");
        scanner.Take("の");
        if (scanner.Take("今日") && week is "来週" or "再来週")
        {
            day = today.AddDays(week == "来週" ? 7 : 14);
            return true;
        }
        if (TakeWeekday(scanner) is { } weekday)
        {
            int inWeek = ((int)weekday + 6) % 7;
            day = week switch
            {
                "再来週" => Dates.WeekStart(today).AddDays(14 + inWeek),
                "来週" => Dates.WeekStart(today).AddDays(7 + inWeek),
                "今週" => Dates.WeekStart(today).AddDays(inWeek),
                "先週" => Dates.WeekStart(today).AddDays(-7 + inWeek),
                _ => Dates.Weekday(today, weekday, past || week == "前"),
            };
            return true;
        }
        scanner.At = start;
        day = default;
        return false;
    }

    private static bool TryReadPeriod(Scanner scanner, DateOnly today, out DateOnly day)
    {
        DateOnly saturday = Dates.WeekStart(today).AddDays(5);
        DateOnly month = new(today.Year, today.Month, 1);
        DateOnly? found = scanner.TakeAny("再来週", "来週末", "来週", "今週末", "週末", "今週", "先週", "再来月", "来月末", "来月", "今月末", "月末", "今月",
            "先月", "再来年", "来年", "今年", "去年", "昨年", "年末") switch
        {
            "再来週" => today.AddDays(14),
            "来週末" => saturday.AddDays(7),
            "来週" => today.AddDays(7),
            "今週末" or "週末" => today.DayOfWeek == DayOfWeek.Sunday ? today : saturday,
            "今週" or "今月" or "今年" => today,
            "先週" => today.AddDays(-7),
            "再来月" => today.AddMonths(2),
            "来月末" => month.AddMonths(2).AddDays(-1),
            "来月" => today.AddMonths(1),
            "今月末" or "月末" => month.AddMonths(1).AddDays(-1),
            "先月" => today.AddMonths(-1),
            "再来年" => new DateOnly(today.Year + 2, 1, 1),
            "来年" => new DateOnly(today.Year + 1, 1, 1),
            "去年" or "昨年" => today.AddYears(-1),
            "年末" => new DateOnly(today.Year, 12, 31),
            _ => null,
        };
        day = found ?? default;
        return found is not null;
    }

    // "3日後", "一週間後", "2か月前"; "来月の5日" is read with the months.
    private static bool TryReadDistance(Scanner scanner, DateOnly today, out DateOnly day)
    {
        int start = scanner.At;
        day = default;
        scanner.TakeAny("あと", "今から");
        if (Numbers.TryRead(scanner, out Rational number) && number.TryInteger(out int count) && count is >= 0 and < 10_000
            && scanner.TakeAny("日", "週間", "週", "か月", "ヶ月", "カ月", "ケ月", "箇月", "年") is { } unit)
        {
            scanner.Take("間");
            int sign = scanner.TakeAny("後", "あと", "前") switch { null => 0, "前" => -1, _ => 1 };
            if (sign != 0)
            {
                count *= sign;
                day = unit switch
                {
                    "日" => today.AddDays(count),
                    "週間" or "週" => today.AddDays(7 * count),
                    "年" => today.AddYears(count),
                    _ => today.AddMonths(count),
                };
                return true;
            }
        }
        scanner.At = start;
        return false;
    }

    // "3月5日", "三月五日", "25日", "6月", "2027年3月5日", "令和9年3月", "来年の5月1日", "来月の5日".
    private static bool TryReadMonth(Scanner scanner, DateOnly today, bool past, out DateOnly day)
    {
        int start = scanner.At;
        int year = TakeYear(scanner, today, out bool numbered);
        int month = year == 0 ? TakeRelativeMonth(scanner, today, out year) : 0;
        bool relative = month > 0;
        if (!relative) TakeNumberWith(scanner, "月", out month);
        bool hasDay = TakeNumberWith(scanner, "日", out int number) && scanner.Next != '間';
        bool found = hasDay || (month > 0 && !relative) || (year > 0 && numbered);
        day = default;
        if (found && year > 0) found = Dates.TryDate(year, Math.Max(month, 1), Math.Max(number, 1), out day);
        else if (found && month == 0) found = Dates.TryDayOfMonth(today, number, past, out day);
        else if (found && !hasDay && month == today.Month) day = new DateOnly(today.Year, month, 1);
        else if (found) found = Dates.TryNearest(today, month, Math.Max(number, 1), past, out day);
        if (!found) scanner.At = start;
        return found;
    }

    private static int TakeYear(Scanner scanner, DateOnly today, out bool numbered)
    {
        int start = scanner.At;
        numbered = false;
        int? relative = scanner.TakeAny("再来年の", "来年の", "今年の", "去年の") switch
        {
            "再来年の" => 2,
            "来年の" => 1,
            "今年の" => 0,
            "去年の" => -1,
            _ => null,
        };
        if (relative is { } step) return today.Year + step;
        bool reiwa = scanner.Take("令和");
        numbered = TakeNumberWith(scanner, "年", out int year);
        if (numbered) return reiwa ? year + 2018 : year;
        scanner.At = start;
        return 0;
    }

    private static int TakeRelativeMonth(Scanner scanner, DateOnly today, out int year)
    {
        int? step = scanner.TakeAny("再来月の", "来月の", "今月の", "先月の") switch
        {
            "再来月の" => 2,
            "来月の" => 1,
            "今月の" => 0,
            "先月の" => -1,
            _ => null,
        };
        DateOnly month = today.AddMonths(step ?? 0);
        year = step is null ? 0 : month.Year;
        return step is null ? 0 : month.Month;
    }

    private static bool TakeNumberWith(Scanner scanner, string unit, out int value)
    {
        int start = scanner.At;
        if (Numbers.TryRead(scanner, out Rational number) && number.TryInteger(out value) && value > 0 && scanner.Take(unit))
            return true;
        scanner.At = start;
        value = 0;
        return false;
    }

    private static bool TryReadHoliday(Scanner scanner, DateOnly today, bool past, out DateOnly day)
    {
        int start = scanner.At;
        bool next = scanner.TakeAny("来年の", "次の", "今年の", "今度の") == "来年の";
        if (Holidays.TakeJapanese(scanner) is { } holiday
            && (next ? holiday(today.Year + 1) : Holidays.Nearest(holiday, today, past)) is { } found)
        {
            day = found;
            return true;
        }
        scanner.At = start;
        day = default;
        return false;
    }
}
