using Jibun.Templates.Runtime;
using Jibun.Templates.Values;

namespace Jibun.Templates.Builtins;

/// <summary>str.split and its relatives.</summary>
internal static class Splitting
{
    public static Value Split(Rendering rendering, string text, Arguments arguments, string name)
    {
        Value?[] bound = arguments.Bind(name, 0, "sep", "maxsplit");
        int limit = bound[1].ToIndex("maxsplit", -1);
        if (limit < 0) limit = int.MaxValue;
        List<Value> parts = [];
        if (bound[0].IsAbsentOrNone())
        {
            if (name == "split") OnWhitespace(rendering, text, limit, parts);
            else OnWhitespaceFromEnd(rendering, text, limit, parts);
        }
        else
        {
            string separator = bound[0]!.ToStringArgument("separator");
            if (separator.Length == 0) throw new TemplateError("empty separator");
            rendering.ChargeSearch(text.Length, separator.Length);
            if (name == "split") On(rendering, text, separator, limit, parts);
            else OnFromEnd(rendering, text, separator, limit, parts);
        }
        return new ListValue([.. parts]);
    }

    public static Value Partition(Rendering rendering, string text, Arguments arguments, string name)
    {
        string separator = arguments.BindOne(name, "sep").ToStringArgument("separator");
        if (separator.Length == 0) throw new TemplateError("empty separator");
        rendering.ChargeSearch(text.Length, separator.Length);
        int found = name == "partition"
            ? text.IndexOf(separator, StringComparison.Ordinal)
            : text.LastIndexOf(separator, StringComparison.Ordinal);
        string[] parts = found >= 0 ? [text[..found], separator, text[(found + separator.Length)..]]
            : name == "partition" ? [text, "", ""] : ["", "", text];
        return new TupleValue([.. parts.Select(Value.From)]);
    }

    public static Value Lines(Rendering rendering, string text, Arguments arguments)
    {
        bool keepsEnds = arguments.Bind("splitlines", 0, "keepends")[0].IsTruthyOr(false);
        return new ListValue([.. Lines(rendering, text, keepsEnds).Select(Value.From)]);
    }

    /// <summary>Python's line ends are more than \n and \r.</summary>
    public static List<string> Lines(Rendering rendering, string text, bool keepsEnds)
    {
        List<string> lines = [];
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] is not ((>= '\n' and <= '\r') or (>= '\x1c' and <= '\x1e') or '\x85' or '\u2028' or '\u2029')) continue;
            int end = i;
            if (text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n') i++;
            rendering.Charge(1);
            lines.Add(text[start..(keepsEnds ? i + 1 : end)]);
            start = i + 1;
        }
        if (start < text.Length) lines.Add(text[start..]);
        return lines;
    }

    private static void On(Rendering rendering, string text, string separator, int limit, List<Value> parts)
    {
        int start = 0;
        for (; limit > 0; limit--)
        {
            int found = text.IndexOf(separator, start, StringComparison.Ordinal);
            if (found < 0) break;
            rendering.Charge(1);
            parts.Add(Value.From(text[start..found]));
            start = found + separator.Length;
        }
        parts.Add(Value.From(text[start..]));
    }

    private static void OnFromEnd(Rendering rendering, string text, string separator, int limit, List<Value> parts)
    {
        int end = text.Length;
        for (; limit > 0; limit--)
        {
            int found = text.AsSpan(0, end).LastIndexOf(separator, StringComparison.Ordinal);
            if (found < 0) break;
            rendering.Charge(1);
            parts.Add(Value.From(text[(found + separator.Length)..end]));
            end = found;
        }
        parts.Add(Value.From(text[..end]));
        parts.Reverse();
    }

    private static void OnWhitespace(Rendering rendering, string text, int limit, List<Value> parts)
    {
        for (int start = Whitespace.SkipFrom(text, 0); start < text.Length;)
        {
            int end = start;
            while (end < text.Length && (limit == 0 || !Whitespace.Is(text[end]))) end++;
            rendering.Charge(1);
            parts.Add(Value.From(text[start..end]));
            start = Whitespace.SkipFrom(text, end);
            limit--;
        }
    }

    private static void OnWhitespaceFromEnd(Rendering rendering, string text, int limit, List<Value> parts)
    {
        for (int end = Whitespace.SkipBackFrom(text, text.Length); end > 0;)
        {
            int start = end;
            while (start > 0 && (limit == 0 || !Whitespace.Is(text[start - 1]))) start--;
            rendering.Charge(1);
            parts.Add(Value.From(text[start..end]));
            end = Whitespace.SkipBackFrom(text, start);
            limit--;
        }
        parts.Reverse();
    }
}
