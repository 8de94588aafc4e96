using System.Globalization;
using System.Text;

namespace Jibun.Templates.Values;

/// <summary>Python's case mappings: those of Unicode in full, where one character may become several.</summary>
internal static class CaseMapping
{
    /// <summary>Characters with what they become, Unicode SpecialCasing.txt.</summary>
    private const string Expansions =
        "\u00dfSS|\u0149\u02bcN|\u01f0J\u030c|\u0390\u0399\u0308\u0301|\u03b0\u03a5\u0308\u0301|" +
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

    public static string ToUpper(string text) => IsAscii(text) ? text.ToUpperInvariant() : Map(text, static (_, _, rune) => Upper(rune));

    public static string ToLower(string text) => IsAscii(text) ? text.ToLowerInvariant() : Map(text, Lower);

    /// <summary>The first character in title case, the others in lower case.</summary>
    public static string Capitalize(string text)
    {
        return Map(text, static (text, index, rune) => index == 0 ? Title(rune) : Lower(text, index, rune));
    }

    /// <summary>str.title(): each run of cased characters is a word.</summary>
    public static string ToTitle(string text)
    {
        return Map(text, static (text, index, rune) => IsCasedBefore(text, index) ? Lower(text, index, rune) : Title(rune));
    }

    public static string SwapCase(string text)
    {
        return Map(text, static (text, index, rune) => Rune.IsUpper(rune) ? Lower(text, index, rune) : Upper(rune));
    }

    /// <summary>Upper, lower or title case; null for a character without case.</summary>
    public static UnicodeCategory? CaseOf(Rune rune)
    {
        return Rune.GetUnicodeCategory(rune) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
            ? Rune.GetUnicodeCategory(rune)
            : null;
    }

    private static bool IsAscii(string text) => System.Text.Ascii.IsValid(text);

    private static string Map(string text, Func<string, int, Rune, string> map)
    {
        StringBuilder mapped = new(text.Length);
        for (int i = 0; i < text.Length;)
        {
            if (Rune.TryGetRuneAt(text, i, out Rune rune)) mapped.Append(map(text, i, rune));
            else mapped.Append(text[i]);
            i += CodePoints.SizeAt(text, i);
        }
        return mapped.ToString();
    }

    private static string Upper(Rune rune)
    {
        if (rune.Value < 0xdf || rune.Value > 0xffff) return Rune.ToUpperInvariant(rune).ToString();
        char c = (char)rune.Value;
        if (c is >= '\u1f80' and <= '\u1faf') // Greek with iota subscript
            return $"{(char)((c & 0x30) switch { 0 => 0x1f08, 0x10 => 0x1f28, _ => 0x1f68 } + (c & 7))}\u0399";
        for (int at = 0; at < Expansions.Length;)
        {
            int end = Expansions.IndexOf('|', at);
            if (Expansions[at] == c) return Expansions[(at + 1)..end];
            at = end + 1;
        }
        return Rune.ToUpperInvariant(rune).ToString();
    }

    private static string Lower(string text, int index, Rune rune)
    {
        if (rune.Value == 0x130) return "i\u0307";
        if (rune.Value != 0x3a3) return Rune.ToLowerInvariant(rune).ToString();
        return IsCasedBefore(text, index) && !IsCasedAfter(text, index + 1) ? "\u03c2" : "\u03c3"; // sigma at the end of a word
    }

    private static string Title(Rune rune)
    {
        if (rune.Value is >= 0x1c4 and <= 0x1cc or >= 0x1f1 and <= 0x1f3)
            return ((char)(rune.Value >= 0x1f1 ? 0x1f2 : 0x1c5 + ((rune.Value - 0x1c4) / 3 * 3))).ToString();
        if (rune.Value is >= 0x1f80 and <= 0x1faf) return ((char)(rune.Value | 8)).ToString();
        string upper = Upper(rune);
        return upper.Length > rune.Utf16SequenceLength && char.IsLetter(upper[1]) ? upper[..1] + ToLower(upper[1..]) : upper;
    }

    private static bool IsCasedBefore(string text, int index)
    {
        return index > 0 && Rune.DecodeLastFromUtf16(text.AsSpan(0, index), out Rune rune, out _) == System.Buffers.OperationStatus.Done
            && CaseOf(rune) is not null;
    }

    private static bool IsCasedAfter(string text, int index)
    {
        return index < text.Length && Rune.TryGetRuneAt(text, index, out Rune rune) && CaseOf(rune) is not null;
    }
}
