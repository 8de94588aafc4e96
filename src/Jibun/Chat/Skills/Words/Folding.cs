using System.Text;

namespace Jibun.Chat.Skills.Words;

/// <summary>Spellings that mean the same, made the same.</summary>
internal static class Folding
{
    // [U+FF61 … U+FF9F], the half-width forms in code order; the last two are voicing marks.
    private const string FullWidth =
        "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン゛゜";
    private const string Voiceable = "カキクケコサシスセソタチツテトハヒフヘホ";

    /// <summary>
    /// Full-width Latin becomes ASCII, half-width katakana full-width, letters lower case, white space one space, dashes and
    /// quotes plain ones, and a hyphen between letters a space ("twenty-one").
    /// </summary>
    public static string Fold(string text)
    {
        var folded = new StringBuilder(text.Length);
        foreach (char raw in text)
        {
            char c = Plain(raw);
            if (c == ' ')
            {
                if (folded.Length > 0 && folded[^1] != ' ') folded.Append(' ');
            }
            else if (c is '゛' or '゜' && folded.Length > 0 && Voiced(folded[^1], c) is { } voiced) folded[^1] = voiced;
            else folded.Append(c);
        }
        for (int i = 1; i + 1 < folded.Length; i++)
            if (folded[i] == '-' && char.IsAsciiLetter(folded[i - 1]) && char.IsAsciiLetter(folded[i + 1])) folded[i] = ' ';
        return folded.ToString().TrimEnd();
    }

    private static char Plain(char c) => c switch
    {
        _ when char.IsWhiteSpace(c) || char.IsControl(c) => ' ',
        >= '\uFF01' and <= '\uFF5E' => char.ToLowerInvariant((char)(c - 0xFEE0)),
        >= '\uFF61' and <= '\uFF9F' => FullWidth[c - 0xFF61],
        '\u2018' or '\u2019' or '\u02BC' => '\'',
        '\u201C' or '\u201D' => '"',
        '\u2010' or '\u2011' or '\u2012' or '\u2013' or '\u2014' or '\u2212' => '-',
        '\u301C' or '\u223C' => '~',
        '℃' => '℃',
        _ => char.ToLowerInvariant(c),
    };

    private static char? Voiced(char c, char mark) => mark switch
    {
        '゛' when c == 'ウ' => 'ヴ',
        '゛' when Voiceable.Contains(c) => (char)(c + 1),
        '゜' when "ハヒフヘホ".Contains(c) => (char)(c + 2),
        _ => null,
    };
}
