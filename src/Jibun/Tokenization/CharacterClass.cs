namespace Jibun.Tokenization;

/// <summary>
/// The general category of a code point as pre-tokenizers see it. Exactly one bit is set, but for line breaks, which are white
/// space, too. 0 is the end of the text.
/// </summary>
[Flags]
internal enum CharacterClass : byte
{
    None = 0,
    Letter = 1, // \p{L}
    Number = 2, // \p{N}
    Punctuation = 4, // \p{P}
    Symbol = 8, // \p{S}
    Mark = 16, // \p{M}
    WhiteSpace = 32, // \s
    LineBreak = 64, // \r \n
    Other = 128, // controls, private use, unassigned
}
