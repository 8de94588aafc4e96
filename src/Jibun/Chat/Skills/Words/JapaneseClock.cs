namespace Jibun.Chat.Skills.Words;

/// <summary>Times of day in Japanese: "午後3時半", "朝の7時", "19:30", "正午", "8時5分前", "25時".</summary>
internal static class JapaneseClock
{
    public static bool TryRead(Scanner scanner, out ClockTime time)
    {
        int start = scanner.At;
        time = default;
        bool forenoon = scanner.Take("午前"), afternoon = !forenoon && scanner.Take("午後");
        bool small = !forenoon && !afternoon && scanner.TakeAny("深夜", "未明") is not null;
        DayPart part = small ? DayPart.Night : ReadPart(scanner);
        scanner.Take("の");
        if (scanner.TakeAny("正午", "お昼", "昼") is not null) time = new ClockTime(12, 0, IsCertain: true);
        else if (scanner.TakeAny("真夜中", "零時") is not null) time = new ClockTime(24, 0, IsCertain: true);
        else if (!TryReadHour(scanner, out time))
        {
            scanner.At = start;
            return false;
        }
        if (forenoon && time.Hour <= 12) time = time with { Hour = time.Hour % 12, IsCertain = true };
        else if (afternoon && time.Hour <= 12) time = time with { Hour = time.Hour % 12 + 12, IsCertain = true };
        else if (small && time.Hour < 6) time = time with { IsCertain = true };
        else time = time.In(part);
        scanner.Skip("ちょうど", "ぴったり", "ごろ", "頃", "過ぎ", "すぎ", "くらい", "ぐらい", "まで", "に", "の");
        return true;
    }

    /// <summary>"朝", "夜の", "夕方" …</summary>
    public static DayPart ReadPart(Scanner scanner) =>
        scanner.TakeAny("早朝", "明け方", "今朝", "朝", "午前中", "お昼の", "昼の", "昼間", "午後", "夕方", "今夜", "今晩", "夜", "晩", "深夜") switch
        {
            "早朝" or "明け方" or "今朝" or "朝" or "午前中" => DayPart.Morning,
            "お昼の" or "昼の" or "昼間" => DayPart.Noon,
            "午後" => DayPart.Afternoon,
            "夕方" => DayPart.Evening,
            "今夜" or "今晩" or "夜" or "晩" or "深夜" => DayPart.Night,
            _ => DayPart.None,
        };

    private static bool TryReadHour(Scanner scanner, out ClockTime time)
    {
        time = default;
        if (!Numbers.TryRead(scanner, out Rational number) || !number.TryInteger(out int hour) || hour is < 0 or > 29)
            return false;
        int minute = 0;
        if (scanner.Take(":"))
        {
            if (!scanner.TakeDigits(2, out minute)) return false;
        }
        else
        {
            if (!scanner.Take("時") || scanner.Next == '間') return false;
            if (scanner.Take("半")) minute = 30;
            else if (scanner.Take("前")) (hour, minute) = ((hour + 23) % 24, 50); // shortly before
            else ReadMinutes(scanner, ref hour, ref minute);
        }
        time = new ClockTime(hour, minute, IsCertain: hour is 0 or > 12);
        return minute < 60;
    }

    private static void ReadMinutes(Scanner scanner, ref int hour, ref int minute)
    {
        int mark = scanner.At;
        scanner.Take("の");
        if (Numbers.TryRead(scanner, out Rational number) && number.TryInteger(out int minutes) && minutes is >= 0 and < 60
            && (scanner.Take("分") || scanner.AtEnd) && !scanner.IsNext("後") && !scanner.IsNext("間"))
        {
            if (scanner.Take("前") && minutes > 0) (hour, minute) = ((hour + 23) % 24, 60 - minutes);
            else minute = minutes;
            return;
        }
        scanner.At = mark;
    }
}
