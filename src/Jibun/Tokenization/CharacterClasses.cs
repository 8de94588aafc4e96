using System.Globalization;

namespace Jibun.Tokenization;

/// <summary>
/// The classes of all code points. They follow Unicode 15.1, the version of upstream's tables, whatever the runtime knows: a text
/// must give the same tokens everywhere.
/// </summary>
internal static class CharacterClasses
{
    private static readonly (int First, int Last)[] Newer = // assigned by Unicode 16
    [
        (0x897, 0x897), (0x1B4E, 0x1B4F), (0x1B7F, 0x1B7F), (0x1C89, 0x1C8A), (0x2427, 0x2429), (0x31E4, 0x31E5),
        (0xA7CB, 0xA7CD), (0xA7DA, 0xA7DC), (0x105C0, 0x105F3), (0x10D40, 0x10D8F), (0x10EC2, 0x10EFC), (0x11380, 0x113E2),
        (0x116D0, 0x116E3), (0x11BC0, 0x11BF9), (0x11F5A, 0x11F5A), (0x13460, 0x143FA), (0x16100, 0x16139), (0x16D40, 0x16D79),
        (0x18CFF, 0x18CFF), (0x1CC00, 0x1CEB3), (0x1E5D0, 0x1E5FF), (0x1F8B2, 0x1F8C1), (0x1FA89, 0x1FA8F), (0x1FABE, 0x1FABE),
        (0x1FAC6, 0x1FAC6), (0x1FADC, 0x1FADF), (0x1FAE9, 0x1FAE9), (0x1FBCB, 0x1FBEF),
    ];

    private static readonly CharacterClass[]?[] Blocks = new CharacterClass[]?[0x1100]; // [code point / 256][256], made on demand

    public static ReadOnlySpan<CharacterClass> Ascii => Block(0).AsSpan(0, 128);

    /// <param name="codePoint">0 to 0x10FFFF.</param>
    public static CharacterClass Of(int codePoint) => Block(codePoint >> 8)[codePoint & 0xFF];

    private static CharacterClass[] Block(int index) => Blocks[index] ?? (Blocks[index] = MakeBlock(index << 8));

    private static CharacterClass[] MakeBlock(int first)
    {
        CharacterClass[] block = new CharacterClass[256];
        for (int i = 0; i < block.Length; i++) block[i] = Classify(first + i);
        return block;
    }

    /// <summary>Whether a later Unicode than 15.1 made it a character.</summary>
    public static bool IsNewer(int codePoint) =>
        Array.Exists(Newer, range => codePoint >= range.First && codePoint <= range.Last);

    private static CharacterClass Classify(int codePoint)
    {
        switch (codePoint)
        {
            case '\r' or '\n': return CharacterClass.WhiteSpace | CharacterClass.LineBreak;
            case '\t' or '\v' or '\f' or ' ' or 0x85 or 0xA0 or 0x1680 or (>= 0x2000 and <= 0x200A) or
                0x2028 or 0x2029 or 0x202F or 0x205F or 0x3000:
                return CharacterClass.WhiteSpace;
        }
        if (IsNewer(codePoint)) return CharacterClass.Other;
        return CharUnicodeInfo.GetUnicodeCategory(codePoint) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or
                UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => CharacterClass.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or
                UnicodeCategory.OtherNumber => CharacterClass.Number,
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or
                UnicodeCategory.EnclosingMark => CharacterClass.Mark,
            UnicodeCategory.ConnectorPunctuation or UnicodeCategory.DashPunctuation or UnicodeCategory.OpenPunctuation or
                UnicodeCategory.ClosePunctuation or UnicodeCategory.InitialQuotePunctuation or
                UnicodeCategory.FinalQuotePunctuation or UnicodeCategory.OtherPunctuation => CharacterClass.Punctuation,
            UnicodeCategory.MathSymbol or UnicodeCategory.CurrencySymbol or UnicodeCategory.ModifierSymbol or
                UnicodeCategory.OtherSymbol => CharacterClass.Symbol,
            _ => CharacterClass.Other,
        };
    }
}
