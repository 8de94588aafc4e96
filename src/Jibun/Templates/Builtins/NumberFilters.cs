using System.Globalization;
using System.Numerics;
using Jibun.Templates.Nodes;
using Jibun.Templates.Runtime;
using Jibun.Templates.Values;

namespace Jibun.Templates.Builtins;

internal static class NumberFilters
{
    public static Value Absolute(Rendering rendering, Value self, Arguments arguments)
    {
        arguments.BindNone("abs");
        if (self is FloatValue { Number: var number }) return Value.From(Math.Abs(number));
        if (!Number.IsInteger(self)) throw new TemplateError($"bad operand type for abs(): '{self.TypeName}'");
        return Arithmetic.Sign(self, negative: Number.ToBig(self).Sign < 0);
    }

    public static Value ToInteger(Rendering rendering, Value self, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("int", 0, "default", "base");
        Value fallback = bound[0] ?? Value.From(0);
        switch (self)
        {
            case UndefinedValue undefined:
                throw undefined.Error();
            case FloatValue { Number: var number }:
                return double.IsFinite(number)
                    ? Truncate(number)
                    : throw new TemplateError("cannot convert float infinity or NaN to integer");
            case StringValue { Text: var text }:
                return NumberText.ParseInteger(text, bound[1].ToIndex("base", 10))
                    ?? (NumberText.ParseFloat(text) is { } parsed && double.IsFinite(parsed) ? Truncate(parsed) : fallback);
            default:
                return Number.IsInteger(self) ? Arithmetic.Sign(self, negative: false) : fallback;
        }
    }

    public static Value ToFloat(Rendering rendering, Value self, Arguments arguments)
    {
        Value fallback = arguments.Bind("float", 0, "default")[0] ?? Value.From(0.0);
        if (self is UndefinedValue undefined) throw undefined.Error();
        if (Number.IsNumber(self)) return Value.From(Number.ToDouble(self));
        return self is StringValue { Text: var text } && NumberText.ParseFloat(text) is { } parsed
            ? Value.From(parsed)
            : fallback;
    }

    private static Value Truncate(double number)
    {
        return Math.Abs(number) < 1L << 53 ? Value.From((long)number) : BigIntegerValue.From(new BigInteger(number));
    }

    public static Value Round(Rendering rendering, Value self, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("round", 0, "precision", "method");
        string method = bound[1]?.ToStringArgument("method") ?? "common";
        int precision = bound[0].ToIndex("precision", 0);
        if (self is UndefinedValue undefined) throw undefined.Error();
        if (method is not ("common" or "ceil" or "floor")) throw new TemplateError("method must be common, ceil or floor");
        if (!Number.IsNumber(self)) throw new TemplateError($"type {self.TypeName} doesn't define __round__ method");
        if (method == "common")
            return self is FloatValue { Number: var number } ? RoundToEven(number, precision) : RoundInteger(self, precision);
        Value scale = Arithmetic.Apply(rendering, BinaryOperator.Power, Value.From(10), Value.From(precision));
        double scaled = Number.ToDouble(Arithmetic.Apply(rendering, BinaryOperator.Multiply, self, scale));
        Value whole = Truncate(method == "ceil" ? Math.Ceiling(scaled) : Math.Floor(scaled));
        return Arithmetic.Apply(rendering, BinaryOperator.Divide, whole, scale);
    }

    private static Value RoundToEven(double number, int precision)
    {
        if (!double.IsFinite(number) || precision > 323) return Value.From(number);
        if (precision < 0)
        {
            double unit = Math.Pow(10, -precision);
            return Value.From(double.IsFinite(unit) ? Math.Round(number / unit, MidpointRounding.ToEven) * unit : 0.0);
        }
        return Value.From(Math.CopySign(double.Parse(FloatText.Fixed(number, precision), CultureInfo.InvariantCulture), number));
    }

    private static Value RoundInteger(Value number, int precision)
    {
        BigInteger whole = Number.ToBig(number);
        if (precision >= 0) return BigIntegerValue.From(whole);
        if (-precision > BigIntegerValue.MaxDigits) return Value.From(0);
        BigInteger unit = BigInteger.Pow(10, -precision), half = unit / 2;
        BigInteger remainder = ((whole % unit) + unit) % unit, floor = whole - remainder;
        bool up = remainder > half || (remainder == half && !(floor / unit).IsEven);
        return BigIntegerValue.From(up ? floor + unit : floor);
    }

    public static Value FileSize(Rendering rendering, Value self, Arguments arguments)
    {
        bool isBinary = arguments.Bind("filesizeformat", 0, "binary")[0].IsTruthyOr(false);
        double bytes = Number.IsNumber(self) ? Number.ToDouble(self)
            : (self is StringValue { Text: var text } ? NumberText.ParseFloat(text) : null)
                ?? throw new TemplateError("filesizeformat needs a number");
        double unit = isBinary ? 1024 : 1000;
        if (bytes == 1) return Value.From("1 Byte");
        if (bytes < unit) return Value.From(string.Create(CultureInfo.InvariantCulture, $"{(long)bytes} Bytes"));
        string[] prefixes = isBinary
            ? ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"]
            : ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
        int power = 0;
        for (double scale = unit * unit; bytes >= scale && power < prefixes.Length - 1; scale *= unit) power++;
        return Value.From($"{FloatText.Fixed(bytes / Math.Pow(unit, power + 1), 1)} {prefixes[power]}");
    }
}
