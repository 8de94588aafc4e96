using System.Text;

namespace Jibun.Tokenization;

/// <summary>
/// The alphabet in which byte-level BPE writes its tokens: bytes that print stand for themselves, the others for the code points
/// from U+0100 on (GPT-2, "Language Models are Unsupervised Multitask Learners", encoder.py). A space is "Ġ".
/// </summary>
internal static class ByteLevel
{
    private const int Alphabet = 256 + 68; // code points; 68 bytes do not print
    private static readonly ushort[] Letters = MakeLetters(); // [256], code points
    private static readonly short[] Bytes = MakeBytes(); // [Alphabet], -1 where a code point is no letter

    /// <summary>A byte's letter in UTF-8.</summary>
    /// <returns>Bytes written, 1 or 2.</returns>
    public static int Write(byte value, Span<byte> target) => new Rune(Letters[value]).EncodeToUtf8(target);

    /// <summary>The letters of the bytes in UTF-8.</summary>
    /// <param name="target">At least twice as long as the source.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(ReadOnlySpan<byte> source, Span<byte> target)
    {
        int length = 0;
        foreach (byte value in source)
        {
            int letter = Letters[value];
            if (letter < 0x80)
            {
                target[length++] = (byte)letter;
                continue;
            }
            target[length++] = (byte)(0xC0 | letter >> 6);
            target[length++] = (byte)(0x80 | letter & 0x3F);
        }
        return length;
    }

    /// <summary>The bytes that a token's text stands for; the text itself where it is not written in the alphabet.</summary>
    public static byte[] Read(ReadOnlySpan<byte> text)
    {
        byte[] bytes = new byte[text.Length];
        int length = 0;
        for (ReadOnlySpan<byte> rest = text; rest.Length > 0;)
        {
            if (Rune.DecodeFromUtf8(rest, out Rune letter, out int consumed) != System.Buffers.OperationStatus.Done ||
                letter.Value >= Alphabet || Bytes[letter.Value] < 0) return text.ToArray();
            bytes[length++] = (byte)Bytes[letter.Value];
            rest = rest[consumed..];
        }
        return bytes[..length];
    }

    private static ushort[] MakeLetters()
    {
        ushort[] letters = new ushort[256];
        ushort next = 256;
        for (int value = 0; value < 256; value++)
            letters[value] = value is >= 0x21 and <= 0x7E or >= 0xA1 and <= 0xAC or >= 0xAE ? (ushort)value : next++;
        return letters;
    }

    private static short[] MakeBytes()
    {
        short[] bytes = new short[Alphabet];
        bytes.AsSpan().Fill(-1);
        for (int value = 0; value < 256; value++) bytes[Letters[value]] = (short)value;
        return bytes;
    }
}
