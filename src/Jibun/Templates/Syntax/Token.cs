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

    public override string ToString() => Kind is TokenKind.Name or TokenKind.Integer or TokenKind.Float ? $"'{Text}'" : Describe(Kind);

    public static string Describe(TokenKind kind) => kind switch
    {
        TokenKind.End => "end of template",
        TokenKind.TagEnd => "'%}'",
        TokenKind.PrintEnd => "'}}'",
        TokenKind.PrintStart => "'{{'",
        TokenKind.TagStart => "'{%'",
        TokenKind.Text => "template text",
        TokenKind.Name => "a name",
        TokenKind.String => "a string",
        TokenKind.Integer or TokenKind.Float => "a number",
        _ => $"'{s_operators[kind - TokenKind.Plus]}'",
    };

    private static readonly string[] s_operators = // in the order of their kinds
        ["+", "-", "*", "**", "/", "//", "%", "~", "[", "]", "(", ")", "{", "}", "==", "!=", ">", ">=", "<", "<=", "=", ".", ":", "|", ",", ";"];
}
