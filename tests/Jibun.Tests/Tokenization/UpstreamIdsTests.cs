using System.Text;

namespace Jibun.Tests.Tokenization;

/// <summary>The vocabularies of the test data beside upstream, live.</summary>
public class UpstreamIdsTests
{
    public static TheoryData<string> Names => new(Vocabularies.All);

    [Theory, MemberData(nameof(Names))]
    public void Random_texts(string name)
    {
        Upstream.Require();
        using UpstreamTokenizer tokenizer = UpstreamTokenizer.Open(name);
        foreach (bool parseSpecial in (bool[])[false, true])
            foreach (bool addSpecial in (bool[])[false, true])
                tokenizer.AssertSame(RandomText.Take(500, seed: 4), parseSpecial, addSpecial);
        tokenizer.AssertSame([""], addSpecial: true);
    }

    [Theory, MemberData(nameof(Names))]
    public void The_same_tokens_end_generation(string name)
    {
        Upstream.Require();
        using UpstreamTokenizer tokenizer = UpstreamTokenizer.Open(name);
        tokenizer.AssertSameEnds();
    }

    [Theory, InlineData("llama-spm"), InlineData("phi-3"), InlineData("bert-bge")]
    public void Prints_what_upstream_prints(string name)
    {
        Upstream.Require();
        using UpstreamTokenizer tokenizer = UpstreamTokenizer.Open(name);
        Random random = new(5);
        foreach (string text in RandomText.Take(500, seed: 6))
        {
            int[] ids = tokenizer.Ours.Encode(text, parseSpecial: true, addSpecial: random.Next(2) == 0);
            int[] noise = [.. Enumerable.Range(0, random.Next(20)).Select(_ => random.Next(tokenizer.Ours.VocabularySize))];
            foreach (int[] tokens in (int[][])[ids, noise])
                foreach (bool special in (bool[])[false, true])
                    Assert.Equal(tokenizer.Upstream.Detokenize(tokens, special), tokenizer.Ours.Decode(tokens, special));
        }
    }

    /// <summary>Lower case, accents, controls, Chinese: each character between letters.</summary>
    [Fact]
    public void Every_code_point_is_normalised_for_word_pieces()
    {
        Upstream.Require();
        using UpstreamTokenizer tokenizer = UpstreamTokenizer.Open("bert-bge");
        StringBuilder text = new();
        for (int codePoint = 0; codePoint < 0x110000; codePoint += RandomText.IsWorthATest(codePoint) ? 1 : 64)
        {
            if (!Rune.IsValid(codePoint)) continue;
            if (text.Length > 2000)
            {
                tokenizer.AssertSame([text.ToString()]);
                text.Clear();
            }
            text.Append($"a{new Rune(codePoint)}b {new Rune(codePoint)} ");
        }
        tokenizer.AssertSame([text.ToString()]);
    }
}
