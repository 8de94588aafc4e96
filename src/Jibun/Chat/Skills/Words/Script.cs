namespace Jibun.Chat.Skills.Words;

/// <summary>Tells languages by what they are written in.</summary>
internal static class Script
{
    /// <summary>Whether the text has kana or kanji.</summary>
    public static bool IsJapanese(string text) => text.AsSpan().ContainsAnyInRange('\u3041', '\u30FF')
        || text.AsSpan().ContainsAnyInRange('\u3400', '\u9FFF') || text.AsSpan().ContainsAnyInRange('\uFF66', '\uFF9F');

    public static bool IsKanji(char c) => c is >= '\u3400' and <= '\u9FFF' or '々';

    public static bool IsKatakana(char c) => c is >= '\u30A1' and <= '\u30FF';

    public static bool IsHiragana(char c) => c is >= '\u3041' and <= '\u309F';
}
