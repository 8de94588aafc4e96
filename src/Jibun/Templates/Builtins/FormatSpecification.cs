using System.Globalization;
using Jibun.Templates.Runtime;
using Jibun.Templates.Values;

namespace Jibun.Templates.Builtins;

/// <summary>format(value, specification): [[fill]align][sign][#][0][width][grouping][.precision][type]</summary>
internal static class FormatSpecification
{
    public static void Append(TextBuilder text, Value value, string specification)
    {
        if (specification.Length == 0)
        {
            text.AppendText(value);
            return;
        }
        NumberLayout layout = Parse(specification, out int? precision, out char type);
        switch (value)
        {
            case StringValue { Text: var content }:
                if (type is not ('s' or '\0') || layout.Sign != '-' || layout.Align == '=') throw Unknown(type, value);
                if (layout.ZeroPadded && layout.Fill == " ") layout.Fill = "0";
                if (layout.Align == '\0') layout.Align = '<';
                layout.AppendText(text, CodePoints.Prefix(content, precision));
                break;
            case FloatValue { Number: var number }:
                AppendFloat(text, number, layout, type, precision, value);
                break;
            case IntegerValue or BooleanValue or BigIntegerValue when type is 'e' or 'E' or 'f' or 'F' or 'g' or 'G' or '%':
                layout.AppendFloat(text, Number.ToDouble(value), type, precision ?? 6);
                break;
            case IntegerValue or BooleanValue or BigIntegerValue:
                if (type is not ('\0' or 'd' or 'n' or 'b' or 'o' or 'x' or 'X')) throw Unknown(type, value);
                if (precision is not null) throw new TemplateError("precision not allowed in integer format specifier");
                layout.AppendInteger(text, value, type is '\0' or 'n' ? 'd' : type, 0);
                break;
            default:
                throw value is UndefinedValue undefined
                    ? undefined.Error()
                    : new TemplateError($"unsupported format string passed to {value.TypeName}.__format__");
        }
    }

    private static void AppendFloat(TextBuilder text, double number, NumberLayout layout, char type, int? precision, Value value)
    {
        if (type is not ('\0' or 'n' or 'e' or 'E' or 'f' or 'F' or 'g' or 'G' or '%')) throw Unknown(type, value);
        if (type != '\0')
        {
            layout.AppendFloat(text, number, type == 'n' ? 'g' : type, precision ?? 6);
            return;
        }
        string content = precision is { } digits && double.IsFinite(number)
            ? FloatText.General(number, digits)
            : FloatText.Shortest(Math.Abs(number));
        if (double.IsFinite(number) && !content.AsSpan().ContainsAny('.', 'e')) content += ".0";
        layout.AppendNumber(text, layout.SignOf(double.IsNegative(number)), layout.Grouped(content, 3));
    }

    private static NumberLayout Parse(string specification, out int? precision, out char type)
    {
        NumberLayout layout = new();
        int at = 0, fill = CodePoints.SizeAt(specification, 0);
        if (fill < specification.Length && IsAlign(specification[fill]))
        {
            layout.Fill = specification[..fill];
            layout.Align = specification[fill];
            at = fill + 1;
        }
        else if (IsAlign(specification[0])) layout.Align = specification[at++];
        if (Peek(specification, at) is '+' or '-' or ' ') layout.Sign = specification[at++];
        if (Peek(specification, at) == '#')
        {
            layout.Alternate = true;
            at++;
        }
        if (Peek(specification, at) == '0')
        {
            layout.ZeroPadded = true;
            at++;
        }
        layout.Width = TakeNumber(specification, ref at) ?? 0;
        if (Peek(specification, at) is ',' or '_') layout.Separator = specification[at++];
        precision = null;
        if (Peek(specification, at) == '.')
        {
            at++;
            precision = TakeNumber(specification, ref at) ?? throw new TemplateError("format specifier missing precision");
        }
        type = Peek(specification, at);
        if (at + 1 < specification.Length) throw new TemplateError($"invalid format specifier '{specification}'");
        return layout;
    }

    private static bool IsAlign(char c) => c is '<' or '>' or '^' or '=';

    private static char Peek(string specification, int at) => at < specification.Length ? specification[at] : '\0';

    private static int? TakeNumber(string specification, ref int at)
    {
        int start = at;
        while (char.IsAsciiDigit(Peek(specification, at))) at++;
        if (start == at) return null;
        return int.TryParse(specification.AsSpan(start, at - start), NumberStyles.None, CultureInfo.InvariantCulture,
            out int number)
            ? number
            : throw new TemplateError("too many decimal digits in format string");
    }

    private static TemplateError Unknown(char type, Value value) => new($"invalid format type '{type}' for {value.TypeName}");
}
