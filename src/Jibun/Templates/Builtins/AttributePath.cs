using System.Globalization;
using Jibun.Templates.Nodes;
using Jibun.Templates.Runtime;
using Jibun.Templates.Values;

namespace Jibun.Templates.Builtins;

/// <summary>`attribute="details.priority"`: names and numbers, one inside the other.</summary>
internal sealed class AttributePath
{
    private readonly Value[] parts;

    public AttributePath(Value path)
    {
        parts = path is StringValue { Text: var text } ? [.. text.Split('.').Select(ToPart)] : path is NoneValue ? [] : [path];
    }

    public Value Of(Rendering rendering, Value value, Value? fallback = null)
    {
        foreach (Value part in parts)
        {
            value = Lookup.Element(rendering, value, part);
            if (value is UndefinedValue && !fallback.IsAbsentOrNone()) value = fallback!;
        }
        return value;
    }

    private static Value ToPart(string part)
    {
        bool isNumber = part.Length is > 0 and < 10 && part.All(char.IsAsciiDigit);
        return isNumber ? Value.From(int.Parse(part, CultureInfo.InvariantCulture)) : Value.From(part);
    }
}
