using Jibun.Templates.Runtime;
using Jibun.Templates.Values;

namespace Jibun.Templates.Builtins;

/// <summary>The methods of str.</summary>
internal static partial class StringMethods
{
    public static Builtin? Find(string name)
    {
        return name switch
        {
            "strip" => static (_, self, arguments) => Strip("strip", self, arguments, start: true, end: true),
            "lstrip" => static (_, self, arguments) => Strip("lstrip", self, arguments, start: true, end: false),
            "rstrip" => static (_, self, arguments) => Strip("rstrip", self, arguments, start: false, end: true),
            "split" => static (rendering, self, arguments) => Splitting.Split(rendering, Of(self), arguments, "split"),
            "rsplit" => static (rendering, self, arguments) => Splitting.Split(rendering, Of(self), arguments, "rsplit"),
            "splitlines" => static (rendering, self, arguments) => Splitting.Lines(rendering, Of(self), arguments),
            "partition" => static (rendering, self, arguments) =>
                Splitting.Partition(rendering, Of(self), arguments, "partition"),
            "rpartition" => static (rendering, self, arguments) =>
                Splitting.Partition(rendering, Of(self), arguments, "rpartition"),
            "startswith" => static (_, self, arguments) => Affix(Of(self), arguments, "startswith"),
            "endswith" => static (_, self, arguments) => Affix(Of(self), arguments, "endswith"),
            "removeprefix" => static (_, self, arguments) => RemovePrefix(Of(self), arguments),
            "removesuffix" => static (_, self, arguments) => RemoveSuffix(Of(self), arguments),
            "replace" => Replace,
            "join" => Join,
            "find" or "index" or "rfind" or "rindex" or "count" => FindSearch(name),
            "upper" => static (rendering, self, arguments) => Mapped(rendering, "upper", self, arguments, CaseMapping.ToUpper),
            "lower" or "casefold" => static (rendering, self, arguments) =>
                Mapped(rendering, "lower", self, arguments, CaseMapping.ToLower),
            "title" => static (rendering, self, arguments) => Mapped(rendering, "title", self, arguments, CaseMapping.ToTitle),
            "capitalize" => static (rendering, self, arguments) =>
                Mapped(rendering, "capitalize", self, arguments, CaseMapping.Capitalize),
            "swapcase" => static (rendering, self, arguments) =>
                Mapped(rendering, "swapcase", self, arguments, CaseMapping.SwapCase),
            "format" => static (rendering, self, arguments) => BraceFormat.Apply(rendering, Of(self), arguments),
            "format_map" => static (rendering, self, arguments) => BraceFormat.ApplyMap(rendering, Of(self), arguments),
            "center" or "ljust" or "rjust" or "zfill" or "expandtabs" => Padding.Find(name),
            _ => CharacterTests.Find(name),
        };
    }

    private static string Of(Value self) => ((StringValue)self).Text;

    private static Value Mapped(Rendering rendering, string name, Value self, Arguments arguments, Func<string, string> map)
    {
        arguments.BindNone(name);
        rendering.Charge(Of(self).Length >> 3);
        return Value.From(map(Of(self)));
    }

    private static Value Strip(string name, Value self, Arguments arguments, bool start, bool end)
    {
        Value? characters = arguments.Bind(name, 0, "chars")[0];
        return Value.From(Strip(Of(self),
            characters.IsAbsentOrNone() ? null : characters!.ToStringArgument(name + " argument"), start, end));
    }

    /// <summary>Without characters, white space goes.</summary>
    public static string Strip(string text, string? characters, bool start, bool end)
    {
        if (characters is null) return Whitespace.Trim(text, start, end);
        if (CodePoints.HasPairs(characters)) return StripCodePoints(text, characters, start, end);
        int first = 0, last = text.Length;
        while (start && first < last && characters.Contains(text[first])) first++;
        while (end && last > first && characters.Contains(text[last - 1])) last--;
        return text[first..last];
    }

    private static string StripCodePoints(string text, string characters, bool start, bool end)
    {
        string[] points = CodePoints.Split(text);
        HashSet<string> stripped = [.. CodePoints.Split(characters)];
        int first = 0, last = points.Length;
        while (start && first < last && stripped.Contains(points[first])) first++;
        while (end && last > first && stripped.Contains(points[last - 1])) last--;
        return string.Concat(points[first..last]);
    }

    private static Value Affix(string text, Arguments arguments, string name)
    {
        Value?[] bound = arguments.Bind(name, 1, "prefix", "start", "end");
        (int from, int to) = Region(text, bound[1], bound[2]);
        if (from > to) return BooleanValue.False;
        ReadOnlySpan<char> region = text.AsSpan(from, to - from);
        ReadOnlySpan<Value> affixes = bound[0] is TupleValue tuple ? tuple.Items : [bound[0]!];
        foreach (Value affix in affixes)
        {
            string wanted = affix.ToStringArgument($"{name} argument");
            if (name == "startswith" ? region.StartsWith(wanted, StringComparison.Ordinal) : region.EndsWith(wanted,
                StringComparison.Ordinal))
                return BooleanValue.True;
        }
        return BooleanValue.False;
    }

    private static Value RemovePrefix(string text, Arguments arguments)
    {
        string prefix = arguments.BindOne("removeprefix", "prefix").ToStringArgument("removeprefix argument");
        return Value.From(text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : text);
    }

    private static Value RemoveSuffix(string text, Arguments arguments)
    {
        string suffix = arguments.BindOne("removesuffix", "suffix").ToStringArgument("removesuffix argument");
        return Value.From(text.EndsWith(suffix, StringComparison.Ordinal) ? text[..^suffix.Length] : text);
    }

    private static Value Replace(Rendering rendering, Value self, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("replace", 2, "old", "new", "count");
        return Value.From(Replace(rendering, Of(self), bound[0]!.ToStringArgument("replace argument 1"),
            bound[1]!.ToStringArgument("replace argument 2"), bound[2].ToIndex("count", -1)));
    }

    /// <summary>A negative count replaces everything.</summary>
    public static string Replace(Rendering rendering, string text, string old, string replacement, int count)
    {
        rendering.ChargeSearch(text.Length, old.Length);
        TextBuilder result = new(rendering);
        if (old.Length == 0) return Interleave(result, text, replacement, count);
        int from = 0;
        for (; count != 0; count--)
        {
            int found = text.IndexOf(old, from, StringComparison.Ordinal);
            if (found < 0) break;
            result.Append(text.AsSpan(from, found - from)).Append(replacement);
            from = found + old.Length;
        }
        return from == 0 ? text : result.Append(text.AsSpan(from)).ToString();
    }

    /// <summary>The empty text is found before each character and at the end.</summary>
    private static string Interleave(TextBuilder result, string text, string replacement, int count)
    {
        int from = 0;
        for (; count != 0; count--)
        {
            result.Append(replacement);
            if (from == text.Length) break;
            int size = CodePoints.SizeAt(text, from);
            result.Append(text.AsSpan(from, size));
            from += size;
        }
        return result.Append(text.AsSpan(from)).ToString();
    }

    private static Value Join(Rendering rendering, Value self, Arguments arguments)
    {
        Value source = arguments.BindOne("join", "iterable");
        IEnumerator<Value> items = source.Iterate(rendering) ?? throw new TemplateError("can only join an iterable");
        TextBuilder text = new(rendering);
        for (int i = 0; items.MoveNext(); i++)
        {
            if (i > 0) text.Append(Of(self));
            text.Append(items.Current.ToStringArgument($"sequence item {i}"));
        }
        return Value.From(text.ToString());
    }

    /// <summary>UTF-16 bounds of a region that is given in code points.</summary>
    internal static (int From, int To) Region(string text, Value? start, Value? end)
    {
        if (start.IsAbsentOrNone() && end.IsAbsentOrNone()) return (0, text.Length);
        int count = CodePoints.Count(text);
        int first = start.IsAbsentOrNone() ? 0 : start!.ToIndex("start");
        int last = end.IsAbsentOrNone() ? count : end!.ToIndex("end");
        if (first < 0) first = Math.Max(0, first + count);
        if (last < 0) last = Math.Max(0, last + count);
        if (first > count) return (1, 0);
        bool isPlain = count == text.Length;
        last = Math.Min(last, count);
        return isPlain ? (first, last) : (CodePoints.ToUnitIndex(text, 0, first), CodePoints.ToUnitIndex(text, 0, last));
    }
}
