using System.Globalization;
using System.Numerics;
using Jibun.Templates.Runtime;

namespace Jibun.Templates.Values;

internal sealed class BooleanValue : Value
{
    public static readonly BooleanValue True = new(true), False = new(false);

    private readonly bool value;

    private BooleanValue(bool value) => this.value = value;

    internal override string TypeName => "bool";

    internal override bool IsTruthy => value;

    internal override void WriteRepresentation(TextBuilder text) => text.Append(value ? "True" : "False");

    internal override Value? GetAttribute(string name) => NumberAttributes.Find(this, name);

    public override bool Equals(Value? other) =>
        ReferenceEquals(this, other) || (other is not BooleanValue && Number.AreEqual(this, other));

    public override int GetHashCode() => Number.Hash(value ? 1 : 0);
}

internal sealed class IntegerValue(long number) : Value
{
    public long Number => number;

    internal override string TypeName => "int";

    internal override bool IsTruthy => number != 0;

    internal override void WriteRepresentation(TextBuilder text) => text.Append(number.ToString(CultureInfo.InvariantCulture));

    internal override Value? GetAttribute(string name) => NumberAttributes.Find(this, name);

    public override bool Equals(Value? other) => Values.Number.AreEqual(this, other);

    public override int GetHashCode() => Values.Number.Hash(number);
}

/// <summary>An integer beyond 64 bits, up to 4300 digits as Python's text conversions allow.</summary>
internal sealed class BigIntegerValue : Value
{
    public const int MaxDigits = 4300;
    public const int MaxBits = 14285;

    private BigIntegerValue(BigInteger number) => Number = number;

    public BigInteger Number { get; }

    internal override string TypeName => "int";

    internal override void WriteRepresentation(TextBuilder text) => text.Append(Number.ToString(CultureInfo.InvariantCulture));

    internal override Value? GetAttribute(string name) => NumberAttributes.Find(this, name);

    public override bool Equals(Value? other) => Values.Number.AreEqual(this, other);

    public override int GetHashCode() => Values.Number.Hash((double)Number);

    /// <summary>The smallest representation.</summary>
    public static Value From(BigInteger number)
    {
        if (number >= long.MinValue && number <= long.MaxValue) return new IntegerValue((long)number);
        if (number.GetBitLength() > MaxBits) throw TemplateError.Limit("integer size", MaxDigits);
        return new BigIntegerValue(number);
    }

    public static Value? Parse(ReadOnlySpan<char> digits)
    {
        if (long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long small))
            return new IntegerValue(small);
        if (digits.Length > MaxDigits) throw TemplateError.Limit("integer size", MaxDigits);
        return BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out BigInteger big)
            ? From(big)
            : null;
    }
}

internal sealed class FloatValue(double number) : Value
{
    public double Number => number;

    internal override string TypeName => "float";

    internal override bool IsTruthy => number != 0;

    internal override void WriteRepresentation(TextBuilder text) => text.Append(FloatText.Shortest(number));

    internal override Value? GetAttribute(string name) => NumberAttributes.Find(this, name);

    public override bool Equals(Value? other) => Values.Number.AreEqual(this, other);

    public override int GetHashCode() => Values.Number.Hash(number);
}

/// <summary>What int, bool and float share.</summary>
internal static class Number
{
    public static bool IsNumber(Value? value) => value is IntegerValue or BooleanValue or FloatValue or BigIntegerValue;

    public static bool IsInteger(Value? value) => value is IntegerValue or BooleanValue or BigIntegerValue;

    public static bool TryGetLong(Value value, out long number)
    {
        number = value is IntegerValue integer ? integer.Number : value.IsTruthy ? 1 : 0;
        return value is IntegerValue or BooleanValue;
    }

    public static BigInteger ToBig(Value value) =>
        value is BigIntegerValue big ? big.Number : TryGetLong(value, out long small) ? small : 0;

    public static double ToDouble(Value value)
    {
        if (value is FloatValue number) return number.Number;
        if (TryGetLong(value, out long small)) return small;
        double result = (double)((BigIntegerValue)value).Number;
        return double.IsFinite(result) ? result : throw new TemplateError("int too large to convert to float");
    }

    public static bool AreEqual(Value left, Value? right)
    {
        if (!IsNumber(right)) return false;
        if (left is FloatValue || right is FloatValue) return Compare(left, right!) == 0;
        if (TryGetLong(left, out long a) && TryGetLong(right!, out long b)) return a == b;
        return ToBig(left) == ToBig(right!);
    }

    /// <summary>Null where one is not a number.</summary>
    public static int? Compare(Value left, Value right)
    {
        if (left is FloatValue { Number: var x } && right is FloatValue { Number: var y })
            return x < y ? -1 : x > y ? 1 : x == y ? 0 : null;
        if (left is FloatValue fraction) return CompareExactly(fraction.Number, right);
        if (right is FloatValue other) return -CompareExactly(other.Number, left);
        if (TryGetLong(left, out long a) && TryGetLong(right, out long b)) return a.CompareTo(b);
        return ToBig(left).CompareTo(ToBig(right));
    }

    public static int Hash(double number) => HashCode.Combine(number + 0.0);

    private static int? CompareExactly(double number, Value integer)
    {
        if (double.IsNaN(number)) return null;
        if (double.IsInfinity(number)) return number > 0 ? 1 : -1;
        if (TryGetLong(integer, out long small) && Math.Abs(small) <= 1L << 53) return number.CompareTo((double)small);
        double floor = Math.Floor(number);
        int order = new BigInteger(floor).CompareTo(ToBig(integer));
        return order == 0 && number > floor ? 1 : order;
    }
}

internal static class NumberAttributes
{
    public static Value? Find(Value value, string name)
    {
        return name switch
        {
            "real" => value is BooleanValue ? Value.From(value.IsTruthy ? 1 : 0) : value,
            "imag" => value is FloatValue ? Value.From(0.0) : Value.From(0),
            "numerator" when Number.IsInteger(value) => value,
            "denominator" when Number.IsInteger(value) => Value.From(1),
            "bit_length" when Number.IsInteger(value) => new MethodValue(value, name, static (_, self, arguments) =>
            {
                arguments.BindNone("bit_length");
                return Value.From((long)BigInteger.Abs(Number.ToBig(self)).GetBitLength());
            }),
            "is_integer" => new MethodValue(value, name, static (_, self, arguments) =>
            {
                arguments.BindNone("is_integer");
                return Value.From(self is not FloatValue { Number: var number } || Math.Floor(number) == number);
            }),
            _ => null,
        };
    }
}
