namespace Jibun.Tokenization;

/// <summary>What a token is for. A token may be several things: a user-defined text that ends a turn is control, too.</summary>
[Flags]
internal enum TokenKinds : byte
{
    None = 0,
    Unknown = 1,
    Unused = 2,
    Normal = 4,
    Control = 8,
    UserDefined = 16,
    Byte = 32, // "<0x0A>"
    StripsLeft = 64, // swallows the white space before it
    StripsRight = 128,
    Special = Unknown | Control, // parsed only on request, never printed
    Added = Special | UserDefined, // split from the text before anything else
}
