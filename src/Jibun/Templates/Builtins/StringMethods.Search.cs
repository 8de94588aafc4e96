using Jibun.Templates.Runtime;
using Jibun.Templates.Values;

namespace Jibun.Templates.Builtins;

internal static partial class StringMethods
{
    private static Builtin FindSearch(string name)
    {
        return name switch
        {
            "find" => static (rendering, self, arguments) => Search(rendering, Of(self), arguments, "find", fromEnd: false),
            "rfind" => static (rendering, self, arguments) => Search(rendering, Of(self), arguments, "rfind", fromEnd: true),
            "index" => static (rendering, self, arguments) =>
                Found(Search(rendering, Of(self), arguments, "index", fromEnd: false)),
            "rindex" => static (rendering, self, arguments) =>
                Found(Search(rendering, Of(self), arguments, "rindex", fromEnd: true)),
            _ => static (rendering, self, arguments) => Count(rendering, Of(self), arguments),
        };
    }

    private static Value Search(Rendering rendering, string text, Arguments arguments, string name, bool fromEnd)
    {
        Value?[] bound = arguments.Bind(name, 1, "sub", "start", "end");
        string wanted = bound[0]!.ToStringArgument($"{name} argument");
        rendering.ChargeSearch(text.Length, wanted.Length);
        (int from, int to) = Region(text, bound[1], bound[2]);
        if (from > to) return Value.From(-1);
        ReadOnlySpan<char> region = text.AsSpan(from, to - from);
        int found = fromEnd
            ? region.LastIndexOf(wanted, StringComparison.Ordinal)
            : region.IndexOf(wanted, StringComparison.Ordinal);
        return Value.From(found < 0 ? -1 : CodePoints.Count(text.AsSpan(0, from + found)));
    }

    private static Value Found(Value index)
    {
        return index is IntegerValue { Number: >= 0 } ? index : throw new TemplateError("substring not found");
    }

    private static Value Count(Rendering rendering, string text, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("count", 1, "sub", "start", "end");
        string wanted = bound[0]!.ToStringArgument("count argument");
        rendering.ChargeSearch(text.Length, wanted.Length);
        (int from, int to) = Region(text, bound[1], bound[2]);
        if (from > to) return Value.From(0);
        ReadOnlySpan<char> region = text.AsSpan(from, to - from);
        return Value.From(wanted.Length == 0 ? CodePoints.Count(region) + 1 : region.Count(wanted));
    }
}
