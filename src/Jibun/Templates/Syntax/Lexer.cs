using Jibun.Templates.Runtime;
using Jibun.Templates.Values;

namespace Jibun.Templates.Syntax;

/// <summary>
/// Cuts a template into text and tags, with trim_blocks and lstrip_blocks: the newline after a statement or comment is dropped,
/// and so is the white space before one that starts its line. "-" strips more, "+" strips nothing.
/// </summary>
internal sealed partial class Lexer
{
    private readonly string source;
    private readonly List<Token> tokens = [];
    private int position;
    private bool atLineStart = true;

    private Lexer(string source) => this.source = source;

    public static List<Token> Tokenize(string source)
    {
        Lexer lexer = new(source);
        while (lexer.position < source.Length) lexer.ReadTextAndTag();
        lexer.Add(TokenKind.End, "", source.Length);
        return lexer.tokens;
    }

    private void ReadTextAndTag()
    {
        int start = position, open = FindOpening(start);
        if (open < 0)
        {
            AddText(start, source.Length);
            position = source.Length;
            return;
        }
        char kind = source[open + 1], sign = SignAt(open + 2);
        int inside = open + (sign == ' ' ? 2 : 3);
        AddText(start, StripBefore(start, open, sign, isPrint: kind == '{'));
        atLineStart = false;
        if (kind == '#') SkipComment(inside, open);
        else if (kind == '%' && RawBodyAfter(inside) is >= 0 and var body) ReadRaw(body, open);
        else ReadTag(kind == '{', inside, open);
    }

    private int FindOpening(int from)
    {
        for (int i = source.IndexOf('{', from); i >= 0 && i + 1 < source.Length; i = source.IndexOf('{', i + 1))
            if (source[i + 1] is '{' or '%' or '#') return i;
        return -1;
    }

    private char SignAt(int index) => index < source.Length && source[index] is '-' or '+' ? source[index] : ' ';

    /// <summary>Where the text before a tag ends.</summary>
    private int StripBefore(int start, int end, char sign, bool isPrint)
    {
        ReadOnlySpan<char> text = source.AsSpan(start, end - start);
        if (sign == '-') return start + Whitespace.SkipBackFrom(text, text.Length);
        if (sign == '+' || isPrint) return end;
        int line = text.LastIndexOf('\n') + 1;
        if (line == 0 && !atLineStart) return end;
        return Whitespace.SkipFrom(text, line) == text.Length ? start + line : end;
    }

    /// <summary>
    /// Passes the end of a tag and what it strips: all white space after "-", else one newline unless "+" keeps it.
    /// </summary>
    private void PassTagEnd(int end, char sign, bool trimsNewline)
    {
        position = end;
        if (sign == '-') position = Whitespace.SkipFrom(source, position);
        else if (sign != '+' && trimsNewline && position < source.Length && source[position] == '\n') position++;
        atLineStart = source[position - 1] == '\n';
    }

    private void SkipComment(int inside, int open)
    {
        position = inside;
        if (inside == source.Length) return; // nothing follows, so Jinja misses nothing
        int end = source.IndexOf("#}", inside, StringComparison.Ordinal);
        if (end < 0) throw new TemplateError("missing end of comment tag", open);
        PassTagEnd(end + 2, end > inside ? source[end - 1] : ' ', trimsNewline: true);
    }

    /// <summary>The offset behind `{% raw %}`, or -1 when the tag is another one.</summary>
    private int RawBodyAfter(int inside)
    {
        int name = Whitespace.SkipFrom(source, inside);
        if (string.CompareOrdinal(source, name, "raw", 0, 3) != 0) return -1;
        int end = Whitespace.SkipFrom(source, name + 3);
        if (string.CompareOrdinal(source, end, "%}", 0, 2) == 0) return end + 2;
        return string.CompareOrdinal(source, end, "-%}", 0, 3) == 0 ? Whitespace.SkipFrom(source, end + 3) : -1;
    }

    private void ReadRaw(int body, int open)
    {
        position = body;
        if (body == source.Length) return;
        atLineStart = source[body - 1] == '\n';
        for (int i = source.IndexOf("{%", body, StringComparison.Ordinal); i >= 0; i = source.IndexOf("{%", i + 1,
            StringComparison.Ordinal))
        {
            char sign = SignAt(i + 2);
            int name = Whitespace.SkipFrom(source, i + (sign == ' ' ? 2 : 3));
            if (string.CompareOrdinal(source, name, "endraw", 0, 6) != 0) continue;
            int end = Whitespace.SkipFrom(source, name + 6);
            char endSign = SignAt(end);
            if (endSign != ' ') end++;
            if (string.CompareOrdinal(source, end, "%}", 0, 2) != 0) continue;
            AddText(body, StripBefore(body, i, sign, isPrint: false));
            PassTagEnd(end + 2, endSign, trimsNewline: true);
            return;
        }
        throw new TemplateError("missing end of raw directive", open);
    }

    private void AddText(int start, int end)
    {
        if (end > start) Add(TokenKind.Text, source[start..end], start);
    }

    private void Add(TokenKind kind, string text, int at) => tokens.Add(new Token(kind, text, at));
}
