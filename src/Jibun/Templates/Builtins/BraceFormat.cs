using System.Globalization;
using Jibun.Templates.Nodes;
using Jibun.Templates.Runtime;
using Jibun.Templates.Values;

namespace Jibun.Templates.Builtins;

/// <summary>str.format: "{} {name.attribute[0]!r:>8}".</summary>
internal sealed class BraceFormat
{
    private const int MaxNesting = 2; // a field inside the specification of another

    private readonly Rendering rendering;
    private readonly Arguments arguments;
    private int nextAutomatic;
    private bool numbersAutomatically, numbersByHand;

    private BraceFormat(Rendering rendering, Arguments arguments)
    {
        this.rendering = rendering;
        this.arguments = arguments;
    }

    public static Value Apply(Rendering rendering, string format, Arguments arguments)
    {
        return Value.From(new BraceFormat(rendering, arguments).Expand(format, MaxNesting));
    }

    public static Value ApplyMap(Rendering rendering, string format, Arguments arguments)
    {
        if (arguments.BindOne("format_map", "mapping") is not DictionaryValue mapping)
            throw new TemplateError("format_map() needs a mapping");
        List<(string, Value)> named = [];
        foreach ((Value key, Value value) in mapping.Entries)
            if (key is StringValue { Text: var name }) named.Add((name, value));
        return Apply(rendering, format, new Arguments([], [.. named]));
    }

    private string Expand(string format, int nesting)
    {
        if (nesting == 0) throw new TemplateError("max string recursion exceeded");
        TextBuilder text = new(rendering);
        for (int i = 0; i < format.Length;)
        {
            int brace = format.AsSpan(i).IndexOfAny('{', '}');
            if (brace < 0) return text.Append(format.AsSpan(i)).ToString();
            text.Append(format.AsSpan(i, brace));
            i += brace;
            if (i + 1 < format.Length && format[i + 1] == format[i])
            {
                text.Append(format[i]);
                i += 2;
                continue;
            }
            if (format[i] == '}') throw new TemplateError("single '}' encountered in format string");
            int end = FindEnd(format, i + 1);
            AppendField(text, format[(i + 1)..end], nesting);
            i = end + 1;
        }
        return text.ToString();
    }

    private static int FindEnd(string format, int start)
    {
        int depth = 1;
        for (int i = start; i < format.Length; i++)
        {
            if (format[i] == '[' && depth == 1) i = Math.Max(i, format.IndexOf(']', i));
            else if (format[i] == '{') depth++;
            else if (format[i] == '}' && --depth == 0) return i;
        }
        throw new TemplateError("expected '}' before end of string");
    }

    private void AppendField(TextBuilder text, string field, int nesting)
    {
        int end = 0;
        while (end < field.Length && field[end] is not (':' or '!'))
            end = field[end] == '[' ? Math.Max(end, field.IndexOf(']', end)) + 1 : end + 1;
        Value value = Find(field[..end]);
        if (end < field.Length && field[end] == '!')
        {
            if (end + 1 >= field.Length || (end + 2 < field.Length && field[end + 2] != ':'))
                throw new TemplateError("expected ':' after conversion specifier");
            value = Convert(value, field[end + 1]);
            end += 2;
        }
        string specification = end < field.Length ? Expand(field[(end + 1)..], nesting - 1) : "";
        FormatSpecification.Append(text, value, specification);
    }

    private Value Convert(Value value, char conversion)
    {
        if (conversion == 's') return Value.From(Filters.TextOf(rendering, value));
        string text = new TextBuilder(rendering).AppendRepresentation(value).ToString();
        return conversion switch
        {
            'r' => Value.From(text),
            'a' => Value.From(PercentFormat.ToAscii(text)),
            _ => throw new TemplateError($"unknown conversion specifier '{conversion}'"),
        };
    }

    private Value Find(string path)
    {
        int end = path.AsSpan().IndexOfAny('.', '[');
        if (end < 0) end = path.Length;
        Value value = FindFirst(path[..end]);
        while (end < path.Length)
        {
            int start = end + 1;
            bool isIndex = path[end] == '[';
            if (isIndex) end = path.IndexOf(']', start);
            else end = path.AsSpan(start).IndexOfAny('.', '[') is >= 0 and var next ? start + next : path.Length;
            if (end <= start) throw new TemplateError("empty attribute in format string");
            string name = path[start..end];
            if (isIndex) end++;
            value = !isIndex ? Lookup.Attribute(rendering, value, new StringValue(name))
                : Lookup.Element(rendering, value, TryParseIndex(name) is { } index ? Value.From(index) : Value.From(name));
        }
        return value;
    }

    private Value FindFirst(string name)
    {
        int? index = TryParseIndex(name);
        numbersAutomatically |= name.Length == 0;
        numbersByHand |= index is not null;
        if (numbersAutomatically && numbersByHand) throw new TemplateError("cannot mix automatic and manual field numbering");
        if (name.Length == 0) index = nextAutomatic++;
        if (index is { } position)
            return position < arguments.Positional.Length
                ? arguments.Positional[position]
                : throw new TemplateError("replacement index out of range");
        return arguments.FindNamed(name) ?? throw new TemplateError($"no value for the format field '{name}'");
    }

    private static int? TryParseIndex(string name)
    {
        return int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int index) ? index : null;
    }
}
