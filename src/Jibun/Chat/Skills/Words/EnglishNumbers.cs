namespace Jibun.Chat.Skills.Words;

/// <summary>Cardinal and ordinal numbers in English words.</summary>
internal static class EnglishNumbers
{
    private static readonly Dictionary<string, int> s_small = Numbered(1,
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        + "seventeen eighteen nineteen");

    private static readonly Dictionary<string, int> s_tens =
        Numbered(10, "- - twenty thirty forty fifty sixty seventy eighty ninety");

    private static readonly Dictionary<string, int> s_ordinals = Numbered(1,
        "- first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
        + "sixteenth seventeenth eighteenth nineteenth twentieth - - - - - - - - - thirtieth");

    /// <summary>Reads words as far as they make one number: of "six thirty" only the six.</summary>
    public static bool TryRead(Scanner scanner, out Rational value)
    {
        int start = scanner.At;
        long total = 0, group = 0, room = 1000, lastScale = long.MaxValue; // a word fits if it is less than the room
        bool any = TakeArticleOf(scanner);
        if (any) group = 1;
        while (true)
        {
            int mark = scanner.At;
            bool joined = any && room >= 100 && scanner.Take("and");
            string? word = scanner.TakeWord();
            if (word is not null && TrySmall(word, out int small) && small < room && (small > 0 || !any))
            {
                group += small;
                room = small >= 20 ? 10 : 1;
            }
            else if (!joined && any && word == "hundred" && group is > 0 and < 100)
            {
                group *= 100;
                room = 100;
            }
            else if (!joined && any && word is not null && Scale(word) is > 100 and var scale && scale < lastScale && group > 0)
            {
                total += group * scale;
                (group, room, lastScale) = (0, 1000, scale);
            }
            else if (!joined && any && word == "dozen" && group > 0)
            {
                total += group * 12;
                (group, room, lastScale) = (0, 0, 0);
            }
            else
            {
                scanner.At = mark;
                break;
            }
            any = true;
        }
        value = total + group;
        if (!any && scanner.IsNext("point")) any = TryReadDecimals(scanner, ref value);
        else if (any) TryReadDecimals(scanner, ref value);
        if (!any) scanner.At = start;
        return any;
    }

    /// <summary>"… point two five".</summary>
    public static bool TryReadDecimals(Scanner scanner, ref Rational value)
    {
        int start = scanner.At;
        if (!scanner.Take("point")) return false;
        Rational place = new(1, 10);
        bool any = false;
        while (any ? TakeDigit(scanner, out int digit) : TakeDigit(scanner, out digit)
            || TakeTwoDigits(scanner, ref value, ref place, out digit))
        {
            value += digit * place;
            place *= new Rational(1, 10);
            any = true;
        }
        if (!any) scanner.At = start;
        return any;
    }

    /// <summary>"third", "twenty first", "22nd".</summary>
    public static bool TryReadOrdinal(Scanner scanner, out int value)
    {
        int start = scanner.At;
        if (scanner.TakeDigits(2, out value))
        {
            if (value > 0 && scanner.Next is 's' or 'n' or 'r' or 't' && scanner.TakeAny("st", "nd", "rd", "th") is not null)
                return true;
        }
        else if (scanner.TakeWord() is { } word)
        {
            if (s_ordinals.TryGetValue(word, out value)) return true;
            if (s_tens.TryGetValue(word, out int tens) && scanner.TakeWord() is { } last
                && s_ordinals.TryGetValue(last, out int unit) && unit < 10)
            {
                value = tens + unit;
                return true;
            }
        }
        scanner.At = start;
        value = 0;
        return false;
    }

    /// <summary>What a word after digits multiplies them by, or 0: "5 hundred", "2.5 million".</summary>
    public static long Scale(string word) => word switch
    {
        "hundred" => 100,
        "thousand" => 1000,
        "million" => 1_000_000,
        "billion" => 1_000_000_000,
        "trillion" => 1_000_000_000_000,
        _ => 0,
    };

    private static bool TrySmall(string word, out int value) =>
        s_small.TryGetValue(word is "nought" or "naught" ? "zero" : word, out value) || s_tens.TryGetValue(word, out value);

    // "a hundred", "thousand": one of what comes.
    private static bool TakeArticleOf(Scanner scanner)
    {
        int start = scanner.At;
        scanner.Take("a");
        int behind = scanner.At;
        bool scales = scanner.TakeWord() is { } word && (Scale(word) > 0 || word == "dozen");
        scanner.At = scales ? behind : start;
        return scales;
    }

    private static bool TakeDigit(Scanner scanner, out int digit)
    {
        int start = scanner.At;
        digit = 0;
        if (scanner.TakeWord() is { } word && (word is "oh" or "o" || (s_small.TryGetValue(word, out digit) && digit < 10)))
            return true;
        scanner.At = start;
        return false;
    }

    // "three point twenty five", "three point 14": all but the last digit are added here.
    private static bool TakeTwoDigits(Scanner scanner, ref Rational value, ref Rational place, out int last)
    {
        last = 0;
        scanner.SkipSpace();
        if (char.IsAsciiDigit(scanner.Next))
        {
            while (char.IsAsciiDigit(scanner.Text.AsSpan(scanner.At) is [_, var after, ..] ? after : ' '))
            {
                value += (scanner.Text[scanner.At++] - '0') * place;
                place *= new Rational(1, 10);
            }
            last = scanner.Text[scanner.At++] - '0';
            return true;
        }
        if (scanner.TakeWord() is not { } word || !TrySmall(word, out int number)) return false;
        if (number >= 20 && TakeDigit(scanner, out int unit)) number += unit;
        value += number / 10 * place;
        place *= new Rational(1, 10);
        last = number % 10;
        return true;
    }

    private static Dictionary<string, int> Numbered(int step, string words) =>
        words.Split(' ').Select((word, i) => (word, i)).Where(pair => pair.word != "-")
            .ToDictionary(pair => pair.word, pair => pair.i * step);
}
