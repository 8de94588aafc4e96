using System.Globalization;
using System.Text;
using Jibun.Templates.Runtime;

namespace Jibun.Templates.Values;

/// <summary>repr() of a str.</summary>
internal static class StringRepresentation
{
    public static void Write(string text, TextBuilder builder)
    {
        char quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        builder.Append(quote);
        foreach (Rune rune in text.EnumerateRunes()) WriteRune(rune, quote, builder);
        builder.Append(quote);
    }

    private static void WriteRune(Rune rune, char quote, TextBuilder builder)
    {
        int code = rune.Value;
        if (code == quote || code == '\\') builder.Append('\\').Append((char)code);
        else if (code == '\n') builder.Append("\\n");
        else if (code == '\r') builder.Append("\\r");
        else if (code == '\t') builder.Append("\\t");
        else if (code is >= ' ' and < 0x7f) builder.Append((char)code);
        else if (IsPrintable(rune)) builder.Append(rune.ToString());
        else if (code < 0x100) builder.Append("\\x").Append(Hexadecimal(code, 2));
        else if (code < 0x10000) builder.Append("\\u").Append(Hexadecimal(code, 4));
        else builder.Append("\\U").Append(Hexadecimal(code, 8));
    }

    public static bool IsPrintable(Rune rune)
    {
        return rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);
    }

    public static string Hexadecimal(int code, int digits) => code.ToString("x" + digits, CultureInfo.InvariantCulture);
}
