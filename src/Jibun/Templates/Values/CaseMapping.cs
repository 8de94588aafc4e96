using System.Globalization;
using System.Text;

namespace Jibun.Templates.Values;

/// <summary>Python's case mappings: those of Unicode in full, where one character may become several.</summary>
internal static class CaseMapping
{
    /// <summary>Characters with what they become, Unicode SpecialCasing.txt.</summary>
    private const string Expansions =
        "\u0131I|\u017fS|\u00dfSS|\u0149\u02bcN|\u01f0J\u030c|\u0390\u0399\u0308\u0301|\u03b0\u03a5\u0308\u0301|" +
        "\u0587\u0535\u0552|\u1e96H\u0331|\u1e97T\u0308|\u1e98W\u030a|\u1e99Y\u030a|\u1e9aA\u02be|" +
        "\u1f50\u03a5\u0313|\u1f52\u03a5\u0313\u0300|\u1f54\u03a5\u0313\u0301|\u1f56\u03a5\u0313\u0342|" +
        "\u1fb2\u1fba\u0399|\u1fb3\u0391\u0399|\u1fb4\u0386\u0399|\u1fb6\u0391\u0342|" +
        "\u1fb7\u0391\u0342\u0399|\u1fbc\u0391\u0399|\u1fc2\u1fca\u0399|\u1fc3\u0397\u0399|" +
        "\u1fc4\u0389\u0399|\u1fc6\u0397\u0342|\u1fc7\u0397\u0342\u0399|\u1fcc\u0397\u0399|" +
        "\u1fd2\u0399\u0308\u0300|\u1fd3\u0399\u0308\u0301|\u1fd6\u0399\u0342|\u1fd7\u0399\u0308\u0342|" +
        "\u1fe2\u03a5\u0308\u0300|\u1fe3\u03a5\u0308\u0301|\u1fe4\u03a1\u0313|\u1fe6\u03a5\u0342|" +
        "\u1fe7\u03a5\u0308\u0342|\u1ff2\u1ffa\u0399|\u1ff3\u03a9\u0399|\u1ff4\u038f\u0399|" +
        "\u1ff6\u03a9\u0342|\u1ff7\u03a9\u0342\u0399|\u1ffc\u03a9\u0399|\ufb00FF|\ufb01FI|\ufb02FL|\ufb03FFI|" +
        "\ufb04FFL|\ufb05ST|\ufb06ST|\ufb13\u0544\u0546|\ufb14\u0544\u0535|\ufb15\u0544\u053b|" +
        "\ufb16\u054e\u0546|\ufb17\u0544\u053d|";

    private delegate void Mapping(StringBuilder mapped, string text, int index, Rune rune);

    public static string ToUpper(string text) => Ascii.IsValid(text) ? text.ToUpperInvariant() : Map(text, Upper);

    public static string ToLower(string text) => Ascii.IsValid(text) ? text.ToLowerInvariant() : Map(text, Lower);

    /// <summary>The first character in title case, the others in lower case.</summary>
    public static string Capitalize(string text)
    {
        return Map(text, static (mapped, text, index, rune) =>
        {
            if (index == 0) Title(mapped, text, index, rune);
            else Lower(mapped, text, index, rune);
        });
    }

    /// <summary>str.title(): each run of cased characters is a word.</summary>
    public static string ToTitle(string text)
    {
        return Map(text, static (mapped, text, index, rune) =>
        {
            if (IsCasedBefore(text, index)) Lower(mapped, text, index, rune);
            else Title(mapped, text, index, rune);
        });
    }

    public static string SwapCase(string text)
    {
        return Map(text, static (mapped, text, index, rune) =>
        {
            if (Rune.IsUpper(rune)) Lower(mapped, text, index, rune);
            else Upper(mapped, text, index, rune);
        });
    }

    /// <summary>Upper, lower or title case; null for a character without case.</summary>
    public static UnicodeCategory? CaseOf(Rune rune)
    {
        return Rune.GetUnicodeCategory(rune) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter
            or UnicodeCategory.TitlecaseLetter
            ? Rune.GetUnicodeCategory(rune)
            : null;
    }

    private static string Map(string text, Mapping map)
    {
        StringBuilder mapped = new(text.Length);
        for (int i = 0; i < text.Length;)
        {
            if (Rune.TryGetRuneAt(text, i, out Rune rune)) map(mapped, text, i, rune);
            else mapped.Append(text[i]);
            i += CodePoints.SizeAt(text, i);
        }
        return mapped.ToString();
    }

    private static void Upper(StringBuilder mapped, string text, int index, Rune rune)
    {
        if (Expansion(rune) is { } expansion) mapped.Append(expansion);
        else mapped.Append(Rune.ToUpperInvariant(rune));
    }

    /// <summary>Null for a character with a simple upper case.</summary>
    private static string? Expansion(Rune rune)
    {
        if (rune.Value is < 0xdf or > 0xffff) return null;
        char c = (char)rune.Value;
        if (c is >= '\u1f80' and <= '\u1faf') // Greek with iota subscript
            return $"{(char)((c & 0x30) switch { 0 => 0x1f08, 0x10 => 0x1f28, _ => 0x1f68 } + (c & 7))}\u0399";
        int at = Expansions.IndexOf(c);
        bool isKey = at == 0 || (at > 0 && Expansions[at - 1] == '|');
        return isKey ? Expansions[(at + 1)..Expansions.IndexOf('|', at)] : null;
    }

    private static void Lower(StringBuilder mapped, string text, int index, Rune rune)
    {
        if (rune.Value == 0x130) mapped.Append("i\u0307");
        else if (rune.Value != 0x3a3) mapped.Append(Rune.ToLowerInvariant(rune));
        // Sigma at the end of a word.
        else mapped.Append(IsCasedBefore(text, index) && !IsCasedAfter(text, index + 1) ? '\u03c2' : '\u03c3');
    }

    private static void Title(StringBuilder mapped, string text, int index, Rune rune)
    {
        if (rune.Value is >= 0x1c4 and <= 0x1cc) mapped.Append((char)(0x1c5 + ((rune.Value - 0x1c4) / 3 * 3)));
        else if (rune.Value is >= 0x1f1 and <= 0x1f3) mapped.Append((char)0x1f2);
        else if (rune.Value is >= 0x10d0 and <= 0x10ff) mapped.Append(rune); // Georgian has no title case
        else if (rune.Value is >= 0x1f80 and <= 0x1faf) mapped.Append((char)(rune.Value | 8));
        else if (Expansion(rune) is { } expansion && char.IsUpper(expansion[0]) && char.IsLetter(expansion, 1))
            mapped.Append(expansion[0]).Append(ToLower(expansion[1..]));
        else Upper(mapped, text, index, rune);
    }

    private static bool IsCasedBefore(string text, int index)
    {
        return index > 0 && Rune.DecodeLastFromUtf16(text.AsSpan(0, index), out Rune rune,
            out _) == System.Buffers.OperationStatus.Done
            && CaseOf(rune) is not null;
    }

    private static bool IsCasedAfter(string text, int index)
    {
        return index < text.Length && Rune.TryGetRuneAt(text, index, out Rune rune) && CaseOf(rune) is not null;
    }
}
