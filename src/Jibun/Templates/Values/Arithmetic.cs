using System.Numerics;
using Jibun.Templates.Builtins;
using Jibun.Templates.Nodes;
using Jibun.Templates.Runtime;

namespace Jibun.Templates.Values;

/// <summary>Python's arithmetic operators.</summary>
internal static class Arithmetic
{
    public static Value Apply(Rendering rendering, BinaryOperator operation, Value left, Value right)
    {
        if (Number.IsNumber(left) && Number.IsNumber(right))
        {
            return left is FloatValue || right is FloatValue || operation == BinaryOperator.Divide
                ? OnFloats(operation, Number.ToDouble(left), Number.ToDouble(right))
                : OnIntegers(operation, left, right);
        }
        return (operation, left, right) switch
        {
            (_, UndefinedValue undefined, _) => throw undefined.Error(),
            (BinaryOperator.Modulo, StringValue format, _) => PercentFormat.Apply(rendering, format.Text, right),
            (_, _, UndefinedValue undefined) => throw undefined.Error(),
            (BinaryOperator.Add, StringValue a, StringValue b) => Join(rendering, a.Text, b.Text),
            (BinaryOperator.Add, ListValue a, ListValue b) => new ListValue(Join(rendering, a.Items, b.Items)),
            (BinaryOperator.Add, TupleValue a, TupleValue b) => new TupleValue(Join(rendering, a.Items, b.Items)),
            (BinaryOperator.Multiply, _, _) when Number.IsInteger(right) => Repetition.Of(rendering, left, right)
                ?? throw Mismatch(operation, left, right),
            (BinaryOperator.Multiply, _, _) when Number.IsInteger(left) => Repetition.Of(rendering, right, left)
                ?? throw Mismatch(operation, left, right),
            _ => throw Mismatch(operation, left, right),
        };
    }

    public static Value Sign(Value value, bool negative)
    {
        switch (value)
        {
            case FloatValue number:
                return negative ? Value.From(-number.Number) : number;
            case UndefinedValue undefined:
                throw undefined.Error();
        }
        if (!Number.IsInteger(value))
            throw new TemplateError($"bad operand type for unary {(negative ? '-' : '+')}: '{value.TypeName}'");
        if (Number.TryGetLong(value, out long small) && small != long.MinValue) return Value.From(negative ? -small : small);
        return BigIntegerValue.From(negative ? -Number.ToBig(value) : Number.ToBig(value));
    }

    private static StringValue Join(Rendering rendering, string left, string right)
    {
        if (left.Length + (long)right.Length > rendering.Limits.OutputBytes)
            throw TemplateError.Limit("text size", rendering.Limits.OutputBytes);
        rendering.ChargeText(left.Length + right.Length);
        return new StringValue(left + right);
    }

    private static Value[] Join(Rendering rendering, ReadOnlySpan<Value> left, ReadOnlySpan<Value> right)
    {
        rendering.ChargeElements(left.Length + right.Length);
        return [.. left, .. right];
    }

    private static Value OnIntegers(BinaryOperator operation, Value left, Value right)
    {
        if (operation == BinaryOperator.Power) return Powers.OfIntegers(left, right);
        if (Number.TryGetLong(left, out long a) && Number.TryGetLong(right, out long b) && OnLongs(operation, a, b) is { } result)
            return result;
        BigInteger x = Number.ToBig(left), y = Number.ToBig(right);
        return BigIntegerValue.From(operation switch
        {
            BinaryOperator.Add => x + y,
            BinaryOperator.Subtract => x - y,
            BinaryOperator.Multiply => x * y,
            BinaryOperator.FloorDivide => (x - Modulo(x, y)) / y,
            _ => Modulo(x, y),
        });
    }

    /// <summary>Null when the result does not fit.</summary>
    private static Value? OnLongs(BinaryOperator operation, long a, long b)
    {
        Int128 result;
        switch (operation)
        {
            case BinaryOperator.Add:
                result = (Int128)a + b;
                break;
            case BinaryOperator.Subtract:
                result = (Int128)a - b;
                break;
            case BinaryOperator.Multiply:
                result = (Int128)a * b;
                break;
            default:
                if (b == 0) throw new TemplateError("integer division or modulo by zero");
                Int128 remainder = (Int128)a % b;
                if (remainder != 0 && (remainder < 0) != (b < 0)) remainder += b;
                result = operation == BinaryOperator.Modulo ? remainder : (a - remainder) / b;
                break;
        }
        return result >= long.MinValue && result <= long.MaxValue ? Value.From((long)result) : null;
    }

    private static BigInteger Modulo(BigInteger x, BigInteger y)
    {
        if (y.IsZero) throw new TemplateError("integer division or modulo by zero");
        BigInteger remainder = BigInteger.Remainder(x, y);
        return !remainder.IsZero && remainder.Sign != y.Sign ? remainder + y : remainder;
    }

    private static Value OnFloats(BinaryOperator operation, double a, double b)
    {
        if (operation is BinaryOperator.Divide or BinaryOperator.FloorDivide or BinaryOperator.Modulo && b == 0)
            throw new TemplateError("float division by zero");
        return operation switch
        {
            BinaryOperator.Add => Value.From(a + b),
            BinaryOperator.Subtract => Value.From(a - b),
            BinaryOperator.Multiply => Value.From(a * b),
            BinaryOperator.Divide => Value.From(a / b),
            BinaryOperator.FloorDivide => Value.From(FloorDivide(a, b)),
            BinaryOperator.Modulo => Value.From(Modulo(a, b)),
            _ => Powers.OfFloats(a, b),
        };
    }

    /// <summary>The remainder with the divisor's sign.</summary>
    private static double Modulo(double a, double b)
    {
        double remainder = a % b;
        if (remainder == 0) return Math.CopySign(0, b);
        return (remainder < 0) != (b < 0) ? remainder + b : remainder;
    }

    private static double FloorDivide(double a, double b)
    {
        double quotient = (a - Modulo(a, b)) / b;
        if (quotient == 0) return Math.CopySign(0, a / b);
        double floor = Math.Floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }

    private static TemplateError Mismatch(BinaryOperator operation, Value left, Value right)
    {
        string symbol = operation switch
        {
            BinaryOperator.Add => "+",
            BinaryOperator.Subtract => "-",
            BinaryOperator.Multiply => "*",
            BinaryOperator.Divide => "/",
            BinaryOperator.FloorDivide => "//",
            BinaryOperator.Modulo => "%",
            _ => "**",
        };
        return new($"unsupported operand types for {symbol}: '{left.TypeName}' and '{right.TypeName}'");
    }
}
