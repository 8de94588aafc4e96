using System.Buffers;
using System.Globalization;
using System.Text;

namespace Jibun.Chat.Calls;

/// <summary>A number, a text, True, False, None, a list or a dict, as Python or as JSON writes it, made JSON.</summary>
internal static class PythonLiteral
{
    private const int MaxDepth = 64;

    private static readonly SearchValues<char> s_word = SearchValues.Create("0123456789+-.abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_");

    public static bool TryTake(ref CallText text, StringBuilder json) => TryTake(ref text, json, 0);

    private static bool TryTake(ref CallText text, StringBuilder json, int depth)
    {
        if (depth > MaxDepth) return false;
        if (text.TryTake('{')) return TryTakeItems(ref text, json, '{', '}', depth);
        if (text.TryTake('[')) return TryTakeItems(ref text, json, '[', ']', depth);
        if (text.TryTake('"')) return TryTakeText(ref text, json, '"');
        if (text.TryTake('\'')) return TryTakeText(ref text, json, '\'');
        text.Take(text.Rest.Length - text.Rest.TrimStart().Length);
        int end = text.Rest.IndexOfAnyExcept(s_word);
        string word = text.Take(end < 0 ? text.Rest.Length : end) switch
        {
            "True" => "true",
            "False" => "false",
            "None" => "null",
            var other => other.ToString(),
        };
        json.Append(word);
        return word.Length > 0 && JsonText.LengthOfValue(word) == word.Length;
    }

    private static bool TryTakeItems(ref CallText text, StringBuilder json, char open, char close, int depth)
    {
        json.Append(open);
        for (bool first = true; !text.TryTake(close); first = false)
        {
            if (!first && !text.TryTake(',')) return false;
            if (!first && text.TryTake(close)) break;
            if (!first) json.Append(", ");
            if (open == '{' && !TryTakeKey(ref text, json)) return false;
            if (!TryTake(ref text, json, depth + 1)) return false;
        }
        json.Append(close);
        return true;
    }

    private static bool TryTakeKey(ref CallText text, StringBuilder json)
    {
        if (!(text.TryTake('"') ? TryTakeText(ref text, json, '"') : text.TryTake('\'') && TryTakeText(ref text, json, '\''))) return false;
        json.Append(": ");
        return text.TryTake(':');
    }

    private static bool TryTakeText(ref CallText text, StringBuilder json, char quote)
    {
        StringBuilder value = new();
        while (true)
        {
            int at = text.Rest.IndexOfAny(quote, '\\');
            if (at < 0) return false;
            value.Append(text.Take(at));
            if (text.Take(1)[0] == quote) break;
            if (!TryTakeEscape(ref text, value)) return false;
        }
        json.Append(JsonText.Quote(string.Concat(value.ToString().EnumerateRunes()))); // half a surrogate pair becomes a replacement character
        return true;
    }

    /// <summary>What stands behind a backslash. One that escapes nothing stays, as in Python.</summary>
    private static bool TryTakeEscape(ref CallText text, StringBuilder value)
    {
        if (text.Rest.Length == 0) return false;
        char escape = text.Take(1)[0];
        int digits = escape switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (digits > 0)
        {
            if (text.Rest.Length < digits || !int.TryParse(text.Take(digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code)) return false;
            if (code > char.MaxValue && !Rune.IsValid(code)) return false;
            value.Append(code > char.MaxValue ? char.ConvertFromUtf32(code) : ((char)code).ToString());
            return true;
        }
        value.Append(escape switch
        {
            'n' => "\n",
            't' => "\t",
            'r' => "\r",
            'b' => "\b",
            'f' => "\f",
            '\\' or '\'' or '"' or '/' => escape.ToString(),
            '\n' => "",
            _ => "\\" + escape,
        });
        return true;
    }
}
