namespace Jibun.Templates.Syntax;

internal enum TokenKind
{
    End,
    Text,
    PrintStart,
    PrintEnd,
    TagStart,
    TagEnd,
    Name,
    String,
    Integer,
    Float,
    Plus,
    Minus,
    Star,
    StarStar,
    Slash,
    SlashSlash,
    Percent,
    Tilde,
    OpenBracket,
    CloseBracket,
    OpenParenthesis,
    CloseParenthesis,
    OpenBrace,
    CloseBrace,
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Assign,
    Dot,
    Colon,
    Pipe,
    Comma,
    Semicolon,
}

/// <param name="Text">The template text, name, unescaped string or digits; empty for operators.</param>
/// <param name="At">Offset in the source.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int At)
{
    public bool IsName(string name) => Kind == TokenKind.Name && Text == name;

    public override string ToString()
    {
        return Kind switch
        {
            TokenKind.End => "end of template",
            TokenKind.TagEnd => "end of statement block",
            TokenKind.PrintEnd => "end of print statement",
            TokenKind.Text => "template text",
            TokenKind.Name or TokenKind.Integer or TokenKind.Float => $"'{Text}'",
            TokenKind.String => "a string",
            _ => Kind.ToString(),
        };
    }
}
