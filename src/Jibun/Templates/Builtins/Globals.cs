using Jibun.Templates.Runtime;
using Jibun.Templates.Values;

namespace Jibun.Templates.Builtins;

/// <summary>The functions every template can call.</summary>
internal static class Globals
{
    /// <summary>What a name means when a scope is entered: the context first; null where it means nothing.</summary>
    public static Value? Resolve(Rendering rendering, string name)
    {
        if (rendering.Context.TryGetValue(name, out Value? value))
            return rendering.ChangesLists ? rendering.OwnCopy(value) : value;
        return name switch
        {
            "range" => new FunctionValue(name, Range),
            "dict" => new FunctionValue(name, static (_, arguments) => Dictionary(arguments).Build()),
            "namespace" => new FunctionValue(name, Namespace),
            "raise_exception" => new FunctionValue(name, static (rendering, arguments) => throw Raised(rendering, arguments)),
            "strftime_now" => new FunctionValue(name, static (rendering, arguments) =>
                Value.From(TimeFormat.Apply(rendering, arguments.BindOne("strftime_now", "format").ToStringArgument("format")))),
            "cycler" => new FunctionValue(name, static (_, arguments) => new CyclerValue(arguments.Positional)),
            "joiner" => new FunctionValue(name, static (_, arguments) => Joiner(arguments)),
            _ => null,
        };
    }

    private static RangeValue Range(Rendering rendering, Arguments arguments)
    {
        Value[] given = arguments.Positional;
        if (arguments.Named.Length > 0) throw new TemplateError("range() takes no keyword arguments");
        long[] numbers = new long[given.Length];
        for (int i = 0; i < given.Length; i++)
        {
            if (!Number.TryGetLong(given[i], out numbers[i]))
                throw given[i] is UndefinedValue undefined
                    ? undefined.Error()
                    : new TemplateError($"'{given[i].TypeName}' object cannot be interpreted as an integer");
        }
        int limit = rendering.Limits.RangeLength;
        return numbers switch
        {
            [var stop] => RangeValue.Create(0, stop, 1, limit),
            [var start, var stop] => RangeValue.Create(start, stop, 1, limit),
            [var start, var stop, var step] => RangeValue.Create(start, stop, step, limit),
            _ => throw new TemplateError($"range() takes 1 to 3 arguments ({given.Length} given)"),
        };
    }

    /// <summary>dict(mapping or pairs, name=value …)</summary>
    private static DictionaryBuilder Dictionary(Arguments arguments)
    {
        DictionaryBuilder builder = new();
        if (arguments.Positional.Length > 1) throw new TemplateError("dict() takes at most 1 positional argument");
        if (arguments.Positional is [DictionaryValue from])
            foreach ((Value key, Value value) in from.Entries) builder.Set(key, value);
        else if (arguments.Positional is [SequenceValue pairs])
        {
            for (int i = 0; i < pairs.Count; i++)
            {
                if (pairs[i] is not SequenceValue { Count: 2 } pair)
                    throw new TemplateError("dict() needs pairs of key and value");
                builder.Set(pair[0], pair[1]);
            }
        }
        else if (arguments.Positional is [UndefinedValue undefined]) throw undefined.Error();
        else if (arguments.Positional is [var other]) throw new TemplateError($"'{other.TypeName}' object is not a mapping");
        foreach ((string name, Value value) in arguments.Named) builder.Set(Value.From(name), value);
        return builder;
    }

    private static NamespaceValue Namespace(Rendering rendering, Arguments arguments)
    {
        Dictionary<string, Value> attributes = [];
        foreach ((Value key, Value value) in Dictionary(arguments).Build().Entries)
            attributes[key.ToStringArgument("attribute name")] = value;
        return new NamespaceValue(attributes);
    }

    private static TemplateError Raised(Rendering rendering, Arguments arguments)
    {
        TextBuilder text = new(rendering);
        text.AppendText(arguments.BindOne("raise_exception", "message"));
        return new TemplateError(text.ToString()) { IsRaisedByTemplate = true };
    }

    private static FunctionValue Joiner(Arguments arguments)
    {
        Value separator = arguments.Bind("joiner", 0, "sep")[0] ?? Value.From(", ");
        bool isUsed = false;
        return new FunctionValue("joiner", (_, _) =>
        {
            if (isUsed) return separator;
            isUsed = true;
            return StringValue.Empty;
        });
    }
}
