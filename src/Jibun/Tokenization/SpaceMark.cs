namespace Jibun.Tokenization;

/// <summary>"▁" (U+2581), which SentencePiece writes for a space.</summary>
internal static class SpaceMark
{
    private static ReadOnlySpan<byte> Mark => "▁"u8;

    /// <param name="target">At least three times as long as the text.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(ReadOnlySpan<byte> text, Span<byte> target)
    {
        int length = 0;
        while (text.Length > 0)
        {
            int space = text.IndexOf((byte)' ');
            ReadOnlySpan<byte> word = space < 0 ? text : text[..space];
            word.CopyTo(target[length..]);
            length += word.Length;
            if (space < 0) break;
            Mark.CopyTo(target[length..]);
            length += Mark.Length;
            text = text[(space + 1)..];
        }
        return length;
    }

    public static byte[] Read(ReadOnlySpan<byte> text)
    {
        byte[] bytes = text.ToArray();
        int length = 0;
        while (text.Length > 0)
        {
            int mark = text.IndexOf(Mark);
            ReadOnlySpan<byte> word = mark < 0 ? text : text[..mark];
            word.CopyTo(bytes.AsSpan(length));
            length += word.Length;
            if (mark < 0) break;
            bytes[length++] = (byte)' ';
            text = text[(mark + Mark.Length)..];
        }
        return bytes[..length];
    }
}
