using System.Text;

namespace Jibun.Tokenization;

/// <summary>
/// The text of tokens as they arrive. Holds back the bytes of a character until it is whole; what cannot become one is U+FFFD.
/// </summary>
/// <param name="special">Prints control tokens, too.</param>
public sealed class StreamingDecoder(Tokenizer tokenizer, bool special = false)
{
    private readonly Decoder decoder = Encoding.UTF8.GetDecoder();

    /// <exception cref="JibunException">The id is not in the vocabulary.</exception>
    public string Append(int id) => !special && tokenizer.IsSpecial(id) ? "" : Take(tokenizer.Bytes(id), flush: false);

    /// <summary>What is still held back, which will not become whole; the decoder begins anew.</summary>
    public string Flush() => Take([], flush: true);

    private string Take(ReadOnlySpan<byte> bytes, bool flush)
    {
        Span<char> text = bytes.Length <= 128 ? stackalloc char[132] : new char[bytes.Length + 4];
        return text[..decoder.GetChars(bytes, text, flush)].ToString();
    }
}
