using Jibun.Templates.Values;

namespace Jibun.Templates.Runtime;

/// <summary>What the method, filter or test of a type does with a value.</summary>
internal delegate Value Builtin(Rendering rendering, Value self, Arguments arguments);

/// <summary>The arguments of one call.</summary>
internal readonly struct Arguments(Value[] positional, (string Name, Value Value)[] named)
{
    public static Arguments Empty => new([], []);

    public Value[] Positional => positional;

    public (string Name, Value Value)[] Named => named;

    public Arguments Skip(int count) => new(positional[Math.Min(count, positional.Length)..], named);

    public Value? FindNamed(string name)
    {
        foreach ((string key, Value value) in named)
            if (key == name) return value;
        return null;
    }

    /// <summary>Fits the arguments to a signature; an argument that was not given is null.</summary>
    public Value?[] Bind(string function, int required, params ReadOnlySpan<string> parameters)
    {
        if (positional.Length > parameters.Length)
            throw new TemplateError($"{function}() takes at most {parameters.Length} arguments ({positional.Length} given)");
        Value?[] bound = new Value?[parameters.Length];
        positional.CopyTo(bound, 0);
        foreach ((string name, Value value) in named)
        {
            int index = parameters.IndexOf(name);
            if (index < 0) throw new TemplateError($"{function}() got an unexpected keyword argument '{name}'");
            if (bound[index] is not null) throw new TemplateError($"{function}() got multiple values for argument '{name}'");
            bound[index] = value;
        }
        for (int i = 0; i < required; i++)
            if (bound[i] is null) throw new TemplateError($"{function}() missing required argument '{parameters[i]}'");
        return bound;
    }

    public void BindNone(string function) => Bind(function, 0);

    /// <summary>The only, required argument.</summary>
    public Value BindOne(string function, string parameter) => Bind(function, 1, parameter)[0]!;
}

internal static class ArgumentConversions
{
    /// <summary>An int or bool argument, clamped to the range of int.</summary>
    public static int ToIndex(this Value value, string what)
    {
        return value switch
        {
            IntegerValue integer => (int)Math.Clamp(integer.Number, int.MinValue, int.MaxValue),
            BooleanValue boolean => boolean.IsTruthy ? 1 : 0,
            BigIntegerValue big => big.Number.Sign < 0 ? int.MinValue : int.MaxValue,
            _ => throw new TemplateError($"{what} must be an integer, not '{value.TypeName}'"),
        };
    }

    public static int ToIndex(this Value? value, string what, int absent) => value is null ? absent : value.ToIndex(what);

    public static string ToStringArgument(this Value value, string what)
    {
        return value is StringValue text ? text.Text : throw new TemplateError($"{what} must be str, not {value.TypeName}");
    }

    public static bool IsTruthyOr(this Value? value, bool absent) => value?.IsTruthy ?? absent;

    public static bool IsAbsentOrNone(this Value? value) => value is null or NoneValue;
}
