using System.Numerics;
using Jibun.Templates.Runtime;

namespace Jibun.Templates.Values;

internal static class Powers
{
    public static Value OfIntegers(Value left, Value right)
    {
        BigInteger power = Number.ToBig(right), number = Number.ToBig(left);
        if (power.Sign < 0) return OfFloats(Number.ToDouble(left), Number.ToDouble(right));
        if (number.IsZero || number.IsOne || number == BigInteger.MinusOne)
            return BigIntegerValue.From(power.IsZero || (number.Sign < 0 && power.IsEven) ? 1 : number);
        if ((number.GetBitLength() - 1) * (double)power > BigIntegerValue.MaxBits)
            throw TemplateError.Limit("integer size", BigIntegerValue.MaxDigits);
        return BigIntegerValue.From(BigInteger.Pow(number, (int)power));
    }

    public static Value OfFloats(double number, double power)
    {
        if (number == 0 && power < 0) throw new TemplateError("0.0 cannot be raised to a negative power");
        if (number < 0 && double.IsFinite(number) && double.IsFinite(power) && Math.Floor(power) != power)
            throw new TemplateError("a negative number cannot be raised to a fractional power");
        double result = Math.Pow(number, power);
        if (double.IsInfinity(result) && double.IsFinite(number) && double.IsFinite(power))
            throw new TemplateError("result too large");
        return Value.From(result);
    }
}

/// <summary>`text * 3`</summary>
internal static class Repetition
{
    /// <summary>Null when the value is not a sequence.</summary>
    public static Value? Of(Rendering rendering, Value value, Value times)
    {
        int length = value switch
        {
            StringValue text => text.Text.Length,
            ListValue or TupleValue => value.Length!.Value,
            _ => -1
        };
        if (length < 0) return null;
        long count = Math.Max(0, times.ToIndex("count"));
        if (value is StringValue { Text: var unit })
        {
            TextBuilder text = new(rendering);
            if (unit.Length == 1) text.Append(unit[0], (int)count);
            else for (long i = 0; i < count && unit.Length > 0; i++) text.Append(unit);
            return Value.From(text.ToString());
        }
        if (length * count > rendering.Limits.Steps) throw TemplateError.Limit("step", rendering.Limits.Steps);
        rendering.Charge(length * count);
        Value[] items = new Value[length * count];
        SequenceValue sequence = (SequenceValue)value;
        for (int i = 0; i < items.Length; i++) items[i] = sequence[i % length];
        return sequence.Slice(items);
    }
}
