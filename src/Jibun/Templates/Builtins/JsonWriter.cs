using System.Globalization;
using Jibun.Templates.Runtime;
using Jibun.Templates.Values;

namespace Jibun.Templates.Builtins;

/// <summary>json.dumps: the filter tojson.</summary>
internal sealed class JsonWriter
{
    private readonly Rendering rendering;
    private readonly TextBuilder text;
    private readonly bool asciiOnly, sortKeys;
    private readonly string? indent;
    private readonly string itemSeparator, keySeparator;

    private JsonWriter(Rendering rendering, Value?[] options)
    {
        this.rendering = rendering;
        text = new TextBuilder(rendering);
        asciiOnly = options[0].IsTruthyOr(false);
        indent = Indent(options[1]);
        (itemSeparator, keySeparator) = (indent is null ? ", " : ",", ": ");
        if (!options[2].IsAbsentOrNone())
        {
            if (options[2] is not SequenceValue { Count: 2 } separators) throw new TemplateError("separators must be a pair");
            (itemSeparator, keySeparator) = (separators[0].ToStringArgument("separator"),
                separators[1].ToStringArgument("separator"));
        }
        sortKeys = options[3].IsTruthyOr(false);
    }

    public static Value Write(Rendering rendering, Value self, Arguments arguments)
    {
        JsonWriter writer = new(rendering, arguments.Bind("tojson", 0, "ensure_ascii", "indent", "separators", "sort_keys"));
        writer.Write(self, 0);
        return Value.From(writer.text.ToString());
    }

    private string? Indent(Value? option)
    {
        if (option.IsAbsentOrNone()) return null;
        if (option is StringValue given) return given.Text;
        return new TextBuilder(rendering).Append(' ', option!.ToIndex("indent")).ToString();
    }

    private void Write(Value value, int level)
    {
        rendering.Charge(1);
        switch (value)
        {
            case StringValue content:
                WriteString(content.Text);
                break;
            case NoneValue:
                text.Append("null");
                break;
            case BooleanValue:
                text.Append(value.IsTruthy ? "true" : "false");
                break;
            case FloatValue { Number: var number }:
                text.Append(FloatName(number));
                break;
            case IntegerValue or BigIntegerValue:
                text.AppendRepresentation(value);
                break;
            case ListValue list:
                WriteItems(list.Items, level);
                break;
            case TupleValue tuple:
                WriteItems(tuple.Items, level);
                break;
            case DictionaryValue dictionary:
                WriteEntries(dictionary, level);
                break;
            case IteratorValue: // Python refuses; templates written for other engines expect a list
                WriteItems(Filters.Collect(rendering, value).ToArray(), level);
                break;
            default:
                throw new TemplateError($"object of type {value.TypeName} is not JSON serializable");
        }
    }

    private static string FloatName(double number)
    {
        return double.IsNaN(number) ? "NaN" : double.IsInfinity(number) ? number > 0 ? "Infinity" : "-Infinity" : FloatText.Shortest(number);
    }

    private void WriteItems(ReadOnlySpan<Value> items, int level)
    {
        text.Append('[');
        for (int i = 0; i < items.Length; i++)
        {
            Separate(i, level + 1);
            Write(items[i], level + 1);
        }
        End(items.Length, level, ']');
    }

    private void WriteEntries(DictionaryValue dictionary, int level)
    {
        ReadOnlySpan<KeyValuePair<Value, Value>> entries = dictionary.Entries;
        if (sortKeys)
            entries = Sorting.Sort(rendering, entries.ToArray(),
                static (_, left, right) => Ordering.Compare(left.Key, right.Key));
        text.Append('{');
        for (int i = 0; i < entries.Length; i++)
        {
            Separate(i, level + 1);
            WriteKey(entries[i].Key);
            text.Append(keySeparator);
            Write(entries[i].Value, level + 1);
        }
        End(entries.Length, level, '}');
    }

    private void WriteKey(Value key)
    {
        if (key is StringValue name) WriteString(name.Text);
        else if (Number.IsNumber(key) || key is NoneValue)
        {
            text.Append('"');
            Write(key, 0);
            text.Append('"');
        }
        else throw new TemplateError($"keys must be str, int, float, bool or None, not {key.TypeName}");
    }

    private void Separate(int index, int level)
    {
        if (index > 0) text.Append(itemSeparator);
        NewLine(level);
    }

    private void End(int count, int level, char close)
    {
        if (count > 0) NewLine(level);
        text.Append(close);
    }

    private void NewLine(int level)
    {
        if (indent is null) return;
        text.Append('\n');
        for (int i = 0; i < level; i++) text.Append(indent);
    }

    private void WriteString(string content)
    {
        text.Append('"');
        int start = 0;
        for (int i = 0; i < content.Length; i++)
        {
            char c = content[i];
            if (c is >= ' ' and not ('"' or '\\') && !(asciiOnly && c > '~')) continue;
            text.Append(content.AsSpan(start, i - start));
            WriteEscape(c);
            start = i + 1;
        }
        text.Append(content.AsSpan(start)).Append('"');
    }

    private void WriteEscape(char c)
    {
        int known = "\"\\\n\r\t\b\f".IndexOf(c);
        if (known >= 0) text.Append('\\').Append("\"\\nrtbf"[known]);
        else text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
    }
}
