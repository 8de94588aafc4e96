using System.Globalization;

namespace Jibun.Chat.Skills.Words;

/// <summary>When days with a name are. Years outside a calendar's range have none.</summary>
internal static class Holidays
{
    // More specific names before those they begin with.
    private static readonly (string[] English, string[] Japanese, Func<int, DateOnly?> Date)[] s_days =
    [
        (["christmas eve"], ["クリスマスイブ", "クリスマス・イブ", "クリスマスイヴ"], Fixed(12, 24)),
        (["boxing day"], ["ボクシングデー"], Fixed(12, 26)),
        (["christmas", "xmas"], ["クリスマス"], Fixed(12, 25)),
        (["new year's eve", "new years eve", "new year eve"], ["大晦日", "大みそか", "おおみそか"], Fixed(12, 31)),
        (["new year's", "new years", "the new year", "new year"], ["お正月", "正月", "元日", "元旦", "新年"], Fixed(1, 1)),
        (["halloween"], ["ハロウィン", "ハロウィーン"], Fixed(10, 31)),
        (["valentine's", "valentines", "valentine"], ["バレンタインデー", "バレンタイン"], Fixed(2, 14)),
        (["white day"], ["ホワイトデー"], Fixed(3, 14)),
        (["st patrick's", "st. patrick's", "saint patrick's", "st patricks"], [], Fixed(3, 17)),
        (["april fools", "april fool's", "april fools'"], ["エイプリルフール"], Fixed(4, 1)),
        (["independence", "the fourth of july", "fourth of july", "july fourth"], ["独立記念日"], Fixed(7, 4)),
        (["earth day"], ["アースデー"], Fixed(4, 22)),
        (["good friday"], [], year => Easter(year)?.AddDays(-2)),
        (["easter monday"], [], year => Easter(year)?.AddDays(1)),
        (["easter sunday", "easter"], ["イースター", "復活祭"], Easter),
        (["thanksgiving"], ["感謝祭"], Weekday(11, DayOfWeek.Thursday, 4)),
        (["black friday"], ["ブラックフライデー"], year => Weekday(11, DayOfWeek.Thursday, 4)(year)?.AddDays(1)),
        (["mother's", "mothers"], ["母の日"], Weekday(5, DayOfWeek.Sunday, 2)),
        (["father's", "fathers"], ["父の日"], Weekday(6, DayOfWeek.Sunday, 3)),
        (["labor", "labour"], [], Weekday(9, DayOfWeek.Monday, 1)),
        (["memorial"], [], year => Weekday(6, DayOfWeek.Monday, 1)(year)?.AddDays(-7)),
        (["martin luther king"], [], Weekday(1, DayOfWeek.Monday, 3)),
        (["veterans", "veterans'", "veteran's"], [], Fixed(11, 11)),
        (["hanukkah", "chanukah"], ["ハヌカ"], Hanukkah),
        (["ramadan"], ["ラマダン"], Ramadan),
        ([], ["メーデー"], Fixed(5, 1)),
        (["the first day of spring", "first day of spring", "spring equinox", "spring"], ["春分の日", "春分"], SpringEquinox),
        (["the first day of summer", "first day of summer", "summer solstice", "summer"], ["夏至"], Fixed(6, 21)),
        (["the first day of autumn", "first day of fall", "autumn", "fall"], ["秋分の日", "秋分"], AutumnEquinox),
        (["the first day of winter", "first day of winter", "winter solstice", "winter"], ["冬至"], Fixed(12, 21)),
        ([], ["成人の日"], Weekday(1, DayOfWeek.Monday, 2)),
        ([], ["節分"], year => Fixed(2, year % 4 == 1 && year >= 2021 ? 2 : 3)(year)),
        ([], ["建国記念の日", "建国記念日"], Fixed(2, 11)),
        ([], ["天皇誕生日"], Fixed(2, 23)),
        ([], ["ひな祭り", "雛祭り", "ひなまつり"], Fixed(3, 3)),
        ([], ["昭和の日", "ゴールデンウィーク", "ゴールデンウイーク"], Fixed(4, 29)),
        ([], ["憲法記念日"], Fixed(5, 3)),
        ([], ["みどりの日"], Fixed(5, 4)),
        ([], ["こどもの日", "子供の日", "子どもの日", "端午の節句"], Fixed(5, 5)),
        ([], ["七夕"], Fixed(7, 7)),
        ([], ["海の日"], Weekday(7, DayOfWeek.Monday, 3)),
        ([], ["山の日"], Fixed(8, 11)),
        ([], ["お盆"], Fixed(8, 13)),
        ([], ["敬老の日"], Weekday(9, DayOfWeek.Monday, 3)),
        ([], ["スポーツの日", "体育の日"], Weekday(10, DayOfWeek.Monday, 2)),
        ([], ["文化の日"], Fixed(11, 3)),
        ([], ["七五三"], Fixed(11, 15)),
        ([], ["勤労感謝の日"], Fixed(11, 23)),
    ];

    public static Func<int, DateOnly?>? TakeEnglish(Scanner scanner)
    {
        foreach ((string[] names, _, Func<int, DateOnly?> date) in s_days)
            if (scanner.TakeAny(names) is not null) return date;
        return null;
    }

    public static Func<int, DateOnly?>? TakeJapanese(Scanner scanner)
    {
        foreach ((_, string[] names, Func<int, DateOnly?> date) in s_days)
            if (scanner.TakeAny(names) is not null) return date;
        return null;
    }

    /// <summary>The next such day, today included, or the last one.</summary>
    public static DateOnly? Nearest(Func<int, DateOnly?> holiday, DateOnly today, bool past)
    {
        int step = past ? -1 : 1;
        return holiday(today.Year) is { } now && (past ? now <= today : now >= today) ? now : holiday(today.Year + step);
    }

    private static Func<int, DateOnly?> Fixed(int month, int day) => year => year is >= 1 and <= 9999
        ? new DateOnly(year, month, day)
        : null;

    private static Func<int, DateOnly?> Weekday(int month, DayOfWeek day, int count) => year =>
    {
        if (year is < 1 or > 9999) return null;
        var first = new DateOnly(year, month, 1);
        return first.AddDays((day - first.DayOfWeek + 7) % 7 + 7 * (count - 1));
    };

    // The anonymous Gregorian algorithm (Meeus, Astronomical Algorithms, chapter 8).
    private static DateOnly? Easter(int year)
    {
        if (year is < 1583 or > 9998) return null;
        int a = year % 19, b = year / 100, c = year % 100;
        int h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
        int l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
        int m = (a + 11 * h + 22 * l) / 451;
        int month = (h + l - 7 * m + 114) / 31, day = (h + l - 7 * m + 114) % 31 + 1;
        return new DateOnly(year, month, day);
    }

    // Japan's equinoxes, valid from 1980 to 2099.
    private static DateOnly? SpringEquinox(int year) => year is < 1980 or > 2099
        ? null
        : new DateOnly(year, 3, (int)(20.8431 + 0.242194 * (year - 1980)) - (year - 1980) / 4);

    private static DateOnly? AutumnEquinox(int year) => year is < 1980 or > 2099
        ? null
        : new DateOnly(year, 9, (int)(23.2488 + 0.242194 * (year - 1980)) - (year - 1980) / 4);

    private static DateOnly? Hanukkah(int year) => year is < 1900 or > 2200
        ? null
        : DateOnly.FromDateTime(new HebrewCalendar().ToDateTime(year + 3761, 3, 25, 0, 0, 0, 0));

    private static DateOnly? Ramadan(int year)
    {
        if (year is < 1901 or > 2076) return null;
        var calendar = new UmAlQuraCalendar();
        int first = calendar.GetYear(new DateTime(year, 1, 1));
        DateTime start = calendar.ToDateTime(first, 9, 1, 0, 0, 0, 0);
        return DateOnly.FromDateTime(start.Year == year ? start : calendar.ToDateTime(first + 1, 9, 1, 0, 0, 0, 0));
    }
}
