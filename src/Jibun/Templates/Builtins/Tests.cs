using Jibun.Templates.Nodes;
using Jibun.Templates.Runtime;
using Jibun.Templates.Values;

namespace Jibun.Templates.Builtins;

/// <summary>The tests by name; null for a name that is none.</summary>
internal static class Tests
{
    public static Builtin? Find(string name)
    {
        return name switch
        {
            "defined" => Of(static value => value is not UndefinedValue),
            "undefined" => Of(static value => value is UndefinedValue),
            "none" => Of(static value => value is NoneValue),
            "boolean" => Of(static value => value is BooleanValue),
            "true" => Of(static value => ReferenceEquals(value, BooleanValue.True)),
            "false" => Of(static value => ReferenceEquals(value, BooleanValue.False)),
            "integer" => Of(static value => value is IntegerValue or BigIntegerValue),
            "float" => Of(static value => value is FloatValue),
            "number" => Of(static value => Number.IsNumber(value)),
            "string" => Of(static value => value is StringValue),
            "mapping" => Of(static value => value is DictionaryValue),
            "sequence" => Of(static value => value is StringValue or SequenceValue or DictionaryValue or UndefinedValue),
            "iterable" => Iterable,
            "callable" => Of(static value => value is CallableValue or UndefinedValue),
            "escaped" => Of(static value => value is StringValue { IsSafe: true }),
            "lower" => static (rendering, self, arguments) => Text(rendering, self, arguments, CharacterTests.IsLower),
            "upper" => static (rendering, self, arguments) => Text(rendering, self, arguments, CharacterTests.IsUpper),
            "odd" => static (rendering, self, arguments) => Remainder(rendering, self, arguments, 1),
            "even" => static (rendering, self, arguments) => Remainder(rendering, self, arguments, 0),
            "divisibleby" => DivisibleBy,
            "sameas" => static (_, self, arguments) => Value.From(IsSame(self, arguments.BindOne("sameas", "other"))),
            "filter" => Of(static value => value is StringValue { Text: var filter } && Filters.Find(filter) is not null),
            "test" => Of(static value => value is StringValue { Text: var test } && Find(test) is not null),
            "in" => Compared(Comparison.In),
            "==" or "eq" or "equalto" => Compared(Comparison.Equal),
            "!=" or "ne" => Compared(Comparison.NotEqual),
            ">" or "gt" or "greaterthan" => Compared(Comparison.Greater),
            ">=" or "ge" => Compared(Comparison.GreaterOrEqual),
            "<" or "lt" or "lessthan" => Compared(Comparison.Less),
            "<=" or "le" => Compared(Comparison.LessOrEqual),
            _ => null,
        };
    }

    private static Builtin Of(Func<Value, bool> test)
    {
        return (_, self, arguments) =>
        {
            arguments.BindNone("test");
            return Value.From(test(self));
        };
    }

    private static Builtin Compared(Comparison operation)
    {
        return (rendering, self, arguments) =>
            Value.From(Ordering.Holds(rendering, operation, self, arguments.BindOne("test", "other")));
    }

    private static Value Text(Rendering rendering, Value self, Arguments arguments, Func<string, bool> test)
    {
        arguments.BindNone("test");
        return Value.From(test(Filters.TextOf(rendering, self)));
    }

    private static Value Iterable(Rendering rendering, Value self, Arguments arguments)
    {
        arguments.BindNone("iterable");
        return Value.From(self.Iterate(rendering) is not null);
    }

    private static Value Remainder(Rendering rendering, Value self, Arguments arguments, int wanted)
    {
        arguments.BindNone("test");
        return Value.From(Arithmetic.Apply(rendering, BinaryOperator.Modulo, self, Value.From(2)).Equals(Value.From(wanted)));
    }

    private static Value DivisibleBy(Rendering rendering, Value self, Arguments arguments)
    {
        Value remainder = Arithmetic.Apply(rendering, BinaryOperator.Modulo, self, arguments.BindOne("divisibleby", "num"));
        return Value.From(remainder.Equals(Value.From(0)));
    }

    /// <summary>Identity; small integers and texts count as the same object, as they mostly are in Python.</summary>
    private static bool IsSame(Value left, Value right)
    {
        return ReferenceEquals(left, right)
            || (left.TypeName == right.TypeName && left is IntegerValue or StringValue && left.Equals(right));
    }
}
