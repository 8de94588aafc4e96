namespace Jibun.Tokenization;

/// <summary>Takes out the spaces that cutting signs from words left in English: "it 's here ." becomes "it's here."</summary>
internal static class SpaceCleaning
{
    /// <summary>Cleans in place, in the three passes of upstream's detokenizer.</summary>
    /// <returns>Bytes that are left.</returns>
    public static int Clean(Span<byte> text)
    {
        text = text[..DropSpaces(text, static (text, i) => text[i] is (byte)'?' or (byte)'!' or (byte)'.' or (byte)',')];
        text = text[..JoinApostrophes(text)];
        return DropSpaces(text, IsContraction);
    }

    /// <summary>Drops the space before a character that says so.</summary>
    private static int DropSpaces(Span<byte> text, Func<Span<byte>, int, bool> dropsSpace)
    {
        int length = Math.Min(1, text.Length);
        for (int i = 1; i < text.Length; i++)
        {
            if (text[i - 1] == ' ' && dropsSpace(text, i)) length--;
            text[length++] = text[i];
        }
        return length;
    }

    /// <summary>" ' " becomes "'".</summary>
    private static int JoinApostrophes(Span<byte> text)
    {
        int length = Math.Min(1, text.Length);
        for (int i = 1; i < text.Length; i++)
        {
            byte value = text[i];
            if (value == '\'' && i + 1 < text.Length && text[i - 1] == ' ' && text[i + 1] == ' ')
            {
                length--;
                text[++i] = 0; // no longer a space for what follows
            }
            text[length++] = value;
        }
        return length;
    }

    private static bool IsContraction(Span<byte> text, int i)
    {
        if (text[i] != '\'' || i + 1 == text.Length) return false;
        if (text[i + 1] is (byte)'s' or (byte)'m') return true;
        return i + 2 < text.Length && (text[i + 1] is (byte)'r' or (byte)'v') && text[i + 2] == 'e';
    }
}
