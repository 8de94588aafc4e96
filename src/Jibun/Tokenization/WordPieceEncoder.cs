using System.Text;
using Jibun.Gguf;

namespace Jibun.Tokenization;

/// <summary>
/// BERT's WordPiece: the text is normalised and cut into words and signs, and a word into the longest tokens from its beginning,
/// of which the first starts with "▁". A word with a remainder that is no token is unknown as a whole.
/// </summary>
internal sealed class WordPieceEncoder : ITextEncoder
{
    private readonly ByteTrie tokens = new();
    private readonly bool lowercases;
    private readonly bool stripsAccents;
    private readonly int? unknown;

    public WordPieceEncoder(Vocabulary vocabulary, int? unknown, GgufMetadata metadata)
    {
        this.unknown = unknown;
        lowercases = metadata.GetBoolean("tokenizer.ggml.normalizer.lowercase", true);
        stripsAccents = metadata.GetBoolean("tokenizer.ggml.normalizer.strip_accents", lowercases);
        for (int id = 0; id < vocabulary.Count; id++) tokens.Add(vocabulary.Text(id), id);
    }

    public void Encode(ReadOnlySpan<byte> text, bool afterSpecial, List<int> ids)
    {
        List<byte> word = new(64);
        for (int i = 0; i < text.Length;)
        {
            Rune.DecodeFromUtf8(text[i..], out Rune rune, out int consumed);
            i += consumed;
            if (stripsAccents) rune = new Rune(Decompositions.FirstOf(rune.Value));
            CharacterClass kind = CharacterClasses.Of(rune.Value);
            if ((kind & CharacterClass.WhiteSpace) != 0)
            {
                EndWord(word, ids);
                continue;
            }
            if (rune.Value is 0 or 0xFFFD || Rune.IsControl(rune) || IsFormat(rune)) continue;
            if (stripsAccents && kind == CharacterClass.Mark) continue;
            bool alone = kind == CharacterClass.Punctuation || IsAsciiSign(rune.Value) || IsChinese(rune.Value);
            if (alone) EndWord(word, ids);
            Append(lowercases ? Lower(rune) : rune, word);
            if (alone) EndWord(word, ids);
        }
        EndWord(word, ids);
    }

    public byte[] Decode(ReadOnlySpan<byte> text) => SpaceMark.Read(text);

    private void EndWord(List<byte> word, List<int> ids)
    {
        if (word.Count == 0) return;
        byte[] text = [.. "▁"u8, .. word];
        word.Clear();
        int before = ids.Count;
        for (int start = 0; start < text.Length;)
        {
            if (!tokens.TryFindLongest(text.AsSpan(start), int.MaxValue, out int id, out int length))
            {
                ids.RemoveRange(before, ids.Count - before);
                break;
            }
            ids.Add(id);
            start += length;
        }
        if (ids.Count == before && unknown is int none) ids.Add(none);
    }

    private static Rune Lower(Rune rune)
    {
        if (rune.Value == 0x130) return new Rune('i'); // İ, which the runtime leaves alone
        return CharacterClasses.IsNewer(rune.Value) ? rune : Rune.ToLowerInvariant(rune);
    }

    private static void Append(Rune rune, List<byte> word)
    {
        Span<byte> utf8 = stackalloc byte[4];
        foreach (byte value in utf8[..rune.EncodeToUtf8(utf8)]) word.Add(value);
    }

    private static bool IsFormat(Rune rune) => Rune.GetUnicodeCategory(rune) is
        System.Globalization.UnicodeCategory.Format or System.Globalization.UnicodeCategory.PrivateUse;

    private static bool IsAsciiSign(int codePoint) =>
        codePoint is (>= '!' and <= '/') or (>= ':' and <= '@') or (>= '[' and <= '`') or (>= '{' and <= '~');

    private static bool IsChinese(int codePoint) => codePoint is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or
        (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F) or (>= 0x2B740 and <= 0x2B81F) or
        (>= 0x2B920 and <= 0x2CEAF) or // BERT begins at 2B820; upstream follows its Rust twin
        (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);
}
