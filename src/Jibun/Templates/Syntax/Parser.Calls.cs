using Jibun.Templates.Nodes;
using Jibun.Templates.Runtime;

namespace Jibun.Templates.Syntax;

internal sealed partial class Parser
{
    private Call ParseCall(Expression function)
    {
        int at = Current.At;
        return new Call(at, function, ParseArguments());
    }

    private ArgumentList ParseArguments()
    {
        Token open = Expect(TokenKind.OpenParenthesis);
        List<Expression> positional = [];
        List<(string, Expression)> named = [];
        Expression? spread = null, namedSpread = null;
        bool isFirst = true;
        while (Current.Kind != TokenKind.CloseParenthesis)
        {
            if (!isFirst)
            {
                Expect(TokenKind.Comma);
                if (Current.Kind == TokenKind.CloseParenthesis) break;
            }
            isFirst = false;
            bool isValid;
            if (TryTake(TokenKind.Star))
            {
                isValid = spread is null && namedSpread is null;
                spread = ParseExpression();
            }
            else if (TryTake(TokenKind.StarStar))
            {
                isValid = namedSpread is null;
                namedSpread = ParseExpression();
            }
            else if (Current.Kind == TokenKind.Name && Following.Kind == TokenKind.Assign)
            {
                string name = Take().Text;
                Take();
                isValid = namedSpread is null && !named.Exists(argument => argument.Item1 == name);
                named.Add((name, ParseExpression()));
                if (named.Count > ArgumentList.MaxNamed)
                    throw new TemplateError($"more than {ArgumentList.MaxNamed} keyword arguments", open.At);
            }
            else
            {
                isValid = spread is null && namedSpread is null && named.Count == 0;
                positional.Add(ParseExpression());
            }
            if (!isValid) throw new TemplateError("invalid order of arguments in a call", open.At);
        }
        Take();
        return isFirst ? ArgumentList.Empty : new ArgumentList([.. positional], [.. named], spread, namedSpread);
    }

    /// <summary>Filters that follow each other, each with its pipe; without a pipe only one.</summary>
    private FilterCall ParseFilters(Expression? target)
    {
        while (TryTake(TokenKind.Pipe)) target = ParseFilter(target);
        return (FilterCall)target!;
    }

    private FilterCall ParseFilter(Expression? target)
    {
        Token name = Expect(TokenKind.Name);
        string fullName = ParseDottedName(name.Text);
        ArgumentList arguments = Current.Kind == TokenKind.OpenParenthesis ? ParseArguments() : ArgumentList.Empty;
        return new FilterCall(name.At, target, fullName, arguments);
    }

    private string ParseDottedName(string name)
    {
        while (TryTake(TokenKind.Dot)) name += "." + Expect(TokenKind.Name).Text;
        return name;
    }

    private Expression ParseTest(Expression target)
    {
        int at = Take().At;
        bool isNegated = TryTakeName("not");
        string name = ParseDottedName(Expect(TokenKind.Name).Text);
        TestCall test = new(at, target, name, ParseTestArguments());
        return isNegated ? new Not(at, test) : test;
    }

    /// <summary>A test takes one argument without parentheses: `x is divisibleby 3`.</summary>
    private ArgumentList ParseTestArguments()
    {
        if (Current.Kind == TokenKind.OpenParenthesis) return ParseArguments();
        bool startsArgument = Current.Kind is TokenKind.Name or TokenKind.String or TokenKind.Integer or TokenKind.Float
            or TokenKind.OpenBracket or TokenKind.OpenBrace;
        if (!startsArgument || Current.Text is "else" or "or" or "and" && Current.Kind == TokenKind.Name)
            return ArgumentList.Empty;
        if (Current.IsName("is")) throw new TemplateError("tests cannot be chained with is", Current.At);
        return new ArgumentList([ParsePostfix(ParsePrimary())], [], null, null);
    }
}
