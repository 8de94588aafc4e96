using System.Text;

namespace Jibun.Peers;

/// <summary>A vocabulary in SentencePiece's manner: three special tokens, the 256 bytes, printable ASCII, words.</summary>
internal static class SyntheticVocabulary
{
    public const int Unknown = 0, Bos = 1, Eos = 2;

    private const int Normal = 1, UnknownKind = 2, Control = 3, Byte = 6;

    public static (string[] Tokens, float[] Scores, int[] Kinds) Create(int size)
    {
        List<string> tokens = ["<unk>", "<s>", "</s>"];
        List<int> kinds = [UnknownKind, Control, Control];
        for (int value = 0; value < 256; value++)
        {
            tokens.Add($"<0x{value:X2}>");
            kinds.Add(Byte);
        }
        tokens.Add("▁");
        for (char letter = '!'; letter <= '~'; letter++) tokens.Add(letter.ToString());
        for (int number = 0; tokens.Count < size; number++) tokens.Add(Word(number));
        while (kinds.Count < tokens.Count) kinds.Add(Normal);
        float[] scores = new float[size];
        for (int i = 0; i < size; i++) scores[i] = kinds[i] == Normal ? -i : 0;
        return ([.. tokens.Take(size)], scores, [.. kinds.Take(size)]);
    }

    private static string Word(int number) // ▁aa, ▁ab … ▁zz, ▁aaa …
    {
        int length = 2, words = 26 * 26;
        while (number >= words)
        {
            number -= words;
            words *= 26;
            length++;
        }
        StringBuilder word = new("▁");
        for (int i = 0; i < length; i++, number /= 26) word.Append((char)('a' + number % 26));
        return word.ToString();
    }
}
