using System.Globalization;
using System.Numerics;
using Jibun.Templates.Runtime;
using Jibun.Templates.Values;

namespace Jibun.Templates.Builtins;

/// <summary>Sign, prefix, padding and grouping of one formatted field.</summary>
internal struct NumberLayout()
{
    /// <summary>&lt;, &gt;, ^, = or '\0' for what the type prefers.</summary>
    public char Align = '\0';
    public string Fill = " ";
    public char Sign = '-';
    public bool Alternate;
    public bool ZeroPadded;
    public int Width;

    /// <summary>',' or '_' between groups of digits; '\0' for none.</summary>
    public char Separator = '\0';

    public readonly void AppendText(TextBuilder text, string content) =>
        AppendAligned(text, "", content, Align == '\0' ? '>' : Align, Fill);

    /// <param name="digits">The least number of digits.</param>
    public readonly void AppendInteger(TextBuilder text, Value value, char type, int digits)
    {
        BigInteger number = Number.ToBig(value), size = BigInteger.Abs(number);
        string content = type switch
        {
            'x' => size.ToString("x", CultureInfo.InvariantCulture).TrimStart('0'),
            'X' => size.ToString("X", CultureInfo.InvariantCulture).TrimStart('0'),
            'o' => InBase(size, 3),
            'b' => InBase(size, 1),
            _ => size.ToString(CultureInfo.InvariantCulture),
        };
        if (content.Length == 0) content = "0";
        if (digits > content.Length)
            content = new TextBuilder(text.Rendering).Append('0', digits - content.Length).Append(content).ToString();
        string prefix = Alternate && type is 'x' or 'X' or 'o' or 'b' ? "0" + type : "";
        AppendNumber(text, SignOf(number.Sign < 0) + prefix, Grouped(content, type is 'd' ? 3 : 4));
    }

    public readonly void AppendFloat(TextBuilder text, double number, char type, int precision)
    {
        bool isNegative = double.IsNegative(number) && !double.IsNaN(number);
        string content = !double.IsFinite(number) ? FloatText.NotFinite(Math.Abs(number)) : char.ToLowerInvariant(type) switch
        {
            'e' => FloatText.Exponent(number, precision),
            'g' => FloatText.General(number, precision, Alternate),
            '%' => FloatText.Fixed(number * 100, precision) + "%",
            _ => FloatText.Fixed(number, precision),
        };
        AppendNumber(text, SignOf(isNegative), Grouped(char.IsAsciiLetterUpper(type) ? content.ToUpperInvariant() : content, 3));
    }

    public readonly void AppendNumber(TextBuilder text, string sign, string content)
    {
        bool zeros = ZeroPadded && Align is '\0' or '=';
        AppendAligned(text, sign, content, zeros ? '=' : Align == '\0' ? '>' : Align, zeros && Fill == " " ? "0" : Fill);
    }

    public readonly string SignOf(bool isNegative) => isNegative ? "-" : Sign == '-' ? "" : Sign.ToString();

    private readonly void AppendAligned(TextBuilder text, string sign, string content, char align, string fill)
    {
        int missing = Math.Max(0, Width - CodePoints.Count(content) - sign.Length);
        int left = align switch { '>' => missing, '^' => missing / 2, _ => 0 };
        AppendFill(text, fill, left);
        text.Append(sign);
        if (align == '=') AppendFill(text, fill, missing);
        text.Append(content);
        if (align is '<' or '^') AppendFill(text, fill, missing - left);
    }

    private static void AppendFill(TextBuilder text, string fill, int count)
    {
        if (fill.Length == 1) text.Append(fill[0], count);
        else for (int i = 0; i < count; i++) text.Append(fill);
    }

    public readonly string Grouped(string content, int size)
    {
        if (Separator == '\0') return content;
        int end = content.AsSpan().IndexOfAny('.', 'e', '%');
        if (end < 0) end = content.Length;
        for (int i = end - size; i > 0; i -= size) content = content.Insert(i, Separator.ToString());
        return content;
    }

    private static string InBase(BigInteger number, int bits)
    {
        string digits = "";
        for (; !number.IsZero; number >>= bits) digits = (char)('0' + (int)(number & ((1 << bits) - 1))) + digits;
        return digits;
    }
}
