using Jibun.Templates.Runtime;
using Jibun.Templates.Values;

namespace Jibun.Templates.Builtins;

/// <summary>str.center, ljust, rjust, zfill and expandtabs.</summary>
internal static class Padding
{
    public static Builtin Find(string name)
    {
        return name switch
        {
            "center" => static (rendering, self, arguments) => Pad(rendering, self, arguments, "center"),
            "ljust" => static (rendering, self, arguments) => Pad(rendering, self, arguments, "ljust"),
            "rjust" => static (rendering, self, arguments) => Pad(rendering, self, arguments, "rjust"),
            "zfill" => ZeroFill,
            _ => ExpandTabs,
        };
    }

    public static string Center(Rendering rendering, string text, int width, string fill = " ")
    {
        int missing = width - CodePoints.Count(text);
        int left = (missing / 2) + (missing & width & 1);
        return missing <= 0 ? text : Surround(rendering, text, left, missing - left, fill);
    }

    private static Value Pad(Rendering rendering, Value self, Arguments arguments, string name)
    {
        Value?[] bound = arguments.Bind(name, 1, "width", "fillchar");
        string text = ((StringValue)self).Text, fill = bound[1]?.ToStringArgument("fill character") ?? " ";
        if (CodePoints.Count(fill) != 1) throw new TemplateError("the fill character must be exactly one character long");
        int width = bound[0]!.ToIndex("width"), missing = width - CodePoints.Count(text);
        if (missing <= 0) return self;
        return Value.From(name switch
        {
            "center" => Center(rendering, text, width, fill),
            "ljust" => Surround(rendering, text, 0, missing, fill),
            _ => Surround(rendering, text, missing, 0, fill),
        });
    }

    private static string Surround(Rendering rendering, string text, int left, int right, string fill)
    {
        TextBuilder result = new(rendering);
        Fill(result, fill, left);
        result.Append(text);
        Fill(result, fill, right);
        return result.ToString();
    }

    private static void Fill(TextBuilder text, string fill, int count)
    {
        if (fill.Length == 1) text.Append(fill[0], count);
        else for (int i = 0; i < count; i++) text.Append(fill);
    }

    private static Value ZeroFill(Rendering rendering, Value self, Arguments arguments)
    {
        string text = ((StringValue)self).Text;
        int missing = arguments.BindOne("zfill", "width").ToIndex("width") - CodePoints.Count(text);
        if (missing <= 0) return self;
        int sign = text.StartsWith('-') || text.StartsWith('+') ? 1 : 0;
        return Value.From(new TextBuilder(rendering).Append(text.AsSpan(0, sign)).Append('0', missing)
            .Append(text.AsSpan(sign)).ToString());
    }

    private static Value ExpandTabs(Rendering rendering, Value self, Arguments arguments)
    {
        int size = arguments.Bind("expandtabs", 0, "tabsize")[0].ToIndex("tabsize", 8);
        TextBuilder text = new(rendering);
        int column = 0;
        foreach (char c in ((StringValue)self).Text)
        {
            if (c == '\t')
            {
                int spaces = size > 0 ? size - (column % size) : 0;
                text.Append(' ', spaces);
                column += spaces;
                continue;
            }
            text.Append(c);
            column = c is '\n' or '\r' ? 0 : column + (char.IsLowSurrogate(c) ? 0 : 1);
        }
        return Value.From(text.ToString());
    }
}
