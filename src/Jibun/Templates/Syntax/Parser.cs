using Jibun.Templates.Nodes;
using Jibun.Templates.Runtime;

namespace Jibun.Templates.Syntax;

/// <summary>
/// Jinja's grammar, with the tags of chat templates: no inheritance, no includes, but break, continue and generation.
/// </summary>
internal sealed partial class Parser
{
    private const int MaxBlockDepth = 64;

    private readonly List<Token> tokens;
    private int next;
    private int blockDepth;
    private int loopDepth;

    private Parser(List<Token> tokens) => this.tokens = tokens;

    public static Statement[] Parse(List<Token> tokens)
    {
        Parser parser = new(tokens);
        Statement[] body = parser.ParseBody([]);
        return parser.Current.Kind == TokenKind.End ? body : throw parser.Unexpected("template text or a tag");
    }

    private Token Current => tokens[next];

    private Token Following => tokens[Math.Min(next + 1, tokens.Count - 1)];

    private Token Take()
    {
        Token token = tokens[next];
        if (next < tokens.Count - 1) next++;
        return token;
    }

    private bool TryTake(TokenKind kind)
    {
        if (Current.Kind != kind) return false;
        Take();
        return true;
    }

    private bool TryTakeName(string name)
    {
        if (!Current.IsName(name)) return false;
        Take();
        return true;
    }

    private Token Expect(TokenKind kind) => Current.Kind == kind ? Take() : throw Unexpected(Token.Describe(kind));

    private void ExpectName(string name)
    {
        if (!TryTakeName(name)) throw Unexpected($"'{name}'");
    }

    private TemplateError Unexpected(string wanted) => new($"expected {wanted}, found {Current}", Current.At);

    /// <summary>Text and tags up to one of the end tags, whose name is then the current token.</summary>
    private Statement[] ParseBody(ReadOnlySpan<string> endTags)
    {
        if (++blockDepth > MaxBlockDepth)
            throw new TemplateError($"tags are nested deeper than {MaxBlockDepth} levels", Current.At);
        ExecutionStack.Check(Current.At);
        List<Statement> body = [];
        while (Current.Kind != TokenKind.End)
        {
            Token token = Take();
            switch (token.Kind)
            {
                case TokenKind.Text:
                    body.Add(new Text(token.At, token.Text));
                    break;
                case TokenKind.PrintStart:
                    body.Add(new Print(token.At, ParseTuple()));
                    Expect(TokenKind.PrintEnd);
                    break;
                default:
                    if (Current.Kind == TokenKind.Name && endTags.Contains(Current.Text))
                    {
                        blockDepth--;
                        return [.. body];
                    }
                    ParseStatement(body, endTags);
                    Expect(TokenKind.TagEnd);
                    break;
            }
        }
        if (endTags.Length > 0)
            throw new TemplateError($"unexpected end of template, looking for {string.Join(" or ", endTags.ToArray())}",
                Current.At);
        blockDepth--;
        return [.. body];
    }

    /// <summary>The rest of a tag, its body, and the name of the end tag.</summary>
    private Statement[] ParseTagBody(params ReadOnlySpan<string> endTags)
    {
        TryTake(TokenKind.Colon);
        Expect(TokenKind.TagEnd);
        return ParseBody(endTags);
    }

    private Statement[] ParseTagBodyTo(string endTag)
    {
        Statement[] body = ParseTagBody(endTag);
        Take();
        return body;
    }
}
