namespace Jibun.Chat.Skills.Words;

/// <summary>Numbers in kanji, in digits with kanji ("1万5千"), and as things are counted ("三つ").</summary>
internal static class JapaneseNumbers
{
    private const string Digits = "〇一二三四五六七八九";

    private static readonly string[] s_counted = ["ひとつ", "ふたつ", "みっつ", "よっつ", "いつつ", "むっつ", "ななつ", "やっつ", "ここのつ"];

    private static readonly (string Word, int Value)[] s_spoken =
    [
        ("ゼロ", 0), ("れい", 0), ("いち", 1), ("さん", 3), ("よん", 4), ("ろく", 6), ("なな", 7), ("しち", 7), ("はち", 8), ("きゅう", 9),
        ("じゅう", 10), ("ひゃく", 100),
    ];

    /// <param name="run">Digits that were read just before and may be multiplied: the 5 of "5千".</param>
    public static bool TryRead(Scanner scanner, out Rational value, Rational? run = null)
    {
        int start = scanner.At;
        Rational large = 0, section = 0;
        Rational lastLarge = Rational.Parse("10000000000000000"), lastSmall = 10_000;
        bool any = run is not null, lastWasDigit = false;
        if (!any) scanner.SkipSpace();
        while (true)
        {
            char c = scanner.Next;
            if (Digit(c) is { } digit)
            {
                if (run is not null && !lastWasDigit) break;
                run = run is { } before ? before * 10 + digit : digit;
                lastWasDigit = true;
            }
            else if (char.IsAsciiDigit(c) && run is null && any)
            {
                if (!Numbers.TryReadDigits(scanner, out Rational digits)) break;
                run = digits;
                lastWasDigit = false;
                continue;
            }
            else if (Small(c) is > 0 and var small && small < lastSmall)
            {
                section += (run ?? 1) * small;
                (run, lastSmall, lastWasDigit) = (null, small, false);
            }
            else if (Large(c) is { } scale && scale < lastLarge && (run is not null || section.Sign > 0))
            {
                large += (section + (run ?? 0)) * scale;
                (run, section, lastLarge, lastSmall, lastWasDigit) = (null, 0, scale, 10_000, false);
            }
            else break;
            scanner.At++;
            any = true;
        }
        value = large + section + (run ?? 0);
        if (any) ReadDecimals(scanner, ref value);
        else any = TryReadSpoken(scanner, ref value);
        if (!any) scanner.At = start;
        return any;
    }

    /// <summary>Whether the character multiplies what stands before it.</summary>
    public static bool IsScale(char c) => Small(c) > 0 || Large(c) is not null;

    private static int? Digit(char c) => c switch
    {
        '零' => 0,
        '壱' => 1,
        '弐' => 2,
        '参' => 3,
        _ when Digits.IndexOf(c) is >= 0 and var digit => digit,
        _ => null,
    };

    private static int Small(char c) => c switch { '十' or '拾' => 10, '百' => 100, '千' => 1000, _ => 0 };

    private static Rational? Large(char c) => c switch
    {
        '万' => 10_000,
        '億' => 100_000_000,
        '兆' => 1_000_000_000_000,
        _ => null,
    };

    private static void ReadDecimals(Scanner scanner, ref Rational value)
    {
        if (scanner.Next is not ('点' or '・')) return;
        Rational place = new(1, 10);
        int at = scanner.At + 1;
        for (; at < scanner.Text.Length; at++)
        {
            char c = scanner.Text[at];
            if ((char.IsAsciiDigit(c) ? c - '0' : Digit(c)) is not { } digit) break;
            value += digit * place;
            place *= new Rational(1, 10);
        }
        if (at > scanner.At + 1) scanner.At = at;
    }

    private static bool TryReadSpoken(Scanner scanner, ref Rational value)
    {
        for (int i = 0; i < s_counted.Length; i++)
        {
            if (!scanner.Take(s_counted[i])) continue;
            value = i + 1;
            return true;
        }
        foreach ((string word, int number) in s_spoken)
        {
            if (!scanner.Take(word)) continue;
            value = number;
            return true;
        }
        return false;
    }
}
