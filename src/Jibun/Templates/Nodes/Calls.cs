using Jibun.Templates.Runtime;
using Jibun.Templates.Values;

namespace Jibun.Templates.Nodes;

/// <summary>What stands between the parentheses of a call, a filter or a test.</summary>
internal sealed class ArgumentList(
    Expression[] positional, (string Name, Expression Value)[] named, Expression? spread, Expression? namedSpread)
{
    public const int MaxNamed = 256;

    public static readonly ArgumentList Empty = new([], [], null, null);

    private readonly bool isPlain = named.Length == 0 && spread is null && namedSpread is null;

    /// <summary>Every expression in it, for heights, costs and visits.</summary>
    public Expression[] Parts { get; } =
    [
        .. positional,
        .. named.Select(static argument => argument.Value),
        .. spread is null ? [] : new[] { spread },
        .. namedSpread is null ? [] : new[] { namedSpread },
    ];

    public Arguments Evaluate(Frame frame, Value? caller = null)
    {
        if (positional.Length == 0 && isPlain && caller is null) return Arguments.Empty;
        Value[] values = new Value[positional.Length];
        for (int i = 0; i < values.Length; i++) values[i] = positional[i].Evaluate(frame);
        if (isPlain && caller is null) return new Arguments(values, []);
        List<(string, Value)> names = new(named.Length + 1);
        foreach ((string name, Expression value) in named) names.Add((name, value.Evaluate(frame)));
        if (caller is not null) names.Add(("caller", caller));
        if (spread is not null) values = [.. values, .. Spread(frame, spread.Evaluate(frame))];
        if (namedSpread is not null) AddNamed(frame, namedSpread.Evaluate(frame), names);
        return new Arguments(values, [.. names]);
    }

    private static List<Value> Spread(Frame frame, Value value)
    {
        List<Value> items = [];
        IEnumerator<Value> source = value.Iterate(frame.Rendering)
            ?? throw new TemplateError($"argument after * must be an iterable, not {value.TypeName}");
        while (source.MoveNext()) items.Add(source.Current);
        return items;
    }

    private static void AddNamed(Frame frame, Value value, List<(string, Value)> names)
    {
        if (value is not DictionaryValue dictionary)
            throw new TemplateError($"argument after ** must be a mapping, not {value.TypeName}");
        foreach ((Value key, Value item) in dictionary.Entries)
        {
            frame.Rendering.Charge(1);
            string name = key.ToStringArgument("keyword");
            if (names.Exists(argument => argument.Item1 == name))
                throw new TemplateError($"got multiple values for keyword argument '{name}'");
            names.Add((name, item));
            if (names.Count > MaxNamed) throw TemplateError.Limit("keyword argument", MaxNamed);
        }
    }
}

internal sealed class Call(int at, Expression function, ArgumentList arguments) : Expression(at, [function, .. arguments.Parts])
{
    public override void Walk(NodeVisitor visitor)
    {
        visitor.Visit(function);
        visitor.Visit(arguments.Parts);
    }

    public override Value Evaluate(Frame frame) => Evaluate(frame, null);

    public Value Evaluate(Frame frame, Value? caller)
    {
        Rendering rendering = frame.Rendering;
        if (function is AttributeAccess access)
        {
            Value self = access.Target.Evaluate(frame);
            rendering.At = At;
            if (self.FindMethod(access.Name) is not { } method) return Invoke(frame, access.Of(rendering, self), caller);
            Arguments values = arguments.Evaluate(frame, caller);
            rendering.At = At;
            rendering.Charge(self is StringValue ? self.Weight : 1);
            return method(rendering, self, values);
        }
        return Invoke(frame, function.Evaluate(frame), caller);
    }

    private Value Invoke(Frame frame, Value callee, Value? caller)
    {
        Arguments values = arguments.Evaluate(frame, caller);
        frame.Rendering.At = At;
        return callee switch
        {
            CallableValue callable => callable.Call(frame.Rendering, values),
            UndefinedValue undefined => throw undefined.Error(),
            _ => throw new TemplateError($"'{callee.TypeName}' object is not callable"),
        };
    }
}

/// <summary>`value | name(arguments)`; without a value it filters the text of a block.</summary>
internal sealed class FilterCall(int at, Expression? target, string name, ArgumentList arguments)
    : Expression(at, [target, .. arguments.Parts])
{
    public string Name => name;

    public Builtin? Filter { get; set; }

    public override void Walk(NodeVisitor visitor)
    {
        visitor.VisitOptional(target);
        visitor.Visit(arguments.Parts);
    }

    public override Value Evaluate(Frame frame) => Apply(frame, target!.Evaluate(frame));

    /// <summary>Filters the text of a block through this filter and those it is chained to.</summary>
    public Value EvaluateOn(Frame frame, Value text)
    {
        return Apply(frame, target is null ? text : ((FilterCall)target).EvaluateOn(frame, text));
    }

    private Value Apply(Frame frame, Value value)
    {
        Arguments values = arguments.Evaluate(frame);
        Rendering rendering = frame.Rendering;
        rendering.At = At;
        rendering.Charge(value is StringValue ? value.Weight : 1);
        return (Filter ?? throw new TemplateError($"no filter named '{name}'"))(rendering, value, values);
    }
}

/// <summary>`value is name(arguments)`</summary>
internal sealed class TestCall(int at, Expression target, string name, ArgumentList arguments)
    : Expression(at, [target, .. arguments.Parts])
{
    public string Name => name;

    public Builtin? Test { get; set; }

    public override void Walk(NodeVisitor visitor)
    {
        visitor.Visit(target);
        visitor.Visit(arguments.Parts);
    }

    public override Value Evaluate(Frame frame)
    {
        Value value = target.Evaluate(frame);
        Arguments values = arguments.Evaluate(frame);
        Rendering rendering = frame.Rendering;
        rendering.At = At;
        rendering.Charge(value is StringValue ? value.Weight : 1);
        return (Test ?? throw new TemplateError($"no test named '{name}'"))(rendering, value, values);
    }
}
