using System.Globalization;
using System.Text;
using Jibun.Templates.Runtime;
using Jibun.Templates.Values;

namespace Jibun.Templates.Builtins;

/// <summary>`format % values`, as in printf.</summary>
internal sealed class PercentFormat
{
    private readonly Rendering rendering;
    private readonly string format;
    private readonly Value values;
    private readonly TextBuilder text;
    private int position, used;

    private PercentFormat(Rendering rendering, string format, Value values)
    {
        this.rendering = rendering;
        this.format = format;
        this.values = values;
        text = new TextBuilder(rendering);
    }

    public static Value Apply(Rendering rendering, string format, Value values) =>
        new PercentFormat(rendering, format, values).Apply();

    private Value Apply()
    {
        while (position < format.Length)
        {
            int percent = format.IndexOf('%', position);
            text.Append(format.AsSpan(position, (percent < 0 ? format.Length : percent) - position));
            if (percent < 0) break;
            position = percent + 1;
            AppendField();
        }
        bool isUsedUp = values is TupleValue tuple
            ? used >= tuple.Count
            : used > 0 || values is DictionaryValue or ListValue or RangeValue or UndefinedValue;
        return isUsedUp
            ? Value.From(text.ToString())
            : throw new TemplateError("not all arguments converted during string formatting");
    }

    private void AppendField()
    {
        Value? keyed = TakeKey();
        NumberLayout layout = new();
        while ("-+ #0".Contains(Peek()))
        {
            char flag = format[position++];
            if (flag == '-') layout.Align = '<';
            else if (flag == '0') layout.ZeroPadded = true;
            else if (flag == '#') layout.Alternate = true;
            else if (layout.Sign != '+') layout.Sign = flag;
        }
        layout.Width = TakeNumber() ?? 0;
        if (layout.Width < 0) (layout.Align, layout.Width) = ('<', -layout.Width);
        int? precision = null;
        if (Peek() == '.')
        {
            position++;
            precision = Math.Max(0, TakeNumber() ?? 0);
        }
        while (Peek() is 'h' or 'l' or 'L') position++;
        if (position >= format.Length) throw new TemplateError("incomplete format");
        char type = format[position++];
        if (type == '%') text.Append('%');
        else Append(type, keyed ?? TakeValue(), layout, precision);
    }

    private void Append(char type, Value value, NumberLayout layout, int? precision)
    {
        switch (type)
        {
            case 's' or 'r' or 'a':
                string content = type == 's'
                    ? Filters.TextOf(rendering, value)
                    : new TextBuilder(rendering).AppendRepresentation(value).ToString();
                if (type == 'a') content = ToAscii(content);
                layout.AppendText(text, CodePoints.Prefix(content, precision));
                break;
            case 'c':
                layout.AppendText(text, Character(value));
                break;
            case 'd' or 'i' or 'u':
                if (value is UndefinedValue undefined) throw undefined.Error();
                if (!Number.IsNumber(value))
                    throw new TemplateError($"%{type} format: a real number is required, not {value.TypeName}");
                if (value is FloatValue) value = NumberFilters.ToInteger(rendering, value, Arguments.Empty);
                layout.AppendInteger(text, value, 'd', precision ?? 0);
                break;
            case 'x' or 'X' or 'o':
                if (!Number.IsInteger(value))
                    throw new TemplateError($"%{type} format: an integer is required, not {value.TypeName}");
                layout.AppendInteger(text, value, type, precision ?? 0);
                break;
            case 'e' or 'E' or 'f' or 'F' or 'g' or 'G':
                if (value is UndefinedValue missing) throw missing.Error();
                if (!Number.IsNumber(value)) throw new TemplateError($"must be real number, not {value.TypeName}");
                layout.AppendFloat(text, Number.ToDouble(value), type, precision ?? 6);
                break;
            default:
                throw new TemplateError($"unsupported format character '{type}'");
        }
    }

    private Value? TakeKey()
    {
        if (Peek() != '(') return null;
        int start = ++position;
        for (int depth = 1; depth > 0; position++)
        {
            if (position >= format.Length) throw new TemplateError("incomplete format key");
            depth += format[position] switch { '(' => 1, ')' => -1, _ => 0 };
        }
        used++;
        if (values is not DictionaryValue dictionary) throw new TemplateError("format requires a mapping");
        string key = format[start..(position - 1)];
        return dictionary.Find(Value.From(key)) ?? throw new TemplateError($"no value for the format key '{key}'");
    }

    private Value TakeValue()
    {
        if (values is not TupleValue tuple)
            return used++ == 0 ? values : throw new TemplateError("not enough arguments for format string");
        return used < tuple.Count ? tuple[used++] : throw new TemplateError("not enough arguments for format string");
    }

    private int? TakeNumber()
    {
        if (Peek() == '*')
        {
            position++;
            return TakeValue().ToIndex("width or precision");
        }
        int start = position;
        while (char.IsAsciiDigit(Peek())) position++;
        if (start == position) return null;
        return int.TryParse(format.AsSpan(start, position - start), NumberStyles.None, CultureInfo.InvariantCulture,
            out int number)
            ? number
            : throw new TemplateError("width or precision is too large");
    }

    private char Peek() => position < format.Length ? format[position] : '\0';

    private static string Character(Value value)
    {
        if (value is StringValue { Text: var given } && CodePoints.Count(given) == 1) return given;
        return Number.TryGetLong(value, out long code) && Rune.IsValid((int)Math.Clamp(code, -1, 0x110000))
            ? new Rune((int)code).ToString()
            : throw new TemplateError("%c requires a character or its code");
    }

    public static string ToAscii(string text)
    {
        if (Ascii.IsValid(text)) return text;
        StringBuilder ascii = new();
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (rune.IsAscii) ascii.Append((char)rune.Value);
            else if (rune.Value < 0x100) ascii.Append("\\x").Append(StringRepresentation.Hexadecimal(rune.Value, 2));
            else if (rune.IsBmp) ascii.Append("\\u").Append(StringRepresentation.Hexadecimal(rune.Value, 4));
            else ascii.Append("\\U").Append(StringRepresentation.Hexadecimal(rune.Value, 8));
        }
        return ascii.ToString();
    }
}
