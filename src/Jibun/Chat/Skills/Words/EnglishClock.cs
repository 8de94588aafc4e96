namespace Jibun.Chat.Skills.Words;

/// <summary>Times of day in English: "half past six", "6:30 pm", "six oh five", "730 am", "noon".</summary>
internal static class EnglishClock
{
    public static bool TryRead(Scanner scanner, out ClockTime time)
    {
        int start = scanner.At;
        scanner.Skip("at", "by", "around", "about", "@", "exactly");
        if (TryReadNamed(scanner, out time) || TryReadRelative(scanner, out time) || TryReadPlain(scanner, out time)) return true;
        scanner.At = start;
        return false;
    }

    /// <summary>"in the morning", "tonight", "at night" …</summary>
    public static DayPart ReadPart(Scanner scanner) =>
        scanner.TakeAny("in the morning", "this morning", "morning", "in the afternoon", "this afternoon", "afternoon",
            "in the evening",
            "this evening", "evening", "at night", "tonight", "night", "in the night", "at noon") switch
        {
            "in the morning" or "this morning" or "morning" => DayPart.Morning,
            "in the afternoon" or "this afternoon" or "afternoon" => DayPart.Afternoon,
            "in the evening" or "this evening" or "evening" => DayPart.Evening,
            "at night" or "tonight" or "night" or "in the night" => DayPart.Night,
            "at noon" => DayPart.Noon,
            _ => DayPart.None,
        };

    private static bool TryReadNamed(Scanner scanner, out ClockTime time)
    {
        int start = scanner.At;
        scanner.TakeAny("12", "twelve");
        string? name = scanner.TakeAny("noon", "midday", "midnight");
        if (name is null) scanner.At = start;
        time = new ClockTime(name == "midnight" ? 0 : 12, 0, IsCertain: true);
        return name is not null;
    }

    // "half past six", "a quarter to 7", "ten minutes after nine", "half six".
    private static bool TryReadRelative(Scanner scanner, out ClockTime time)
    {
        int start = scanner.At;
        time = default;
        Rational minutes = 0;
        scanner.Take("a");
        bool half = scanner.Take("half"), quarter = !half && scanner.Take("quarter");
        if (half || quarter) minutes = half ? 30 : 15;
        else
        {
            scanner.At = start;
            if (!Numbers.TryRead(scanner, out minutes)) return false;
            scanner.TakeAny("minutes", "minute", "mins", "min");
        }
        int sign = scanner.TakeAny("past", "after", "to", "before", "till", "until", "of") switch
        {
            "past" or "after" => 1,
            null => half ? 1 : 0,
            _ => -1,
        };
        if (sign != 0 && minutes.TryInteger(out int offset) && offset is >= 0 and < 60)
        {
            if (scanner.TakeAny("noon", "midday") is not null) time = new ClockTime(12, 0, IsCertain: true);
            else if (scanner.Take("midnight")) time = new ClockTime(24, 0, IsCertain: true);
            else if (Numbers.TryRead(scanner, out Rational number) && number.TryInteger(out int hour) && hour is >= 0 and < 24)
            {
                scanner.TakeAny("o'clock", "oclock", "o clock");
                time = new ClockTime(hour, 0, IsCertain: hour is 0 or > 12);
            }
            else sign = 0;
            if (sign != 0)
            {
                int at = (time.Hour * 60 + sign * offset + 1440) % 1440;
                if (!time.IsCertain && at < 60) at += 720;
                time = ReadHalf(scanner, new ClockTime(at / 60, at % 60, time.IsCertain));
                return true;
            }
        }
        scanner.At = start;
        return false;
    }

    private static bool TryReadPlain(Scanner scanner, out ClockTime time)
    {
        time = default;
        if (!TryReadHour(scanner, out int hour, out int minute, out bool certain)) return false;
        time = ReadHalf(scanner, new ClockTime(hour, minute, certain || hour is 0 or > 12));
        return time is { Hour: >= 0 and <= 24, Minute: < 60 };
    }

    private static bool TryReadHour(Scanner scanner, out int hour, out int minute, out bool certain)
    {
        minute = 0;
        certain = false;
        scanner.SkipSpace();
        bool leadingZero = scanner.Next == '0' || scanner.TakeAny("oh", "zero") is not null;
        bool digits = char.IsAsciiDigit(scanner.Next);
        int start = scanner.At;
        if (digits ? !scanner.TakeDigits(4, out hour) : !TryReadWords(scanner, out hour)) return Fail(out hour);
        int length = scanner.At - start;
        if (scanner.Next is ':' or '.' or 'h'
            && scanner.Text.AsSpan(scanner.At + 1) is [>= '0' and <= '5', >= '0' and <= '9', ..])
        {
            scanner.At++;
            scanner.TakeDigits(2, out minute);
            certain = leadingZero && hour < 10 && length == 2;
        }
        else if (scanner.TakeAny("o'clock", "oclock", "o clock") is not null) { }
        else if (hour >= 100)
        {
            certain = (digits && length == 4) || leadingZero || hour >= 1300;
            (hour, minute) = (hour / 100, hour % 100);
            scanner.TakeAny("hours", "hundred hours");
        }
        else if (hour <= 24 && TryReadMinutes(scanner, out minute)) { }
        return hour <= 24 && minute < 60;

        static bool Fail(out int hour)
        {
            hour = 0;
            return false;
        }
    }

    private static bool TryReadWords(Scanner scanner, out int hour)
    {
        hour = 0;
        return Numbers.TryRead(scanner, out Rational number) && number.TryInteger(out hour) && hour is >= 0 and <= 2400;
    }

    // The second number of "six thirty", "six oh five", "6 30".
    private static bool TryReadMinutes(Scanner scanner, out int minute)
    {
        int start = scanner.At;
        minute = 0;
        bool oh = scanner.TakeAny("oh", "o", "zero") is not null;
        if (Numbers.TryRead(scanner, out Rational number) && number.TryInteger(out minute)
            && (oh ? minute < 10 : minute is >= 10 and < 60)
            && !scanner.IsNext("%") && !scanner.IsNext("minutes")) return true;
        scanner.At = start;
        minute = 0;
        return false;
    }

    // "am", "p.m.", "in the evening"; without any the half of the day stays open.
    private static ClockTime ReadHalf(Scanner scanner, ClockTime time)
    {
        string? half = scanner.TakeAny("am", "a.m.", "a.m", "a m", "pm", "p.m.", "p.m", "p m");
        if (half is null)
        {
            DayPart part = ReadPart(scanner);
            scanner.TakeAny("sharp", "exactly", "on the dot");
            return time.In(part);
        }
        scanner.TakeAny("sharp", "exactly", "on the dot", "in the morning", "in the afternoon", "in the evening", "at night");
        return time.Hour > 12 ? time : time with { Hour = time.Hour % 12 + (half[0] == 'p' ? 12 : 0), IsCertain = true };
    }
}
