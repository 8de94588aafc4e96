using System.Text;
using Jibun.Tokenization;

namespace Jibun.Tests.Tokenization;

public class StreamingDecoderTests
{
    public static TheoryData<string> BytePairNames => new(Vocabularies.BytePair);

    public static TheoryData<string> Names => new(Vocabularies.All);

    [Theory, MemberData(nameof(BytePairNames))]
    public void Byte_pairs_bring_every_text_back(string name)
    {
        Tokenizer tokenizer = Vocabularies.Get(name);
        IEnumerable<byte> bytes = Enumerable.Range(0, 256).Select(value => (byte)value);
        HashSet<byte> missing = [.. bytes.Where(value => !HasToken(tokenizer, value))];
        foreach (string text in RandomText.Take(2000, seed: 20, fragments: 20))
        {
            if (Encoding.UTF8.GetBytes(text).Any(missing.Contains)) continue; // the vocabulary cannot say it: Falcon, StarCoder
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text, parseSpecial: true), special: true));
        }
    }

    private static bool HasToken(Tokenizer tokenizer, byte value)
    {
        byte[] letter = new byte[2];
        return tokenizer.TryGetId(Encoding.UTF8.GetString(letter, 0, ByteLevel.Write(value, letter)), out _);
    }

    [Theory, MemberData(nameof(Names))]
    public void Streamed_text_is_the_whole_text_and_never_a_part_of_a_character(string name)
    {
        Tokenizer tokenizer = Vocabularies.Get(name);
        Random random = new(21);
        foreach (string text in RandomText.Take(300, seed: 22))
        {
            int[] ids = tokenizer.Encode(text);
            int[] noise = [.. Enumerable.Range(0, 30).Select(_ => random.Next(Math.Min(400, tokenizer.VocabularySize)))];
            foreach (int[] tokens in (int[][])[ids, noise])
            {
                foreach (bool special in (bool[])[false, true])
                {
                    StreamingDecoder decoder = new(tokenizer, special);
                    List<byte> bytes = [];
                    StringBuilder streamed = new();
                    foreach (int id in tokens)
                    {
                        if (special || !tokenizer.IsSpecial(id)) bytes.AddRange(tokenizer.Bytes(id));
                        string part = decoder.Append(id);
                        Assert.False(part.Length > 0 && (char.IsLowSurrogate(part[0]) || char.IsHighSurrogate(part[^1])));
                        streamed.Append(part);
                        int heldBack = bytes.Count - Encoding.UTF8.GetByteCount(streamed.ToString());
                        Assert.True(heldBack <= 3);
                    }
                    Assert.Equal(Encoding.UTF8.GetString([.. bytes]), streamed.Append(decoder.Flush()).ToString());
                    Assert.Equal("", decoder.Flush());
                }
            }
        }
    }

    [Fact]
    public void Bytes_that_cannot_become_a_character_are_not_held_back()
    {
        Tokenizer tokenizer = Vocabularies.Get("llama-spm");
        int Byte(int value) => tokenizer.TryGetId($"<0x{value:X2}>", out int id) ? id : throw new InvalidOperationException();
        StreamingDecoder decoder = new(tokenizer);
        Assert.Equal("", decoder.Append(Byte(0xE3)));
        Assert.Equal("", decoder.Append(Byte(0x81)));
        Assert.Equal("あ", decoder.Append(Byte(0x82)));
        Assert.Equal("", decoder.Append(Byte(0xF0)));
        Assert.Equal("\uFFFDa", decoder.Append(Byte('a')));
        Assert.Equal("\uFFFD", decoder.Append(Byte(0xFF)));
        Assert.Equal("", decoder.Append(Byte(0xC3)));
        Assert.Equal("\uFFFD", decoder.Flush());
        Assert.Equal("", decoder.Append(1)); // <s>
        Assert.Equal("<s>", new StreamingDecoder(tokenizer, special: true).Append(1));
    }
}
