using System.Globalization;
using System.Numerics;
using Jibun.Templates.Runtime;

namespace Jibun.Templates.Values;

/// <summary>int("…") and float("…") as Python reads them.</summary>
internal static class NumberText
{
    /// <summary>Null for what is no integer in that base; base 0 looks at the prefix.</summary>
    public static Value? ParseInteger(string text, int radix)
    {
        ReadOnlySpan<char> digits = Whitespace.Trim(text, start: true, end: true);
        bool isNegative = digits.StartsWith("-");
        if (isNegative || digits.StartsWith("+")) digits = digits[1..];
        int prefix = digits.Length < 2 || digits[0] != '0'
            ? 0
            : char.ToLowerInvariant(digits[1]) switch { 'b' => 2, 'o' => 8, 'x' => 16, _ => 0 };
        if (prefix != 0 && (radix == 0 || radix == prefix))
        {
            radix = prefix;
            digits = digits[2..];
            if (digits.StartsWith("_")) digits = digits[1..];
        }
        else if (radix == 0) radix = digits.Length > 1 && digits[0] == '0' && digits.ContainsAnyExcept('0', '_') ? -1 : 10;
        if (radix is not (>= 2 and <= 36) || !HasSingleUnderscores(digits)) return null;
        string plain = digits.ToString().Replace("_", "");
        if (plain.Length > BigIntegerValue.MaxDigits) throw TemplateError.Limit("integer size", BigIntegerValue.MaxDigits);
        if (plain.Length == 0 || plain.Any(c => DigitOf(c) >= radix)) return null;
        if (radix == 10) return BigIntegerValue.Parse((isNegative ? "-" : "") + plain);
        BigInteger number = 0;
        foreach (char c in plain) number = (number * radix) + DigitOf(c);
        return BigIntegerValue.From(isNegative ? -number : number);
    }

    public static double? ParseFloat(string text)
    {
        string trimmed = Whitespace.Trim(text, start: true, end: true);
        if (!HasSingleUnderscores(trimmed)) return null;
        string plain = trimmed.Replace("_", "").ToLowerInvariant();
        switch (plain.TrimStart('+', '-'))
        {
            case "inf" or "infinity" when plain.Length - plain.TrimStart('+', '-').Length <= 1:
                return plain.StartsWith('-') ? double.NegativeInfinity : double.PositiveInfinity;
            case "nan" when plain.Length <= 4:
                return double.NaN;
        }
        if (plain.AsSpan().ContainsAnyExcept("0123456789+-.e")) return null;
        return double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null;
    }

    private static int DigitOf(char c) =>
        char.IsAsciiDigit(c) ? c - '0' : char.IsAsciiLetter(c) ? char.ToLowerInvariant(c) - 'a' + 10 : 99;

    private static bool HasSingleUnderscores(ReadOnlySpan<char> text)
    {
        return !text.StartsWith("_") && !text.EndsWith("_") && text.IndexOf("__") < 0;
    }
}
