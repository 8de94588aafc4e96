using System.Globalization;
using System.Numerics;
using System.Text;

namespace Jibun.Chat.Skills.Words;

/// <summary>Numbers as they are answered: with thousands separated and without digits that say nothing.</summary>
internal static class NumberText
{
    private const int MostDigits = 40;

    public static string Of(int value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    public static string Of(double value, int decimals) =>
        Math.Round(value, decimals).ToString("#,0.####", CultureInfo.InvariantCulture);

    /// <param name="digits">Significant digits of what is no integer.</param>
    /// <param name="isRounded">Whether digits were left off.</param>
    public static string Of(Rational value, int digits, out bool isRounded)
    {
        isRounded = false;
        BigInteger whole = BigInteger.Abs(value.Numerator) / value.Denominator;
        int wholeDigits = DigitCount(whole);
        if (wholeDigits > MostDigits) return Scientific(value, digits, out isRounded);
        int decimals = Math.Max(0, digits - (whole.IsZero ? -LeadingZeros(value) : wholeDigits));
        if (decimals > MostDigits) return Scientific(value, digits, out isRounded);
        BigInteger scaled = (value * Rational.Parse("1" + new string('0', decimals))).Round();
        isRounded = value * Rational.Parse("1" + new string('0', decimals)) != new Rational(scaled, 1);
        string text = BigInteger.Abs(scaled).ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
        string fraction = text[^decimals..].TrimEnd('0');
        return (scaled.Sign < 0 ? "-" : "") + Grouped(text[..^decimals]) + (fraction.Length > 0 ? "." + fraction : "");
    }

    private static string Scientific(Rational value, int digits, out bool isRounded)
    {
        isRounded = true;
        double exponent = BigInteger.Log10(BigInteger.Abs(value.Numerator)) - BigInteger.Log10(value.Denominator);
        double power = Math.Floor(exponent);
        double mantissa = Math.Round(Math.Pow(10, exponent - power), Math.Min(digits - 1, 10));
        if (mantissa >= 10) (mantissa, power) = (mantissa / 10, power + 1);
        if (value.Sign < 0) mantissa = -mantissa;
        return string.Create(CultureInfo.InvariantCulture, $"{mantissa:0.##########} × 10^{power:0}");
    }

    private static int DigitCount(BigInteger value) => value.IsZero ? 1 : (int)BigInteger.Log10(value) + 1;

    // Zeros between the point and the first digit of a number below one.
    private static int LeadingZeros(Rational value) => value.Sign == 0
        ? 0
        : Math.Max(0, (int)Math.Floor(BigInteger.Log10(value.Denominator) - BigInteger.Log10(BigInteger.Abs(value.Numerator))));

    private static string Grouped(string digits)
    {
        var grouped = new StringBuilder();
        for (int i = 0; i < digits.Length; i++)
        {
            if (i > 0 && (digits.Length - i) % 3 == 0) grouped.Append(',');
            grouped.Append(digits[i]);
        }
        return grouped.ToString();
    }
}
