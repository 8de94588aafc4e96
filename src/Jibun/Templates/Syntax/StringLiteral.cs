using System.Globalization;
using System.Text;
using Jibun.Templates.Runtime;

namespace Jibun.Templates.Syntax;

/// <summary>The escapes of Python's "unicode-escape" codec, which Jinja reads its strings with.</summary>
internal static class StringLiteral
{
    public static string Unescape(string literal, int at)
    {
        literal = SourceText.NormalizeNewlines(literal);
        if (!literal.Contains('\\')) return literal;
        StringBuilder text = new(literal.Length);
        for (int i = 0; i < literal.Length; i++)
        {
            if (literal[i] != '\\') text.Append(literal[i]);
            else i += AppendEscape(literal, i + 1, text, at);
        }
        return text.ToString();
    }

    /// <summary>Returns how many characters follow the backslash.</summary>
    private static int AppendEscape(string literal, int index, StringBuilder text, int at)
    {
        char c = literal[index];
        switch (c)
        {
            case '\n':
                return 1;
            case '\\' or '\'' or '"':
                text.Append(c);
                return 1;
            case 'x' or 'u' or 'U':
                int digits = c switch { 'x' => 2, 'u' => 4, _ => 8 };
                if (index + digits >= literal.Length
                    || !uint.TryParse(literal.AsSpan(index + 1, digits), NumberStyles.AllowHexSpecifier,
                        CultureInfo.InvariantCulture, out uint code)
                    || code > 0x10ffff)
                    throw new TemplateError($"broken \\{c} escape in a string", at);
                text.Append(code < 0x10000 ? ((char)code).ToString() : char.ConvertFromUtf32((int)code));
                return 1 + digits;
            case 'N':
                throw new TemplateError("\\N escapes are not supported", at);
            case >= '0' and <= '7':
                int size = 1, octal = c - '0';
                while (size < 3 && index + size < literal.Length && literal[index + size] is >= '0' and <= '7')
                    octal = (octal * 8) + literal[index + size++] - '0';
                text.Append((char)octal);
                return size;
        }
        int control = "abfnrtv".IndexOf(c);
        if (control >= 0) text.Append("\a\b\f\n\r\t\v"[control]);
        else if (c < 0x80) text.Append('\\').Append(c);
        else return AppendEscapedByCodec(literal, index, text);
        return 1;
    }

    /// <summary>
    /// A character outside of ASCII reaches the codec escaped already, so a backslash before it escapes that backslash.
    /// </summary>
    private static int AppendEscapedByCodec(string literal, int index, StringBuilder text)
    {
        if (!Rune.TryGetRuneAt(literal, index, out Rune rune)) rune = Rune.ReplacementChar;
        int code = rune.Value;
        string digits = code < 0x100 ? "x" + code.ToString("x2") : code < 0x10000 ? "u" + code.ToString("x4") : "U" + code.ToString("x8");
        text.Append('\\').Append(digits);
        return rune.Utf16SequenceLength;
    }
}
