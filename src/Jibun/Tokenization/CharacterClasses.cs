using System.Globalization;

namespace Jibun.Tokenization;

/// <summary>
/// The classes of all code points. They follow Unicode 15.1, the version of upstream's tables, whatever the runtime knows: a text
/// must give the same tokens everywhere.
/// </summary>
internal static class CharacterClasses
{
    private static readonly CharacterClass[]?[] Blocks = new CharacterClass[]?[0x1100]; // [code point / 256][256], made when asked for

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

    private static CharacterClass Classify(int codePoint)
    {
        switch (codePoint)
        {
            case '\r' or '\n': return CharacterClass.WhiteSpace | CharacterClass.LineBreak;
            case '\t' or '\v' or '\f' or ' ' or 0x85 or 0xA0 or 0x1680 or (>= 0x2000 and <= 0x200A) or
                0x2028 or 0x2029 or 0x202F or 0x205F or 0x3000:
                return CharacterClass.WhiteSpace;
            case '~': return CharacterClass.Other; // upstream's expressions leave it out of \p{S}
        }
        return CharUnicodeInfo.GetUnicodeCategory(codePoint) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or
                UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => CharacterClass.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => CharacterClass.Number,
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => CharacterClass.Mark,
            UnicodeCategory.ConnectorPunctuation or UnicodeCategory.DashPunctuation or UnicodeCategory.OpenPunctuation or
                UnicodeCategory.ClosePunctuation or UnicodeCategory.InitialQuotePunctuation or UnicodeCategory.FinalQuotePunctuation or
                UnicodeCategory.OtherPunctuation => CharacterClass.Punctuation,
            UnicodeCategory.MathSymbol or UnicodeCategory.CurrencySymbol or UnicodeCategory.ModifierSymbol or
                UnicodeCategory.OtherSymbol => CharacterClass.Symbol,
            _ => CharacterClass.Other,
        };
    }
}
