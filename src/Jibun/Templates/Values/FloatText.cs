using System.Globalization;
using Jibun.Templates.Runtime;

namespace Jibun.Templates.Values;

/// <summary>Python's texts of a double: shortest, fixed, exponent and general. Exact ties go to the even digit.</summary>
internal static class FloatText
{
    private const int MaxPrecision = 1000;
    private const int TieDigits = 25; // a double that close to a tie is one

    /// <summary>repr(number): the fewest digits that read back as the same double.</summary>
    public static string Shortest(double number)
    {
        if (!double.IsFinite(number)) return NotFinite(number);
        if (number == 0) return double.IsNegative(number) ? "-0.0" : "0.0";
        string text = Math.Abs(number).ToString("R", CultureInfo.InvariantCulture);
        int mark = text.IndexOf('E');
        int exponent = mark < 0
            ? 0
            : int.Parse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (mark >= 0) text = text[..mark];
        int point = text.IndexOf('.') is >= 0 and var index ? index : text.Length;
        string digits = text.Replace(".", "");
        int zeros = digits.Length - digits.TrimStart('0').Length;
        exponent += point - 1 - zeros;
        digits = digits.Trim('0');
        return (number < 0 ? "-" : "") + (exponent is < -4
            or >= 16 ? Scientific(digits, exponent) : Positional(digits, exponent));
    }

    /// <summary>|number| with a fixed count of fraction digits.</summary>
    public static string Fixed(double number, int precision)
    {
        number = Math.Abs(number);
        string rounded = number.ToString("F" + Checked(precision), CultureInfo.InvariantCulture);
        string exact = number.ToString("F" + (precision + TieDigits), CultureInfo.InvariantCulture);
        return IsTieBelowEven(exact) ? exact[..^TieDigits].TrimEnd('.') : rounded;
    }

    /// <summary>|number| as d.ddde+XX.</summary>
    public static string Exponent(double number, int precision)
    {
        number = Math.Abs(number);
        string rounded = number.ToString("e" + Checked(precision), CultureInfo.InvariantCulture);
        string exact = number.ToString("e" + (precision + TieDigits), CultureInfo.InvariantCulture);
        int mark = exact.IndexOf('e');
        int exponent = int.Parse((IsTieBelowEven(exact[..mark]) ? exact : rounded)[^4..], CultureInfo.InvariantCulture);
        string mantissa = IsTieBelowEven(exact[..mark])
            ? exact[..(mark - TieDigits)].TrimEnd('.')
            : rounded[..rounded.IndexOf('e')];
        return mantissa + ExponentSuffix(exponent);
    }

    /// <summary>|number| with that many significant digits, in the shorter of both notations.</summary>
    public static string General(double number, int precision, bool keepZeros = false)
    {
        precision = Math.Max(1, precision);
        string scientific = Exponent(number, precision - 1);
        int mark = scientific.IndexOf('e');
        int exponent = int.Parse(scientific.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (exponent < -4 || exponent >= precision)
            return (keepZeros ? scientific[..mark] : WithoutTrailingZeros(scientific[..mark])) + scientific[mark..];
        string positional = Fixed(number, precision - 1 - exponent);
        return keepZeros ? positional : WithoutTrailingZeros(positional);
    }

    public static string NotFinite(double number) => double.IsNaN(number) ? "nan" : number > 0 ? "inf" : "-inf";

    private static string Positional(string digits, int exponent)
    {
        if (exponent < 0) return "0." + new string('0', -exponent - 1) + digits;
        return digits.Length <= exponent + 1
            ? digits + new string('0', exponent + 1 - digits.Length) + ".0"
            : digits[..(exponent + 1)] + "." + digits[(exponent + 1)..];
    }

    private static string Scientific(string digits, int exponent)
    {
        return digits[..1] + (digits.Length > 1 ? "." + digits[1..] : "") + ExponentSuffix(exponent);
    }

    private static string ExponentSuffix(int exponent)
    {
        return "e" + (exponent < 0 ? '-' : '+') + Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture);
    }

    private static bool IsTieBelowEven(string exact)
    {
        if (exact[^TieDigits] != '5' || exact.AsSpan(exact.Length - TieDigits + 1).ContainsAnyExcept('0')) return false;
        char last = exact[^(TieDigits + 1)] == '.' ? exact[^(TieDigits + 2)] : exact[^(TieDigits + 1)];
        return (last - '0') % 2 == 0;
    }

    private static string WithoutTrailingZeros(string text) => text.Contains('.') ? text.TrimEnd('0').TrimEnd('.') : text;

    private static int Checked(int precision) =>
        precision <= MaxPrecision ? precision : throw TemplateError.Limit("precision", MaxPrecision);
}
