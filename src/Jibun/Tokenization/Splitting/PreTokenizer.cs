using System.Buffers;
using System.Text;

namespace Jibun.Tokenization.Splitting;

/// <summary>Cuts a text into the words within which byte pairs are merged. Linear in the length of the text.</summary>
/// <param name="stages">Each cuts the parts that the one before it left.</param>
internal sealed class PreTokenizer(params ISplitter[] stages)
{
    /// <summary>The words in bytes of UTF-8: where each ends.</summary>
    /// <param name="text">Valid UTF-8.</param>
    public List<int> Split(ReadOnlySpan<byte> text)
    {
        int[] codePoints = ArrayPool<int>.Shared.Rent(text.Length);
        CharacterClass[] classes = ArrayPool<CharacterClass>.Shared.Rent(text.Length);
        int length = Decode(text, codePoints, classes);
        Characters characters = new(codePoints.AsSpan(0, length), classes.AsSpan(0, length));
        List<int> ends = [length];
        foreach (ISplitter stage in stages) ends = Split(characters, ends, stage);
        if (length < text.Length) CountBytes(codePoints, ends);
        ArrayPool<int>.Shared.Return(codePoints);
        ArrayPool<CharacterClass>.Shared.Return(classes);
        return ends;
    }

    private static List<int> Split(Characters text, List<int> ends, ISplitter stage)
    {
        List<int> finer = new(Math.Max(ends.Count, text.Length / 4));
        int start = 0;
        foreach (int end in ends)
        {
            stage.Split(text.Slice(start, end), start, finer);
            start = end;
        }
        return finer;
    }

    private static int Decode(ReadOnlySpan<byte> text, Span<int> codePoints, Span<CharacterClass> classes)
    {
        ReadOnlySpan<CharacterClass> ascii = CharacterClasses.Ascii;
        int length = 0;
        for (int i = 0; i < text.Length; length++)
        {
            int codePoint = text[i];
            if (codePoint < 0x80)
            {
                i++;
                codePoints[length] = codePoint;
                classes[length] = ascii[codePoint];
                continue;
            }
            Rune.DecodeFromUtf8(text[i..], out Rune rune, out int consumed);
            i += consumed;
            codePoints[length] = rune.Value;
            classes[length] = CharacterClasses.Of(rune.Value);
        }
        return length;
    }

    private static void CountBytes(ReadOnlySpan<int> codePoints, List<int> ends)
    {
        int character = 0;
        int bytes = 0;
        for (int i = 0; i < ends.Count; i++)
        {
            for (; character < ends[i]; character++)
                bytes += codePoints[character] switch { < 0x80 => 1, < 0x800 => 2, < 0x10000 => 3, _ => 4 };
            ends[i] = bytes;
        }
    }
}
