namespace Jibun.Chat.Skills.Words;

/// <summary>Spans of time: "an hour and a half", "90 seconds", "1h30", "一時間半", "10分間".</summary>
internal static class Durations
{
    private const long Second = 1, Minute = 60, Hour = 3600, Day = 86_400;

    private static readonly Rational s_longest = 3660 * Day;

    private static readonly (string Name, long Seconds)[] s_units =
    [
        ("seconds", Second), ("second", Second), ("secs", Second), ("sec", Second), ("s", Second), ("秒", Second),
        ("minutes", Minute), ("minute", Minute), ("mins", Minute), ("min", Minute), ("m", Minute), ("分", Minute),
        ("hours", Hour), ("hour", Hour), ("hrs", Hour), ("hr", Hour), ("h", Hour), ("時間", Hour),
        ("days", Day), ("day", Day), ("d", Day), ("日", Day),
        ("weeks", 7 * Day), ("week", 7 * Day), ("wk", 7 * Day), ("週間", 7 * Day), ("週", 7 * Day),
        ("fortnights", 14 * Day), ("fortnight", 14 * Day),
        ("months", 30 * Day), ("month", 30 * Day),
        ("か月", 30 * Day), ("ヶ月", 30 * Day), ("カ月", 30 * Day), ("ケ月", 30 * Day), ("箇月", 30 * Day),
        ("years", 365 * Day), ("year", 365 * Day), ("年", 365 * Day),
    ];

    /// <summary>The whole text as a span of time; a number alone means minutes. False beyond ten years.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        var scanner = new Scanner(text);
        scanner.Skip("in", "for", "about", "around", "after", "another", "exactly", "only", "just", "the", "約", "あと", "だいたい",
            "もう", "ちょうど");
        bool read = TryReadColons(scanner, out duration) || TryRead(scanner, out duration)
            || TryReadMinutes(scanner, out duration);
        scanner.Skip("from now", "long", "longer", "more", "or so", "later", "please", "exactly", "間", "後", "ほど", "くらい", "ぐらい",
            "だけ", ".", "。");
        return read && scanner.AtEnd;
    }

    /// <summary>Reads numbers with their units as far as they go.</summary>
    public static bool TryRead(Scanner scanner, out TimeSpan duration)
    {
        int start = scanner.At;
        Rational total = 0;
        long last = 0; // seconds of the last unit; 0 before the first
        while (true)
        {
            int mark = scanner.At;
            if (last > 0) scanner.TakeAny("and", ",", "、", "&", "と");
            if (last > 0 && TryReadRest(scanner, last, out Rational rest))
            {
                total += rest;
                break;
            }
            if (TryReadNumber(scanner, out Rational number))
            {
                long unit = ReadUnit(scanner);
                if (unit == 0 && last > Second && number < 60) unit = last == Hour ? Minute : last == Minute ? Second : 0;
                if (unit > 0 && (last == 0 || unit < last))
                {
                    total += number * unit;
                    last = unit;
                    continue;
                }
            }
            scanner.At = mark;
            break;
        }
        duration = default;
        if (last > 0 && total <= s_longest)
        {
            duration = ToTimeSpan(total);
            return true;
        }
        scanner.At = start;
        return false;
    }

    // "an hour and a half", "2時間半": a part of the unit before, when no unit of its own follows.
    private static bool TryReadRest(Scanner scanner, long unit, out Rational seconds)
    {
        int start = scanner.At;
        if (Numbers.TryReadQuantity(scanner, out Rational part) && part < 1 && ReadUnit(scanner) == 0)
        {
            seconds = part * unit;
            return true;
        }
        scanner.At = start;
        seconds = 0;
        return false;
    }

    // Of "two or three minutes", "二、三分" and "10-15 minutes" the longer one.
    private static bool TryReadNumber(Scanner scanner, out Rational number)
    {
        if (!Numbers.TryReadQuantity(scanner, out number)) return false;
        int mark = scanner.At;
        if (scanner.TakeAny("or", "to", "-", "~", "、", ",", "から") is not null
            && Numbers.TryReadQuantity(scanner, out Rational upper)
            && upper > number && upper.IsInteger)
        {
            int behind = scanner.At;
            bool hasUnit = ReadUnit(scanner) > 0;
            scanner.At = hasUnit ? behind : mark;
            if (hasUnit) number = upper;
            return true;
        }
        scanner.At = mark;
        return true;
    }

    private static long ReadUnit(Scanner scanner)
    {
        foreach ((string name, long seconds) in s_units)
        {
            if (!scanner.Take(name)) continue;
            if (seconds <= Hour && scanner.Next == '間') scanner.At++;
            return seconds;
        }
        return 0;
    }

    // "1:30:00" and, as a stopwatch shows it, "1:30" for a minute and a half.
    private static bool TryReadColons(Scanner scanner, out TimeSpan duration)
    {
        int start = scanner.At;
        duration = default;
        if (scanner.TakeDigits(3, out int first) && scanner.Take(":") && scanner.TakeDigits(2, out int second) && second < 60)
        {
            duration = new TimeSpan(0, first, second);
            if (!scanner.Take(":")) return true;
            if (scanner.TakeDigits(2, out int third) && third < 60)
            {
                duration = new TimeSpan(first, second, third);
                return true;
            }
        }
        scanner.At = start;
        return false;
    }

    private static bool TryReadMinutes(Scanner scanner, out TimeSpan duration)
    {
        duration = default;
        if (!Numbers.TryReadQuantity(scanner, out Rational minutes) || minutes * Minute > s_longest) return false;
        duration = ToTimeSpan(minutes * Minute);
        return true;
    }

    private static TimeSpan ToTimeSpan(Rational seconds) => TimeSpan.FromMilliseconds((double)(seconds * 1000).Round());
}
