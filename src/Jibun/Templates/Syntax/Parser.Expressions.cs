using Jibun.Templates.Nodes;
using Jibun.Templates.Runtime;

namespace Jibun.Templates.Syntax;

internal sealed partial class Parser
{
    private const int MaxExpressionDepth = 100;

    private int expressionDepth;

    private Expression ParseExpression(bool withConditional = true)
    {
        Enter();
        Expression expression = withConditional ? ParseConditional() : ParseOr();
        expressionDepth--;
        return expression;
    }

    private void Enter()
    {
        if (++expressionDepth > MaxExpressionDepth)
            throw new TemplateError($"expressions are nested deeper than {MaxExpressionDepth} levels", Current.At);
        ExecutionStack.Check(Current.At);
    }

    /// <summary>One expression, or several with commas between them, which make a tuple.</summary>
    private Expression ParseTuple(bool withConditional = true, string? end = null, bool mayBeEmpty = false)
    {
        int at = Current.At;
        List<Expression> items = [];
        bool isTuple = false;
        while (items.Count == 0 || isTuple)
        {
            if (IsTupleEnd(end)) break;
            items.Add(ParseExpression(withConditional));
            if (!TryTake(TokenKind.Comma)) break;
            isTuple = true;
        }
        if (isTuple || (mayBeEmpty && items.Count == 0)) return new TupleLiteral(at, [.. items]);
        return items.Count == 1 ? items[0] : throw Unexpected("an expression");
    }

    private bool IsTupleEnd(string? end)
    {
        return Current.Kind is TokenKind.PrintEnd or TokenKind.TagEnd or TokenKind.CloseParenthesis
            || (end is not null && Current.IsName(end));
    }

    private Expression ParseConditional()
    {
        Expression expression = ParseOr();
        while (Current.IsName("if"))
        {
            int at = Take().At;
            Expression test = ParseOr();
            Expression? otherwise = TryTakeName("else") ? ParseExpression() : null;
            expression = new Conditional(at, test, expression, otherwise);
        }
        return expression;
    }

    private Expression ParseOr()
    {
        Expression left = ParseAnd();
        while (Current.IsName("or")) left = new Or(Take().At, left, ParseAnd());
        return left;
    }

    private Expression ParseAnd()
    {
        Expression left = ParseNot();
        while (Current.IsName("and")) left = new And(Take().At, left, ParseNot());
        return left;
    }

    private Expression ParseNot()
    {
        if (!Current.IsName("not")) return ParseComparison();
        Enter();
        Not not = new(Take().At, ParseNot());
        expressionDepth--;
        return not;
    }

    private Expression ParseComparison()
    {
        Expression first = ParseSum();
        int at = Current.At;
        List<(Comparison, Expression)> rest = [];
        while (TryTakeComparison() is { } operation) rest.Add((operation, ParseSum()));
        return rest.Count == 0 ? first : new ComparisonChain(at, first, [.. rest]);
    }

    private Comparison? TryTakeComparison()
    {
        Comparison? operation = Current.Kind switch
        {
            TokenKind.Equal => Comparison.Equal,
            TokenKind.NotEqual => Comparison.NotEqual,
            TokenKind.Less => Comparison.Less,
            TokenKind.LessOrEqual => Comparison.LessOrEqual,
            TokenKind.Greater => Comparison.Greater,
            TokenKind.GreaterOrEqual => Comparison.GreaterOrEqual,
            TokenKind.Name when Current.Text == "in" => Comparison.In,
            TokenKind.Name when Current.Text == "not" && Following.IsName("in") => Comparison.NotIn,
            _ => null,
        };
        if (operation is not null) Take();
        if (operation == Comparison.NotIn) Take();
        return operation;
    }

    private Expression ParseSum()
    {
        Expression left = ParseConcatenation();
        while (Current.Kind is TokenKind.Plus or TokenKind.Minus)
        {
            Token token = Take();
            left = new Binary(token.At, token.Kind == TokenKind.Plus ? BinaryOperator.Add : BinaryOperator.Subtract, left,
                ParseConcatenation());
        }
        return left;
    }

    /// <summary>In Jinja "~" binds tighter than "+".</summary>
    private Expression ParseConcatenation()
    {
        Expression first = ParseProduct();
        if (Current.Kind != TokenKind.Tilde) return first;
        int at = Current.At;
        List<Expression> parts = [first];
        while (TryTake(TokenKind.Tilde)) parts.Add(ParseProduct());
        return new Concatenation(at, [.. parts]);
    }

    private Expression ParseProduct()
    {
        Expression left = ParsePower();
        while (true)
        {
            BinaryOperator? operation = Current.Kind switch
            {
                TokenKind.Star => BinaryOperator.Multiply,
                TokenKind.Slash => BinaryOperator.Divide,
                TokenKind.SlashSlash => BinaryOperator.FloorDivide,
                TokenKind.Percent => BinaryOperator.Modulo,
                _ => null,
            };
            if (operation is null) return left;
            left = new Binary(Take().At, operation.Value, left, ParsePower());
        }
    }

    private Expression ParsePower()
    {
        Expression left = ParseUnary(withFilters: true);
        while (Current.Kind == TokenKind.StarStar)
            left = new Binary(Take().At, BinaryOperator.Power, left, ParseUnary(withFilters: true));
        return left;
    }

    /// <summary>A sign binds tighter than a filter: `-1 | abs` is 1.</summary>
    private Expression ParseUnary(bool withFilters)
    {
        Expression expression;
        if (Current.Kind is TokenKind.Plus or TokenKind.Minus)
        {
            Enter();
            Token sign = Take();
            expression = new Sign(sign.At, sign.Kind == TokenKind.Minus, ParseUnary(withFilters: false));
            expressionDepth--;
        }
        else
        {
            expression = ParsePrimary();
        }
        expression = ParsePostfix(expression);
        return withFilters ? ParseFiltersAndTests(expression) : expression;
    }

    private Expression ParseFiltersAndTests(Expression expression)
    {
        while (true)
        {
            if (Current.Kind == TokenKind.Pipe) expression = ParseFilters(expression);
            else if (Current.IsName("is")) expression = ParseTest(expression);
            else if (Current.Kind == TokenKind.OpenParenthesis) expression = ParseCall(expression);
            else return expression;
        }
    }

    private Expression ParsePostfix(Expression expression)
    {
        while (true)
        {
            if (Current.Kind == TokenKind.Dot) expression = ParseAttribute(expression);
            else if (Current.Kind == TokenKind.OpenBracket) expression = ParseSubscript(expression);
            else if (Current.Kind == TokenKind.OpenParenthesis) expression = ParseCall(expression);
            else return expression;
        }
    }
}
