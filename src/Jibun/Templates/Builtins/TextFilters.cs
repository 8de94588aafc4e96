using System.Text;
using Jibun.Templates.Runtime;
using Jibun.Templates.Values;

namespace Jibun.Templates.Builtins;

internal static class TextFilters
{
    public static Value Mapped(Rendering rendering, Value self, Arguments arguments, string name, Func<string, string> map)
    {
        arguments.BindNone(name);
        string text = Filters.TextOf(rendering, self);
        rendering.Charge(text.Length >> 3);
        return Value.From(map(text));
    }

    public static Value ToText(Rendering rendering, Value self, Arguments arguments)
    {
        arguments.BindNone("string");
        return self is StringValue ? self : Value.From(Filters.TextOf(rendering, self));
    }

    public static Value MarkSafe(Rendering rendering, Value self, Arguments arguments)
    {
        arguments.BindNone("safe");
        return new StringValue(Filters.TextOf(rendering, self), isSafe: true);
    }

    /// <summary>A word starts after white space, "-" or an opening bracket.</summary>
    public static Value Title(Rendering rendering, Value self, Arguments arguments)
    {
        arguments.BindNone("title");
        string text = Filters.TextOf(rendering, self);
        rendering.Charge(text.Length >> 3);
        StringBuilder title = new(text.Length);
        for (int start = 0; start < text.Length;)
        {
            int end = start;
            if (IsBetweenWords(text[start])) while (end < text.Length && IsBetweenWords(text[end])) end++;
            else while (end < text.Length && !IsBetweenWords(text[end])) end++;
            int first = CodePoints.SizeAt(text, start);
            title.Append(CaseMapping.ToUpper(text.Substring(start, first)))
                .Append(CaseMapping.ToLower(text[(start + first)..end]));
            start = end;
        }
        return Value.From(title.ToString());
    }

    private static bool IsBetweenWords(char c) => c is '-' or '(' or '{' or '[' or '<' || Whitespace.Is(c);

    public static Value Trim(Rendering rendering, Value self, Arguments arguments)
    {
        Value? characters = arguments.Bind("trim", 0, "chars")[0];
        string text = Filters.TextOf(rendering, self);
        string? stripped = characters.IsAbsentOrNone() ? null : characters!.ToStringArgument("trim argument");
        return Value.From(StringMethods.Strip(text, stripped, start: true, end: true));
    }

    public static Value Replace(Rendering rendering, Value self, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("replace", 2, "old", "new", "count");
        int count = bound[2].IsAbsentOrNone() ? -1 : bound[2]!.ToIndex("count");
        return Value.From(StringMethods.Replace(rendering, Filters.TextOf(rendering, self),
            Filters.TextOf(rendering, bound[0]!), Filters.TextOf(rendering, bound[1]!), count));
    }

    public static Value Indent(Rendering rendering, Value self, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("indent", 0, "width", "first", "blank");
        string text = self.ToStringArgument("indent");
        string indention = bound[0] is StringValue given
            ? given.Text
            : new TextBuilder(rendering).Append(' ', bound[0].ToIndex("width", 4)).ToString();
        bool first = bound[1].IsTruthyOr(false), blank = bound[2].IsTruthyOr(false);
        TextBuilder result = new(rendering);
        int index = 0;
        foreach (string line in Splitting.Lines(rendering, text + "\n", keepsEnds: false))
        {
            if (index > 0) result.Append('\n');
            if (index == 0 ? first : blank || line.Length > 0) result.Append(indention);
            result.Append(line);
            index++;
        }
        return Value.From(result.ToString());
    }

    public static Value Center(Rendering rendering, Value self, Arguments arguments)
    {
        int width = arguments.Bind("center", 0, "width")[0].ToIndex("width", 80);
        return Value.From(Padding.Center(rendering, Filters.TextOf(rendering, self), width));
    }

    public static Value Truncate(Rendering rendering, Value self, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("truncate", 0, "length", "killwords", "end", "leeway");
        int length = bound[0].ToIndex("length", 255), leeway = bound[3].IsAbsentOrNone() ? 5 : bound[3]!.ToIndex("leeway");
        string end = bound[2]?.ToStringArgument("end") ?? "...";
        int endLength = CodePoints.Count(end);
        if (length < endLength) throw new TemplateError($"expected length >= {endLength}, got {length}");
        if (leeway < 0) throw new TemplateError($"expected leeway >= 0, got {leeway}");
        int size = self.Length ?? throw new TemplateError($"object of type '{self.TypeName}' has no len()");
        if (size <= (long)length + leeway) return self;
        string kept = CodePoints.Substring(self.ToStringArgument("truncate"), 0, length - endLength);
        int word = bound[1].IsTruthyOr(false) ? -1 : kept.LastIndexOf(' ');
        return Value.From((word < 0 ? kept : kept[..word]) + end);
    }

    public static Value WordCount(Rendering rendering, Value self, Arguments arguments)
    {
        arguments.BindNone("wordcount");
        int words = 0;
        bool isInside = false;
        foreach (Rune rune in Filters.TextOf(rendering, self).EnumerateRunes())
        {
            bool isWord = rune.Value == '_' || Rune.IsLetterOrDigit(rune) || Rune.IsNumber(rune);
            if (isWord && !isInside) words++;
            isInside = isWord;
        }
        return Value.From(words);
    }

    /// <summary>`format | format(values)` is `format % values`.</summary>
    public static Value Format(Rendering rendering, Value self, Arguments arguments)
    {
        string format = Filters.TextOf(rendering, self);
        if (arguments.Named.Length == 0) return PercentFormat.Apply(rendering, format, new TupleValue(arguments.Positional));
        if (arguments.Positional.Length > 0)
            throw new TemplateError("format cannot handle positional and keyword arguments at the same time");
        return PercentFormat.Apply(rendering, format,
            Value.Dictionary(arguments.Named.Select(static named => KeyValuePair.Create(named.Name, named.Value))));
    }

    public static Value Escape(Rendering rendering, Value self, Arguments arguments)
    {
        arguments.BindNone("escape");
        if (self is StringValue { IsSafe: true }) return self;
        TextBuilder text = new(rendering);
        foreach (char c in Filters.TextOf(rendering, self))
        {
            string? entity = c switch
            {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '\'' => "&#39;",
                '"' => "&#34;",
                _ => null
            };
            if (entity is null) text.Append(c);
            else text.Append(entity);
        }
        return new StringValue(text.ToString(), isSafe: true);
    }

    /// <summary>Text, or a mapping or pairs as a query string.</summary>
    public static Value UrlEncode(Rendering rendering, Value self, Arguments arguments)
    {
        arguments.BindNone("urlencode");
        TextBuilder text = new(rendering);
        if (self is not (DictionaryValue or SequenceValue))
        {
            Quote(text, Filters.TextOf(rendering, self), inQuery: false);
            return Value.From(text.ToString());
        }
        IEnumerator<Value> pairs = Filters.Iterate(rendering,
            self is DictionaryValue dictionary ? new DictionaryView(dictionary, "dict_items") : self);
        while (pairs.MoveNext())
        {
            if (pairs.Current is not SequenceValue { Count: 2 } pair) throw new TemplateError("urlencode needs pairs");
            if (text.Length > 0) text.Append('&');
            Quote(text, Filters.TextOf(rendering, pair[0]), inQuery: true);
            text.Append('=');
            Quote(text, Filters.TextOf(rendering, pair[1]), inQuery: true);
        }
        return Value.From(text.ToString());
    }

    private static void Quote(TextBuilder text, string value, bool inQuery)
    {
        foreach (byte b in Encoding.UTF8.GetBytes(value))
        {
            char c = (char)b;
            if (char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' or '~' || (c == '/' && !inQuery)) text.Append(c);
            else if (c == ' ' && inQuery) text.Append('+');
            else text.Append('%').Append(b.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }
    }
}
