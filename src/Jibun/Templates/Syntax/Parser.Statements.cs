using Jibun.Templates.Nodes;
using Jibun.Templates.Runtime;

namespace Jibun.Templates.Syntax;

internal sealed partial class Parser
{
    private void ParseStatement(List<Statement> body, ReadOnlySpan<string> endTags)
    {
        Token tag = Current;
        if (tag.Kind != TokenKind.Name) throw new TemplateError("tag name expected", tag.At);
        Take();
        switch (tag.Text)
        {
            case "if":
                body.Add(ParseIf(tag.At));
                break;
            case "for":
                body.Add(ParseFor(tag.At));
                break;
            case "set":
                body.Add(ParseSet(tag.At));
                break;
            case "macro":
                body.Add(ParseMacro(tag.At));
                break;
            case "call":
                body.Add(ParseCallBlock(tag.At));
                break;
            case "filter":
                FilterCall filter = ParseFilter(null);
                body.Add(new FilterBlock(tag.At, ParseFilters(filter), ParseTagBodyTo("endfilter")));
                break;
            case "with":
                body.Add(ParseWith(tag.At));
                break;
            case "generation":
                body.Add(new With(tag.At, [], [], ParseTagBodyTo("endgeneration")));
                break;
            case "break" or "continue":
                if (loopDepth == 0) throw new TemplateError($"'{tag.Text}' outside of a loop", tag.At);
                body.Add(new LoopControl(tag.At, tag.Text == "break" ? Flow.Break : Flow.Continue));
                break;
            case "print":
                ParsePrint(body);
                break;
            case "block" or "extends" or "include" or "import" or "from" or "autoescape":
                throw new TemplateError($"the tag '{tag.Text}' is not part of chat templates", tag.At);
            default:
                string looking = endTags.Length == 0 ? "" : $"; looking for {string.Join(" or ", endTags.ToArray())}";
                throw new TemplateError($"unknown tag '{tag.Text}'{looking}", tag.At);
        }
    }

    private If ParseIf(int at)
    {
        List<(Expression? Test, Statement[] Body)> arms = [];
        while (true)
        {
            Expression test = ParseTuple(withConditional: false);
            arms.Add((test, ParseTagBody("elif", "else", "endif")));
            string end = Take().Text;
            if (end == "elif") continue;
            if (end == "else") arms.Add((null, ParseTagBodyTo("endif")));
            return new If(at, [.. arms]);
        }
    }

    private For ParseFor(int at)
    {
        Expression target = ParseTarget(withNamespace: false, end: "in");
        ExpectName("in");
        Expression items = ParseTuple(withConditional: false, end: "recursive");
        LoopFilter? filter = TryTakeName("if") ? new LoopFilter(CopyTarget(target), ParseExpression()) : null;
        bool isRecursive = TryTakeName("recursive");
        loopDepth++;
        Statement[] body = ParseTagBody("endfor", "else");
        loopDepth--;
        Statement[] otherwise = Take().Text == "else" ? ParseTagBodyTo("endfor") : [];
        return new For(at, target, items, filter, isRecursive, body, otherwise);
    }

    /// <summary>The filter of a loop binds the same names in a frame of its own.</summary>
    private static Expression CopyTarget(Expression target)
    {
        return target is TupleTarget tuple
            ? new TupleTarget(tuple.At, [.. tuple.Items.Select(CopyTarget)])
            : new Name(target.At, ((Name)target).Text) { Use = NameUse.Store };
    }

    private Statement ParseSet(int at)
    {
        Expression target = ParseTarget(withNamespace: true);
        if (TryTake(TokenKind.Assign)) return new Set(at, target, ParseTuple());
        FilterCall? filter = Current.Kind == TokenKind.Pipe ? ParseFilters(null) : null;
        return new SetBlock(at, target, filter, ParseTagBodyTo("endset"));
    }

    private MacroDefinition ParseMacro(int at)
    {
        Name name = ParseNameTarget();
        (Name[] parameters, Expression[] defaults) = ParseSignature();
        return new MacroDefinition(at, name, new MacroBody(name.Text, parameters, defaults, ParseFunctionBody("endmacro")));
    }

    private CallBlock ParseCallBlock(int at)
    {
        (Name[] parameters, Expression[] defaults) = Current.Kind == TokenKind.OpenParenthesis ? ParseSignature() : ([], []);
        Token start = Current;
        if (ParseExpression() is not Call call) throw new TemplateError("expected a call", start.At);
        return new CallBlock(at, call, new MacroBody(null, parameters, defaults, ParseFunctionBody("endcall")));
    }

    /// <summary>A loop around a macro is not one that its body could break.</summary>
    private Statement[] ParseFunctionBody(string endTag)
    {
        int outer = loopDepth;
        loopDepth = 0;
        Statement[] body = ParseTagBodyTo(endTag);
        loopDepth = outer;
        return body;
    }

    private (Name[] Parameters, Expression[] Defaults) ParseSignature()
    {
        List<Name> parameters = [];
        List<Expression> defaults = [];
        Expect(TokenKind.OpenParenthesis);
        while (Current.Kind != TokenKind.CloseParenthesis)
        {
            if (parameters.Count > 0) Expect(TokenKind.Comma);
            Name parameter = ParseNameTarget();
            parameter.Use = NameUse.Parameter;
            parameters.Add(parameter);
            if (parameters.Count > ArgumentList.MaxNamed)
                throw new TemplateError($"more than {ArgumentList.MaxNamed} parameters", parameter.At);
            if (TryTake(TokenKind.Assign)) defaults.Add(ParseExpression());
            else if (defaults.Count > 0) throw new TemplateError("non-default argument follows default argument", parameter.At);
        }
        Take();
        return ([.. parameters], [.. defaults]);
    }

    private With ParseWith(int at)
    {
        List<Expression> targets = [], values = [];
        while (Current.Kind is not (TokenKind.TagEnd or TokenKind.End))
        {
            if (targets.Count > 0) Expect(TokenKind.Comma);
            targets.Add(ParseTarget(withNamespace: false, use: NameUse.Parameter));
            Expect(TokenKind.Assign);
            values.Add(ParseExpression());
        }
        return new With(at, [.. targets], [.. values], ParseTagBodyTo("endwith"));
    }

    private void ParsePrint(List<Statement> body)
    {
        bool isFirst = true;
        while (Current.Kind is not (TokenKind.TagEnd or TokenKind.End))
        {
            if (!isFirst) Expect(TokenKind.Comma);
            isFirst = false;
            body.Add(new Print(Current.At, ParseExpression()));
        }
    }
}
