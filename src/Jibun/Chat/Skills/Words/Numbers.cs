namespace Jibun.Chat.Skills.Words;

/// <summary>Numbers as people write and say them: "1,234.5", "twenty three", "２３", "百二十", "two and a half".</summary>
internal static class Numbers
{
    private static readonly string[] s_counters =
        ["つ", "個", "こ", "本", "枚", "回", "面", "人", "番", "円", "ドル", "dollars", "dollar", "dice", "die", "times", "sides", "sided"];

    /// <summary>The whole text as a number, with a sign, and perhaps a counter behind it.</summary>
    public static bool TryParse(string text, out Rational value)
    {
        var scanner = new Scanner(text);
        scanner.Skip("$", "¥", "€", "£", "約", "about", "exactly");
        bool read = TryReadSigned(scanner, out value) || TryReadMisheard(scanner, out value);
        if (!read) return false;
        scanner.TakeAny(s_counters);
        return scanner.AtEnd || scanner.Text[scanner.At..] is "." or "。" or "、" or ",";
    }

    public static bool TryReadSigned(Scanner scanner, out Rational value)
    {
        int start = scanner.At;
        bool negative = scanner.TakeAny("-", "minus", "negative", "マイナス") is not null;
        if (!negative) scanner.Take("+");
        if (!TryReadQuantity(scanner, out value))
        {
            scanner.At = start;
            return false;
        }
        if (negative) value = -value;
        return true;
    }

    /// <summary>A number or a fraction: "half a", "a couple of", "2 and a half", "1 1/2", "三分の一", "半".</summary>
    /// <param name="skipOf">Whether the "of an" behind a fraction belongs to it.</param>
    public static bool TryReadQuantity(Scanner scanner, out Rational value, bool skipOf = true)
    {
        int start = scanner.At;
        if (TryReadFraction(scanner, out value, skipOf)) return true;
        if (!TryRead(scanner, out value))
        {
            scanner.At = start;
            return TryReadVague(scanner, out value);
        }
        if (TryReadSlash(scanner, ref value)) return true;
        int mark = scanner.At;
        if (scanner.Take("分の") && TryRead(scanner, out Rational parts) && value.Sign > 0)
        {
            value = parts / value;
            return true;
        }
        scanner.At = mark;
        if (value.TryInteger(out int times) && times > 0
            && Denominator(scanner.TakeWord(), plural: times > 1) is > 0 and var whole)
        {
            value = new Rational(times, whole);
            if (skipOf) SkipOf(scanner);
            return true;
        }
        scanner.At = mark;
        if (scanner.Take("and") && TryReadPart(scanner, out Rational rest))
        {
            value += rest;
            return true;
        }
        scanner.At = mark;
        if (Vulgar(scanner.Next) is { } vulgar)
        {
            scanner.At++;
            value += vulgar;
        }
        return true;
    }

    /// <summary>Digits or words that make one number; no fractions, no sign.</summary>
    public static bool TryRead(Scanner scanner, out Rational value)
    {
        scanner.SkipSpace();
        if (!char.IsAsciiDigit(scanner.Next) && !(scanner.Next == '.' && scanner.Rest is [_, >= '0' and <= '9', ..]))
            return EnglishNumbers.TryRead(scanner, out value) || JapaneseNumbers.TryRead(scanner, out value);
        if (!TryReadDigits(scanner, out value)) return false;
        if (JapaneseNumbers.IsScale(scanner.Next)) return JapaneseNumbers.TryRead(scanner, out value, value);
        EnglishNumbers.TryReadDecimals(scanner, ref value);
        if (scanner.Next == '点') return JapaneseNumbers.TryRead(scanner, out value, value);
        int mark = scanner.At;
        string? word = scanner.TakeWord();
        if (word == "dozen") value *= 12;
        else if (word is not null && EnglishNumbers.Scale(word) is > 0 and var scale) value *= scale;
        else scanner.At = mark;
        return true;
    }

    /// <summary>"1,234.5", "1234", ".5"; the scanner stands at the first digit or the point.</summary>
    public static bool TryReadDigits(Scanner scanner, out Rational value)
    {
        string text = scanner.Text;
        int start = scanner.At, at = start;
        while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
        if (at - start is > 0 and <= 3)
            while (at + 3 < text.Length && text[at] == ',' && IsTriple(text, at + 1)) at += 4;
        else if (at == start && !(at + 1 < text.Length && text[at] == '.' && char.IsAsciiDigit(text[at + 1])))
        {
            value = 0;
            return false;
        }
        if (at + 1 < text.Length && text[at] == '.' && char.IsAsciiDigit(text[at + 1]))
        {
            at++;
            while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
        }
        value = Rational.Parse("0" + text[start..at].Replace(",", "", StringComparison.Ordinal));
        scanner.At = at;
        return true;
    }

    private static bool IsTriple(string text, int at) =>
        char.IsAsciiDigit(text[at]) && char.IsAsciiDigit(text[at + 1]) && char.IsAsciiDigit(text[at + 2])
        && (at + 3 == text.Length || !char.IsAsciiDigit(text[at + 3]));

    // "half", "a half", "a quarter of", "½", "半分".
    private static bool TryReadFraction(Scanner scanner, out Rational value, bool skipOf)
    {
        int start = scanner.At;
        scanner.SkipSpace();
        value = Rational.Half;
        if (scanner.TakeAny("半分", "半") is not null) return true;
        if (Vulgar(scanner.Next) is { } vulgar)
        {
            scanner.At++;
            value = vulgar;
            return true;
        }
        scanner.TakeAny("a", "one");
        if (Denominator(scanner.TakeWord(), plural: false) is > 0 and var whole && !scanner.IsNext("past"))
        {
            value = new Rational(1, whole);
            if (skipOf && scanner.Take("a dozen")) value *= 12;
            else if (skipOf) SkipOf(scanner);
            return true;
        }
        scanner.At = start;
        return false;
    }

    // What may follow "two and": "a half", "three quarters".
    private static bool TryReadPart(Scanner scanner, out Rational value)
    {
        if (TryReadFraction(scanner, out value, skipOf: false)) return true;
        if (!TryRead(scanner, out Rational times) || Denominator(scanner.TakeWord(), plural: true) is not (> 0 and var whole))
            return false;
        value = times / whole;
        return true;
    }

    private static bool TryReadVague(Scanner scanner, out Rational value)
    {
        value = scanner.TakeAny("a couple of", "a couple", "couple of", "a few", "several", "数", "another", "an", "a") switch
        {
            null => 0,
            "a couple of" or "a couple" or "couple of" => 2,
            "a few" or "several" or "数" => 3,
            _ => 1,
        };
        return value.Sign > 0;
    }

    private static bool TryReadSlash(Scanner scanner, ref Rational value)
    {
        int mark = scanner.At;
        Rational whole = 0, top = value;
        if (scanner.Next == ' ' && value.IsInteger && scanner.TakeDigits(4, out int numerator)) (whole, top) = (value, numerator);
        if (scanner.Next == '/')
        {
            scanner.At++;
            if (scanner.TakeDigits(4, out int bottom) && bottom > 0 && scanner.Next != '/')
            {
                value = whole + top / bottom;
                return true;
            }
        }
        scanner.At = mark;
        return false;
    }

    // A word that sounds like a number, where nothing but a number can stand.
    private static bool TryReadMisheard(Scanner scanner, out Rational value)
    {
        value = scanner.TakeWord() switch
        {
            "won" => 1,
            "to" or "too" => 2,
            "for" or "fore" => 4,
            "ate" => 8,
            "tin" => 10,
            _ => -1,
        };
        return value.Sign > 0;
    }

    private static void SkipOf(Scanner scanner) => scanner.TakeAny("of an", "of a", "of", "an", "a");

    private static int Denominator(string? word, bool plural) => (plural, word) switch
    {
        (_, "half") or (true, "halves") => 2,
        (false, "third") or (true, "thirds") => 3,
        (false, "quarter" or "fourth") or (true, "quarters" or "fourths") => 4,
        (false, "fifth") or (true, "fifths") => 5,
        (false, "eighth") or (true, "eighths") => 8,
        (false, "tenth") or (true, "tenths") => 10,
        _ => 0,
    };

    private static Rational? Vulgar(char c) => c switch
    {
        '½' => Rational.Half,
        '¼' => new Rational(1, 4),
        '¾' => new Rational(3, 4),
        '⅓' => new Rational(1, 3),
        '⅔' => new Rational(2, 3),
        '⅛' => new Rational(1, 8),
        _ => null,
    };
}
