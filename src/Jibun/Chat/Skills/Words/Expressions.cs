namespace Jibun.Chat.Skills.Words;

/// <summary>A result with the reckoning as it is shown, such as "12 × 7".</summary>
/// <param name="IsApproximate">Some step, such as a root, is not exact.</param>
internal sealed record Reckoning(Rational Value, string Shown, bool IsApproximate = false);

internal enum ReckoningError
{
    None,
    NotUnderstood,
    DivisionByZero,
    NegativeRoot,
    TooLarge,
}

/// <summary>
/// Arithmetic as it is said in English and Japanese: "12 times 7", "15 percent of 80", "the square root of 81", "12かける7",
/// "1000円の3割引". Recursive descent; results are exact fractions except behind roots and π.
/// </summary>
internal sealed class Expressions
{
    private const int DeepestNesting = 40;
    private const int LargestExponent = 4096;
    private const int LargestFactorial = 300;

    private readonly Scanner _scanner;
    private int _depth;
    private ReckoningError _error;

    private Expressions(string text) => _scanner = new Scanner(text);

    /// <param name="verb">The user's whole sentence: it tells "subtract" from "add" where the text says only "5 from 20".</param>
    public static Reckoning? Evaluate(string text, string? verb, out ReckoningError error)
    {
        var parser = new Expressions(text);
        Term? term = parser.ReadWhole(verb is null ? "" : Folding.Fold(verb));
        error = parser._error != ReckoningError.None
            ? parser._error
            : term is null ? ReckoningError.NotUnderstood : ReckoningError.None;
        return error == ReckoningError.None ? new Reckoning(term!.Value, term.Shown, term.IsApproximate) : null;
    }

    // Levels: 1 sums, 2 products, 3 signs, 4 powers, 5 what needs no brackets.
    private sealed record Term(Rational Value, string Shown, int Level, bool IsApproximate = false, bool IsPercent = false)
    {
        public string Within(int level) => Level < level ? $"({Shown})" : Shown;
    }

    private Term? ReadWhole(string sentence)
    {
        _scanner.Skip("what is", "what's", "how much is", "calculate", "the result of", "計算して", "計算", "答えは");
        Term? term = ReadNamed(sentence) ?? ReadSum();
        if (term is null) return null;
        for (int i = 0; i < DeepestNesting && ReadPair(term, sentence) is { } pair; i++) term = pair;
        _scanner.Skip("=", "equals", "is", "はいくつ", "は", "?", "。", ".", "イコール", "dollars", "dollar", "円", "の答え", "を計算して", "です",
            "になる");
        return _scanner.AtEnd ? term : null;
    }

    // "the sum of 3 and 4", "the difference between 10 and 4", "a 15 percent tip on 60".
    private Term? ReadNamed(string sentence)
    {
        int start = _scanner.At;
        _scanner.TakeAny("the", "a", "an");
        char operation = _scanner.TakeAny("sum of", "total of", "difference between", "difference of", "product of",
            "quotient of", "average of", "add", "subtract",
            "multiply", "divide") switch
        {
            "sum of" or "total of" or "add" => '+',
            "difference between" or "difference of" => '-',
            "subtract" => 'f',
            "product of" or "multiply" => '×',
            "quotient of" or "divide" => '÷',
            "average of" => 'm',
            _ => '\0',
        };
        if (operation != '\0' && ReadProduct() is { } left
            && _scanner.TakeAny("and", "from", "by", "with", "to", "into", ",") is { } joint
            && ReadProduct() is { } right)
        {
            if (operation == 'f') return joint == "from" ? Minus(right, left) : Minus(left, right);
            if (operation == 'm') return Divide(Plus(left, right) with { Level = 1 }, Number(2));
            if (operation == '-') return left.Value < right.Value && joint == "and" ? Minus(right, left) : Minus(left, right);
            return Apply(operation, left, right);
        }
        _scanner.At = start;
        _scanner.TakeAny("a", "an", "the");
        if (ReadPercentage() is { } percentage
            && _scanner.TakeAny("tip on", "tip for", "tip of", "tax on", "discount on", "off", "off of") is { } kind)
        {
            _scanner.Skip("a", "an", "the", "$", "of");
            if (ReadSum() is { } amount)
                return kind.StartsWith("off", StringComparison.Ordinal) ? Minus(amount, percentage) : Share(percentage, amount);
        }
        _scanner.At = start;
        return null;
    }

    private Term? ReadPercentage()
    {
        int start = _scanner.At;
        if (Numbers.TryRead(_scanner, out Rational number) && _scanner.TakeAny("percent", "per cent", "%", "パーセント") is not null)
            return Percent(number);
        _scanner.At = start;
        return null;
    }

    // Two numbers whose operation stands outside: "12 and 30", "5 from 20", "36 by 4", "8と5の差", "20から5を引く".
    private Term? ReadPair(Term left, string sentence)
    {
        int start = _scanner.At;
        string? joint = _scanner.TakeAny("and", "from", "by", "with", "into", "と", "に", "から", "を");
        if (joint is not null && ReadProduct() is { } right)
        {
            char operation = joint is "and" or "from" or "by" or "with" or "into"
                ? EnglishOperation(joint, sentence)
                : JapaneseOperation(joint, sentence);
            Term? result = operation switch
            {
                '\0' => null,
                'f' => Minus(right, left),
                'd' => left.Value < right.Value ? Minus(right, left) : Minus(left, right),
                'm' => Divide(Plus(left, right), Number(2)),
                _ => Apply(operation, left, right),
            };
            if (result is not null) return result;
        }
        _scanner.At = start;
        return null;
    }

    private static char EnglishOperation(string joint, string sentence)
    {
        if (joint == "from") return 'f';
        bool Says(params ReadOnlySpan<string> words)
        {
            foreach (string word in words)
                if (sentence.Contains(word, StringComparison.Ordinal)) return true;
            return false;
        }
        if (Says("multipl", "product", "times")) return '×';
        if (Says("divide", "quotient", "ratio")) return '÷';
        if (Says("difference", "subtract")) return 'd';
        if (Says("average", "mean")) return 'm';
        return joint is "and" or "with" ? '+' : joint == "by" ? '×' : '\0';
    }

    private char JapaneseOperation(string joint, string sentence)
    {
        string? ending = _scanner.TakeAny("の合計", "の和", "の総和", "の差", "の積", "の商", "の平均", "を足す", "を足した", "を足して", "をたす", "をたした",
            "を加える", "を加えた",
            "を引く", "を引いた", "を引いて", "をひく", "をひいた", "をかける", "をかけた", "を掛ける", "を掛けた", "を掛けて", "で割る", "で割った", "で割って", "でわる", "でわった",
            "で割ると",
            "を足すと", "を引くと", "をかけると", "を掛けると");
        _scanner.TakeAny("もの", "の", "数", "答え");
        if (ending is null) return joint == "と" && (sentence.Contains("合計", StringComparison.Ordinal) || sentence.Contains('足'))
            ? '+'
            : '\0';
        if (ending.Contains('割') || ending.Contains("わ", StringComparison.Ordinal) || ending == "の商") return '÷';
        if (ending == "の差") return 'd';
        if (ending == "の平均") return 'm';
        if (ending.Contains('引') || ending.Contains('ひ')) return '-';
        return ending.Contains("か", StringComparison.Ordinal) || ending.Contains('掛') || ending == "の積" ? '×' : '+';
    }

    private Term? ReadSum()
    {
        if (++_depth > DeepestNesting) return Fail(ReckoningError.NotUnderstood);
        Term? left = ReadProduct();
        while (left is not null)
        {
            string? sign = _scanner.TakeAny("plus", "+", "add", "added to", "足す", "たす", "プラス", "minus", "-", "less", "take away",
                "subtract", "引く", "ひく", "マイナス");
            if (sign is null) break;
            if (ReadProduct() is not { } right)
            {
                left = null;
                break;
            }
            bool adds = sign is "plus" or "+" or "add" or "added to" or "足す" or "たす" or "プラス";
            left = adds ? Plus(left, right) : Minus(left, right);
        }
        _depth--;
        return left;
    }

    private Term? ReadProduct()
    {
        Term? left = ReadShare();
        while (left is not null)
        {
            string? sign = _scanner.TakeAny("times", "multiplied by", "multiplied with", "*", "×", "✕", "x", "・", "かける", "掛ける",
                "divided by", "over", "/", "÷", ":",
                "割る", "わる", "modulo", "mod");
            if (sign is null) break;
            if (ReadShare() is not { } right)
            {
                left = null;
                break;
            }
            char operation = sign switch
            {
                "divided by" or "over" or "/" or "÷" or ":" or "割る" or "わる" => '÷',
                "modulo" or "mod" => '%',
                _ => '×',
            };
            left = Apply(operation, left, right);
        }
        return left;
    }

    // "15 percent of 80", "half of 10", "80の15パーセント", "1000円の3割引", "200の半分".
    private Term? ReadShare()
    {
        Term? left = ReadSigned();
        while (left is not null)
        {
            int start = _scanner.At;
            Term? next = _scanner.Take("of") ? ReadSigned() is { } whole ? Share(left, whole) : null : ReadPartBehind(left);
            if (next is null)
            {
                _scanner.At = start;
                break;
            }
            left = next;
        }
        return left;
    }

    private Term? ReadPartBehind(Term whole)
    {
        if (_scanner.TakeAny("円の", "ドルの", "の") is null || !Numbers.TryReadQuantity(_scanner, out Rational number)) return null;
        string? unit = _scanner.TakeAny("%引き", "%オフ", "%割引", "%引", "%増し", "%増", "パーセント引き", "パーセントオフ", "パーセント割引", "パーセント増し", "%",
            "パーセント",
            "割引き", "割引", "割増し", "割増", "割", "乗根", "乗", "倍");
        if (unit is null) return number < 1 ? Share(Number(number), whole) : null;
        if (unit == "乗") return Power(whole, Number(number));
        if (unit == "倍") return Apply('×', whole, Number(number));
        if (unit == "乗根") return number.TryInteger(out int degree) ? Root(whole, degree) : null;
        Term part = Percent(unit[0] == '割' ? number * 10 : number);
        if (unit.Contains('引') || unit.Contains("オフ", StringComparison.Ordinal)) return Minus(whole, part);
        return unit.Contains('増') ? Plus(whole, part) : Share(part, whole);
    }

    private Term? ReadSigned()
    {
        if (++_depth > DeepestNesting) return Fail(ReckoningError.NotUnderstood);
        Term? term;
        if (_scanner.TakeAny("-", "minus", "negative", "マイナス") is not null)
            term = ReadNegative();
        else
        {
            _scanner.Take("+");
            term = ReadPower();
        }
        _depth--;
        return term;
    }

    // "-2 squared" is -4; "-2の二乗" is 4, for the words behind apply to all before.
    private Term? ReadNegative()
    {
        int start = _scanner.At;
        if (TryReadNumber(out Rational number) && _scanner.IsNext("の")) return ReadPower(Negated(Number(number)));
        _scanner.At = start;
        return ReadSigned() is { } term ? Negated(term) : null;
    }

    private static Term Negated(Term term) => term with { Value = -term.Value, Shown = "-" + term.Within(4), Level = 3 };

    private Term? ReadPower(Term? left = null)
    {
        left ??= ReadPrimary();
        while (left is not null)
        {
            if (_scanner.TakeAny("squared", "の二乗", "の2乗", "の自乗", "二乗", "2乗", "²") is not null) left = Power(left, Number(2));
            else if (_scanner.TakeAny("cubed", "の三乗", "の3乗", "三乗", "3乗", "³") is not null) left = Power(left, Number(3));
            else if (_scanner.TakeAny("の平方根", "の二乗根", "の2乗根") is not null) left = Root(left, 2);
            else if (_scanner.TakeAny("の立方根", "の三乗根", "の3乗根") is not null) left = Root(left, 3);
            else if (_scanner.TakeAny("%", "percent", "per cent", "パーセント") is not null) left = Percent(left.Value);
            else if (_scanner.TakeAny("factorial", "!", "の階乗") is not null) left = Factorial(left);
            else if (_scanner.TakeAny("to the power of", "raised to the power of", "to the power", "raised to", "^",
                "**") is not null)
                return ReadSigned() is { } exponent ? Power(left, exponent) : null;
            else if (TakeOrdinalPower(out int power)) left = Power(left, Number(power));
            else break;
        }
        return left;
    }

    // "2 to the tenth [power]".
    private bool TakeOrdinalPower(out int power)
    {
        int start = _scanner.At;
        power = 0;
        if (_scanner.Take("to the") && EnglishNumbers.TryReadOrdinal(_scanner, out power))
        {
            _scanner.Take("power");
            return true;
        }
        _scanner.At = start;
        return false;
    }

    private Term? ReadPrimary()
    {
        _scanner.Skip("the", "$", "¥", "€", "£");
        if (_scanner.TakeAny("(", "open parenthesis", "かっこ") is not null)
        {
            Term? inner = ReadSum();
            return inner is not null && _scanner.TakeAny(")", "close parenthesis", "かっこ閉じ", "とじかっこ") is not null ? inner : null;
        }
        int degree = _scanner.TakeAny("square root of", "square root", "sqrt", "root of", "root", "√", "ルート", "cube root of",
            "cube root") switch
        {
            null => 0,
            "cube root of" or "cube root" => 3,
            _ => 2,
        };
        if (degree > 0) return ReadSignedPrimary() is { } radicand ? Root(radicand, degree) : null;
        if (_scanner.TakeAny("pi", "π", "円周率") is not null)
            return new Term(Rational.Parse("3.14159265358979323846264338327950288"), "π", 5, IsApproximate: true);
        int start = _scanner.At;
        if (!TryReadNumber(out Rational number) || number.IsTooLarge)
        {
            _scanner.At = start;
            return null;
        }
        _scanner.TakeAny("ドル", "dollars", "dollar", "euros", "yen");
        if (_scanner.IsNext("円") && !_scanner.IsNext("円の")) _scanner.Take("円");
        return Number(number);
    }

    private Term? ReadSignedPrimary()
    {
        if (++_depth > DeepestNesting) return Fail(ReckoningError.NotUnderstood);
        Term? term = _scanner.Take("-")
            ? ReadSignedPrimary() is { } inner ? inner with { Value = -inner.Value } : null
            : ReadPrimary();
        _depth--;
        return term;
    }

    // A division is read as such, not as a fraction; "a third" and "two thirds" are numbers.
    private bool TryReadNumber(out Rational number)
    {
        int start = _scanner.At;
        _scanner.SkipSpace();
        if (char.IsAsciiDigit(_scanner.Next) || _scanner.Next == '.')
        {
            if (!Numbers.TryRead(_scanner, out number)) return false;
            int mark = _scanner.At;
            // "5分の3" and "2½".
            _scanner.At = start;
            if (Numbers.TryReadQuantity(_scanner, out Rational fraction, skipOf: false)
                && !_scanner.Text.AsSpan(start, _scanner.At - start).Contains('/'))
                number = fraction;
            else _scanner.At = mark;
            return true;
        }
        return Numbers.TryReadQuantity(_scanner, out number, skipOf: false);
    }

    private Term? Apply(char operation, Term left, Term right) => operation switch
    {
        '+' => Plus(left, right),
        '-' => Minus(left, right),
        '÷' => Divide(left, right),
        '%' => Remainder(left, right),
        _ => Bounded(new Term(left.Value * right.Value, $"{left.Within(2)} × {right.Within(3)}", 2,
            left.IsApproximate || right.IsApproximate)),
    };

    // A percentage added to an amount is one of that amount.
    private static Term Plus(Term left, Term right) => new(
        left.Value + (right.IsPercent && !left.IsPercent ? left.Value * right.Value : right.Value),
        $"{left.Within(1)} + {right.Within(2)}", 1,
        left.IsApproximate || right.IsApproximate);

    private static Term Minus(Term left, Term right) => new(
        left.Value - (right.IsPercent && !left.IsPercent ? left.Value * right.Value : right.Value),
        $"{left.Within(1)} − {right.Within(2)}", 1,
        left.IsApproximate || right.IsApproximate);

    private Term? Divide(Term? left, Term right)
    {
        if (left is null) return null;
        if (right.Value.Sign == 0) return Fail(ReckoningError.DivisionByZero);
        return Bounded(new Term(left.Value / right.Value, $"{left.Within(2)} ÷ {right.Within(3)}", 2,
            left.IsApproximate || right.IsApproximate));
    }

    private Term? Remainder(Term left, Term right)
    {
        if (right.Value.Sign == 0) return Fail(ReckoningError.DivisionByZero);
        Rational quotient = new((left.Value / right.Value).Floor(), 1);
        return new Term(left.Value - quotient * right.Value, $"{left.Within(2)} mod {right.Within(3)}", 2,
            left.IsApproximate || right.IsApproximate);
    }

    private static Term Percent(Rational number) => new(number / 100, NumberText.Of(number, 12, out _) + "%", 5, IsPercent: true);

    private Term? Share(Term part, Term whole) => Bounded(new Term(
        part.Value * whole.Value, $"{part.Within(5)} of {whole.Within(4)}", 2, part.IsApproximate || whole.IsApproximate));

    private Term? Power(Term left, Term right)
    {
        string shown = $"{left.Within(5)}^{right.Within(5)}";
        bool approximate = left.IsApproximate || right.IsApproximate;
        if (right.Value.TryInteger(out int exponent))
        {
            if (left.Value.Sign == 0 && exponent < 0) return Fail(ReckoningError.DivisionByZero);
            long bits = Math.Max(left.Value.Numerator.GetBitLength(), left.Value.Denominator.GetBitLength());
            if (Math.Abs((long)exponent) > LargestExponent || bits * Math.Abs((long)exponent) > 2 * Rational.MaxBits)
                return Fail(ReckoningError.TooLarge);
            return Bounded(new Term(left.Value.Power(exponent), shown, 4, approximate));
        }
        double power = Math.Pow(left.Value.ToDouble(), right.Value.ToDouble());
        if (!double.IsFinite(power)) return Fail(left.Value.Sign < 0 ? ReckoningError.NegativeRoot : ReckoningError.TooLarge);
        return new Term(Rational.FromDouble(power), shown, 4, IsApproximate: true);
    }

    private Term? Root(Term radicand, int degree)
    {
        if (degree is < 2 or > 100) return Fail(ReckoningError.NotUnderstood);
        if (radicand.Value.Sign < 0 && degree % 2 == 0) return Fail(ReckoningError.NegativeRoot);
        string shown = degree switch { 2 => "√", 3 => "∛", _ => $"{degree}√" } + radicand.Within(5);
        double size = Math.Pow(Math.Abs(radicand.Value.ToDouble()), 1.0 / degree);
        if (!double.IsFinite(size)) return Fail(ReckoningError.TooLarge);
        Rational root = Rational.FromDouble(radicand.Value.Sign < 0 ? -size : size);
        // A root that is a short decimal is exact.
        Rational rounded = new Rational((root * 1_000_000).Round(), 1) / 1_000_000;
        if (rounded.Power(degree) == radicand.Value) return new Term(rounded, shown, 5, radicand.IsApproximate);
        return new Term(root, shown, 5, IsApproximate: true);
    }

    private Term? Factorial(Term left)
    {
        if (!left.Value.TryInteger(out int count) || count < 0) return Fail(ReckoningError.NotUnderstood);
        if (count > LargestFactorial) return Fail(ReckoningError.TooLarge);
        Rational product = 1;
        for (int i = 2; i <= count; i++) product *= i;
        return Bounded(new Term(product, left.Within(5) + "!", 5));
    }

    private Term? Bounded(Term term) => term.Value.IsTooLarge ? Fail(ReckoningError.TooLarge) : term;

    private Term? Fail(ReckoningError error)
    {
        if (_error == ReckoningError.None) _error = error;
        return null;
    }

    private static Term Number(Rational value)
    {
        string shown = NumberText.Of(value, 12, out bool isRounded);
        return new Term(value, isRounded ? value.ToString() : shown, 5);
    }
}
