using System.Globalization;
using System.Numerics;
using Jibun.Templates.Nodes;
using Jibun.Templates.Runtime;
using Jibun.Templates.Values;

namespace Jibun.Templates.Syntax;

internal sealed partial class Parser
{
    private Expression ParsePrimary()
    {
        Token token = Current;
        switch (token.Kind)
        {
            case TokenKind.Name:
                Take();
                return ToConstant(token) ?? (Expression)new Name(token.At, token.Text);
            case TokenKind.String:
                return ParseStrings();
            case TokenKind.Integer:
                return new Constant(token.At, ToInteger(Take()));
            case TokenKind.Float:
                return new Constant(token.At, Value.From(double.Parse(Take().Text, CultureInfo.InvariantCulture)));
            case TokenKind.OpenParenthesis:
                Take();
                Expression inner = ParseTuple(mayBeEmpty: true);
                Expect(TokenKind.CloseParenthesis);
                return inner;
            case TokenKind.OpenBracket:
                Take();
                return new ListLiteral(token.At, ParseItems(TokenKind.CloseBracket, ParseItem));
            case TokenKind.OpenBrace:
                Take();
                return new DictionaryLiteral(token.At, ParseItems(TokenKind.CloseBrace, ParseEntry));
            default:
                throw Unexpected("an expression");
        }
    }

    private static Constant? ToConstant(Token name)
    {
        return name.Text switch
        {
            "true" or "True" => new Constant(name.At, BooleanValue.True),
            "false" or "False" => new Constant(name.At, BooleanValue.False),
            "none" or "None" => new Constant(name.At, Value.None),
            _ => null,
        };
    }

    /// <summary>Strings that follow each other are one.</summary>
    private Constant ParseStrings()
    {
        Token first = Take();
        string text = first.Text;
        if (Current.Kind != TokenKind.String) return new Constant(first.At, Value.From(text));
        List<string> parts = [text];
        while (Current.Kind == TokenKind.String) parts.Add(Take().Text);
        return new Constant(first.At, Value.From(string.Concat(parts)));
    }

    private static Value ToInteger(Token token)
    {
        ReadOnlySpan<char> digits = token.Text;
        int bits = digits.Length < 2 ? 0 : char.ToLowerInvariant(digits[1]) switch { 'b' => 1, 'o' => 3, 'x' => 4, _ => 0 };
        if (bits == 0) return BigIntegerValue.Parse(digits)!;
        if ((digits.Length - 2) * bits > BigIntegerValue.MaxBits) throw new TemplateError("integer is too large", token.At);
        BigInteger number = 0;
        foreach (char digit in digits[2..]) number = (number << bits) + Convert.ToInt32(digit.ToString(), 16);
        return BigIntegerValue.From(number);
    }

    private Expression[] ParseItems(TokenKind end, Action<List<Expression>> parseItem)
    {
        List<Expression> items = [];
        while (Current.Kind != end)
        {
            if (items.Count > 0)
            {
                Expect(TokenKind.Comma);
                if (Current.Kind == end) break;
            }
            parseItem(items);
        }
        Take();
        return [.. items];
    }

    private void ParseItem(List<Expression> items) => items.Add(ParseExpression());

    private void ParseEntry(List<Expression> items)
    {
        items.Add(ParseExpression());
        Expect(TokenKind.Colon);
        items.Add(ParseExpression());
    }

    private Expression ParseAttribute(Expression target)
    {
        int at = Take().At;
        return Current.Kind switch
        {
            TokenKind.Name => new AttributeAccess(at, target, Take().Text),
            TokenKind.Integer => new ElementAccess(at, target, new Constant(at, ToInteger(Take()))),
            _ => throw Unexpected("a name or number"),
        };
    }

    private Expression ParseSubscript(Expression target)
    {
        int at = Take().At;
        if (Current.Kind == TokenKind.Colon) return ParseSlice(at, target, null);
        List<Expression> keys = [];
        while (Current.Kind != TokenKind.CloseBracket)
        {
            if (keys.Count > 0) Expect(TokenKind.Comma);
            keys.Add(ParseExpression());
            if (keys.Count == 1 && Current.Kind == TokenKind.Colon) return ParseSlice(at, target, keys[0]);
        }
        Take();
        return new ElementAccess(at, target, keys.Count == 1 ? keys[0] : new TupleLiteral(at, [.. keys]));
    }

    private Slice ParseSlice(int at, Expression target, Expression? start)
    {
        Take();
        Expression? stop = Current.Kind is TokenKind.Colon or TokenKind.CloseBracket ? null : ParseExpression();
        Expression? step = TryTake(TokenKind.Colon) && Current.Kind != TokenKind.CloseBracket ? ParseExpression() : null;
        Expect(TokenKind.CloseBracket);
        return new Slice(at, target, start, stop, step);
    }

    private Name ParseNameTarget()
    {
        Token token = Expect(TokenKind.Name);
        return ToConstant(token) is null
            ? new Name(token.At, token.Text) { Use = NameUse.Store }
            : throw new TemplateError($"cannot assign to '{token.Text}'", token.At);
    }

    /// <summary>What can stand left of `=` or `in`.</summary>
    private Expression ParseTarget(bool withNamespace, string? end = null, NameUse use = NameUse.Store)
    {
        Enter();
        int at = Current.At;
        List<Expression> items = [];
        bool isTuple = false;
        while (items.Count == 0 || !IsTupleEnd(end))
        {
            items.Add(ParseTargetItem(withNamespace, use));
            if (!TryTake(TokenKind.Comma)) break;
            isTuple = true;
        }
        expressionDepth--;
        return isTuple ? new TupleTarget(at, [.. items]) : items[0];
    }

    private Expression ParseTargetItem(bool withNamespace, NameUse use)
    {
        if (TryTake(TokenKind.OpenParenthesis))
        {
            Expression inner = ParseTarget(withNamespace: false, use: use);
            Expect(TokenKind.CloseParenthesis);
            return inner;
        }
        if (Current.Kind != TokenKind.Name) throw Unexpected("a name to assign to");
        if (withNamespace && Following.Kind == TokenKind.Dot)
        {
            Token name = Take();
            Take();
            return new NamespaceTarget(name.At, new Name(name.At, name.Text), Expect(TokenKind.Name).Text);
        }
        Name target = ParseNameTarget();
        target.Use = use;
        return target;
    }
}
