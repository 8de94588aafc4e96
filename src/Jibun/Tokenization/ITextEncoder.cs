namespace Jibun.Tokenization;

/// <summary>The algorithm of one kind of vocabulary: text without special tokens to ids.</summary>
internal interface ITextEncoder
{
    /// <param name="text">Valid UTF-8, not empty.</param>
    /// <param name="afterSpecial">The text begins the prompt or follows a special token.</param>
    void Encode(ReadOnlySpan<byte> text, bool afterSpecial, List<int> ids);

    /// <summary>The bytes that a token adds to a text. Control and user-defined tokens print as they are written.</summary>
    byte[] Decode(ReadOnlySpan<byte> text);
}
