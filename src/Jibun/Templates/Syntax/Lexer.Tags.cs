using System.Globalization;
using System.Text;
using Jibun.Templates.Runtime;
using Jibun.Templates.Values;

namespace Jibun.Templates.Syntax;

internal sealed partial class Lexer
{
    private void ReadTag(bool isPrint, int inside, int open)
    {
        Add(isPrint ? TokenKind.PrintStart : TokenKind.TagStart, "", open);
        position = inside;
        Stack<char> closers = [];
        while (true)
        {
            position = Whitespace.SkipFrom(source, position);
            if (position >= source.Length) return; // the parser reports the end of the template
            if (closers.Count == 0 && TryReadTagEnd(isPrint)) return;
            ReadToken(closers);
        }
    }

    private bool TryReadTagEnd(bool isPrint)
    {
        char sign = SignAt(position);
        int end = position + (sign == ' ' ? 0 : 1);
        if (isPrint && sign == '+') return false;
        if (string.CompareOrdinal(source, end, isPrint ? "}}" : "%}", 0, 2) != 0) return false;
        Add(isPrint ? TokenKind.PrintEnd : TokenKind.TagEnd, "", position);
        PassTagEnd(end + 2, sign, trimsNewline: !isPrint);
        return true;
    }

    private void ReadToken(Stack<char> closers)
    {
        char c = source[position];
        if (char.IsAsciiDigit(c)) ReadNumber();
        else if (c is '"' or '\'') ReadString(c);
        else if (WordSizeAt(position) > 0) ReadName();
        else ReadOperator(c, closers);
    }

    private void ReadName()
    {
        int start = position;
        while (position < source.Length && WordSizeAt(position) is > 0 and var size) position += size;
        if (Rune.GetRuneAt(source, start) is var first && first.Value != '_' && !Rune.IsLetter(first))
            throw new TemplateError("invalid character in identifier", start);
        Add(TokenKind.Name, source[start..position], start);
    }

    /// <summary>UTF-16 units of the word character here; 0 where there is none.</summary>
    private int WordSizeAt(int index)
    {
        char c = source[index];
        if (c < 0x80) return char.IsAsciiLetterOrDigit(c) || c == '_' ? 1 : 0;
        if (!Rune.TryGetRuneAt(source, index, out Rune rune)) return 0;
        return Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark
            or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.ConnectorPunctuation or UnicodeCategory.LetterNumber
            or UnicodeCategory.OtherNumber ? rune.Utf16SequenceLength : 0;
    }

    private void ReadString(char quote)
    {
        int end = position + 1;
        while (end < source.Length && source[end] != quote) end += source[end] == '\\' ? 2 : 1;
        if (end >= source.Length) throw new TemplateError("missing end of string", position);
        Add(TokenKind.String, StringLiteral.Unescape(source[(position + 1)..end], position), position);
        position = end + 1;
    }

    private void ReadNumber()
    {
        int start = position;
        if (TryReadFloat(start)) return;
        char c = source[start], mark = start + 1 < source.Length ? char.ToLowerInvariant(source[start + 1]) : ' ';
        int radix = c != '0' ? 10 : mark switch { 'b' => 2, 'o' => 8, 'x' => 16, _ => 0 };
        if (radix is 2 or 8 or 16 && DigitsAt(start + 2, radix, separatorFirst: true) is > 0 and var size)
            position = start + 2 + size;
        else position = start + DigitsAt(start, c == '0' ? 1 : 10, separatorFirst: false);
        Add(TokenKind.Integer, source[start..position].Replace("_", ""), start);
    }

    /// <summary>A fraction or an exponent makes a float, unless a dot stands before: `a.0.1` counts twice.</summary>
    private bool TryReadFloat(int start)
    {
        if (start > 0 && source[start - 1] == '.') return false;
        int end = start + DigitsAt(start, 10, separatorFirst: false), fractionEnd = end;
        if (end < source.Length && source[end] == '.' && DigitsAt(end + 1, 10, separatorFirst: false) is > 0 and var fraction)
            fractionEnd = end + 1 + fraction;
        int exponentEnd = fractionEnd;
        if (fractionEnd < source.Length && source[fractionEnd] is 'e' or 'E')
        {
            int digits = fractionEnd + (SignAt(fractionEnd + 1) == ' ' ? 1 : 2);
            if (DigitsAt(digits, 10, separatorFirst: false) is > 0 and var exponent) exponentEnd = digits + exponent;
        }
        if (exponentEnd == end) return false;
        Add(TokenKind.Float, source[start..exponentEnd].Replace("_", ""), start);
        position = exponentEnd;
        return true;
    }

    /// <summary>Length of a run of digits with single "_" between them; radix 1 takes only zeros.</summary>
    private int DigitsAt(int start, int radix, bool separatorFirst)
    {
        int end = start;
        while (end < source.Length)
        {
            int digit = end;
            if (source[digit] == '_' && (separatorFirst || end > start)) digit++;
            if (digit >= source.Length || !IsDigit(source[digit], radix)) break;
            end = digit + 1;
        }
        return end - start;
    }

    private static bool IsDigit(char c, int radix)
    {
        return radix switch
        {
            1 => c == '0',
            2 => c is '0' or '1',
            8 => c is >= '0' and <= '7',
            10 => char.IsAsciiDigit(c),
            _ => char.IsAsciiHexDigit(c)
        };
    }

    private void ReadOperator(char c, Stack<char> closers)
    {
        char next = position + 1 < source.Length ? source[position + 1] : ' ';
        (TokenKind kind, int size) = (c, next) switch
        {
            ('*', '*') => (TokenKind.StarStar, 2),
            ('/', '/') => (TokenKind.SlashSlash, 2),
            ('=', '=') => (TokenKind.Equal, 2),
            ('!', '=') => (TokenKind.NotEqual, 2),
            ('>', '=') => (TokenKind.GreaterOrEqual, 2),
            ('<', '=') => (TokenKind.LessOrEqual, 2),
            ('+', _) => (TokenKind.Plus, 1),
            ('-', _) => (TokenKind.Minus, 1),
            ('*', _) => (TokenKind.Star, 1),
            ('/', _) => (TokenKind.Slash, 1),
            ('%', _) => (TokenKind.Percent, 1),
            ('~', _) => (TokenKind.Tilde, 1),
            ('[', _) => (TokenKind.OpenBracket, 1),
            (']', _) => (TokenKind.CloseBracket, 1),
            ('(', _) => (TokenKind.OpenParenthesis, 1),
            (')', _) => (TokenKind.CloseParenthesis, 1),
            ('{', _) => (TokenKind.OpenBrace, 1),
            ('}', _) => (TokenKind.CloseBrace, 1),
            ('=', _) => (TokenKind.Assign, 1),
            ('>', _) => (TokenKind.Greater, 1),
            ('<', _) => (TokenKind.Less, 1),
            ('.', _) => (TokenKind.Dot, 1),
            (':', _) => (TokenKind.Colon, 1),
            ('|', _) => (TokenKind.Pipe, 1),
            (',', _) => (TokenKind.Comma, 1),
            (';', _) => (TokenKind.Semicolon, 1),
            _ => throw new TemplateError($"unexpected character '{c}'", position),
        };
        Balance(c, closers);
        Add(kind, "", position);
        position += size;
    }

    private void Balance(char c, Stack<char> closers)
    {
        if (c is '(' or '[' or '{') closers.Push(c switch { '(' => ')', '[' => ']', _ => '}' });
        if (c is not (')' or ']' or '}')) return;
        if (closers.Count == 0) throw new TemplateError($"unexpected '{c}'", position);
        char expected = closers.Pop();
        if (expected != c) throw new TemplateError($"unexpected '{c}', expected '{expected}'", position);
    }
}
