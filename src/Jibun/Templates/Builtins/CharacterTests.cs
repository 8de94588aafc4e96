using System.Globalization;
using System.Text;
using Jibun.Templates.Runtime;
using Jibun.Templates.Values;

namespace Jibun.Templates.Builtins;

/// <summary>str.isupper and its relatives.</summary>
internal static class CharacterTests
{
    public static Builtin? Find(string name)
    {
        Func<string, bool>? test = name switch
        {
            "isupper" => IsUpper,
            "islower" => IsLower,
            "istitle" => IsTitle,
            "isspace" => static text => All(text, static rune => rune.IsBmp && Whitespace.Is((char)rune.Value)),
            "isalpha" => static text => All(text, Rune.IsLetter),
            "isalnum" => static text => All(text, static rune => Rune.IsLetter(rune) || IsNumeric(rune)),
            "isdigit" => static text => All(text, static rune => Rune.IsDigit(rune) || IsSuperscriptDigit(rune)),
            "isdecimal" => static text => All(text, Rune.IsDigit),
            "isnumeric" => static text => All(text, IsNumeric),
            "isascii" => static text => Ascii.IsValid(text),
            "isprintable" => static text => text.Length == 0 || All(text, StringRepresentation.IsPrintable),
            "isidentifier" => IsIdentifier,
            _ => null,
        };
        if (test is null) return null;
        return (_, self, arguments) =>
        {
            arguments.BindNone(name);
            return Value.From(test(((StringValue)self).Text));
        };
    }

    public static bool IsUpper(string text) => HasOnly(text, UnicodeCategory.UppercaseLetter);

    public static bool IsLower(string text) => HasOnly(text, UnicodeCategory.LowercaseLetter);

    private static bool HasOnly(string text, UnicodeCategory wanted)
    {
        bool isCased = false;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (CaseMapping.CaseOf(rune) is not { } found) continue;
            if (found != wanted) return false;
            isCased = true;
        }
        return isCased;
    }

    private static bool IsTitle(string text)
    {
        bool isCased = false, isInWord = false;
        foreach (Rune rune in text.EnumerateRunes())
        {
            UnicodeCategory? found = CaseMapping.CaseOf(rune);
            if (found is not null && (found == UnicodeCategory.LowercaseLetter) != isInWord) return false;
            isInWord = found is not null;
            isCased |= isInWord;
        }
        return isCased;
    }

    private static bool All(string text, Func<Rune, bool> test)
    {
        foreach (Rune rune in text.EnumerateRunes())
            if (!test(rune)) return false;
        return text.Length > 0;
    }

    private static bool IsNumeric(Rune rune) =>
        Rune.IsNumber(rune) || (rune.IsBmp && "一二三四五六七八九十百千万億兆零〇".Contains((char)rune.Value));

    private static bool IsSuperscriptDigit(Rune rune) => CharUnicodeInfo.GetDigitValue(rune.ToString(), 0) >= 0;

    private static bool IsIdentifier(string text)
    {
        return text.Length > 0 && !char.IsAsciiDigit(text[0])
            && All(text, static rune => rune.Value == '_' || Rune.IsLetterOrDigit(rune));
    }
}
