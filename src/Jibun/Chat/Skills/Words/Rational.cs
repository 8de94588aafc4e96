using System.Globalization;
using System.Numerics;

namespace Jibun.Chat.Skills.Words;

/// <summary>An exact fraction in lowest terms, its sign in the numerator.</summary>
internal readonly struct Rational : IEquatable<Rational>, IComparable<Rational>
{
    /// <summary>Beyond this size of a numerator or denominator, in bits, a result is refused as too large.</summary>
    public const int MaxBits = 4096;

    private readonly BigInteger _denominator; // 0 in default(Rational), where 1 is meant

    public Rational(BigInteger numerator, BigInteger denominator)
    {
        if (denominator.IsZero) throw new DivideByZeroException();
        if (denominator.Sign < 0) (numerator, denominator) = (-numerator, -denominator);
        BigInteger divisor = BigInteger.GreatestCommonDivisor(numerator, denominator);
        Numerator = numerator / divisor;
        _denominator = denominator / divisor;
    }

    public static Rational Zero => default;

    public static Rational One => 1;

    public static Rational Half => new(1, 2);

    public BigInteger Numerator { get; }

    public BigInteger Denominator => _denominator.IsZero ? BigInteger.One : _denominator;

    public bool IsInteger => Denominator.IsOne;

    public int Sign => Numerator.Sign;

    public bool IsTooLarge => Numerator.GetBitLength() > MaxBits || Denominator.GetBitLength() > MaxBits;

    public static implicit operator Rational(long value) => new(value, 1);

    /// <summary>From a decimal such as <c>0.45359237</c>; the text must be one.</summary>
    public static Rational Parse(string text)
    {
        int point = text.IndexOf('.');
        if (point < 0) return new(BigInteger.Parse(text, CultureInfo.InvariantCulture), 1);
        string digits = text.Remove(point, 1);
        return new(BigInteger.Parse(digits, CultureInfo.InvariantCulture), BigInteger.Pow(10, text.Length - 1 - point));
    }

    /// <summary>The exact value of a finite double.</summary>
    public static Rational FromDouble(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        int exponent = (int)((bits >> 52) & 0x7FF);
        long mantissa = bits & 0xFFFFFFFFFFFFF;
        if (exponent == 0) exponent++;
        else mantissa |= 1L << 52;
        exponent -= 1075;
        BigInteger signed = bits < 0 ? -mantissa : mantissa;
        return exponent >= 0 ? new(signed << exponent, 1) : new(signed, BigInteger.One << -exponent);
    }

    public double ToDouble()
    {
        // 64 bits of the quotient, which is more than a double holds.
        int shift = (int)(64 + Denominator.GetBitLength() - BigInteger.Abs(Numerator).GetBitLength());
        BigInteger quotient = (shift >= 0 ? Numerator << shift : Numerator >> -shift) / Denominator;
        return Math.ScaleB((double)quotient, -shift);
    }

    public BigInteger Floor() => Sign < 0 && !IsInteger ? Numerator / Denominator - 1 : Numerator / Denominator;

    /// <summary>To the nearest integer, halves away from zero.</summary>
    public BigInteger Round() => Sign < 0 ? -(-this + Half).Floor() : (this + Half).Floor();

    /// <summary>False when the value does not fit, or is no integer.</summary>
    public bool TryInteger(out int value)
    {
        bool fits = IsInteger && Numerator >= int.MinValue && Numerator <= int.MaxValue;
        value = fits ? (int)Numerator : 0;
        return fits;
    }

    public Rational Power(int exponent) => exponent >= 0
        ? new(BigInteger.Pow(Numerator, exponent), BigInteger.Pow(Denominator, exponent))
        : new(BigInteger.Pow(Denominator, -exponent), BigInteger.Pow(Numerator, -exponent));

    public static Rational operator +(Rational a, Rational b) =>
        new(a.Numerator * b.Denominator + b.Numerator * a.Denominator, a.Denominator * b.Denominator);

    public static Rational operator -(Rational a, Rational b) => a + -b;

    public static Rational operator -(Rational a) => new(-a.Numerator, a.Denominator);

    public static Rational operator *(Rational a, Rational b) => new(a.Numerator * b.Numerator, a.Denominator * b.Denominator);

    public static Rational operator /(Rational a, Rational b) => new(a.Numerator * b.Denominator, a.Denominator * b.Numerator);

    public static bool operator <(Rational a, Rational b) => a.CompareTo(b) < 0;

    public static bool operator >(Rational a, Rational b) => a.CompareTo(b) > 0;

    public static bool operator <=(Rational a, Rational b) => a.CompareTo(b) <= 0;

    public static bool operator >=(Rational a, Rational b) => a.CompareTo(b) >= 0;

    public static bool operator ==(Rational a, Rational b) => a.Equals(b);

    public static bool operator !=(Rational a, Rational b) => !a.Equals(b);

    public int CompareTo(Rational other) => (Numerator * other.Denominator).CompareTo(other.Numerator * Denominator);

    public bool Equals(Rational other) => Numerator == other.Numerator && Denominator == other.Denominator;

    public override bool Equals(object? obj) => obj is Rational other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Numerator, Denominator);

    public override string ToString() => IsInteger ? $"{Numerator}" : $"{Numerator}/{Denominator}";
}
