using System.Text;
using Jibun.Tokenization.Splitting;

namespace Jibun.Tests.Tokenization;

/// <summary>Pre-tokenizers beside upstream's: what is compared is ids, of vocabularies in which every cut shows.</summary>
public class UpstreamSplittingTests
{
    public static TheoryData<string> Names => new(PreTokenizers.Names);

    public static TheoryData<string, string> Popular => new MatrixTheoryData<string, string>(
        ["llama-bpe", "qwen2", "deepseek-r1-qwen", "qwen35", "deepseek-v3", "gpt-4o", "smollm", "tekken"], ["gpt-2", "deepseek-llm"]);

    [Theory, MemberData(nameof(Names))]
    public void Every_pre_tokenizer_cuts_as_upstream_does(string name)
    {
        Upstream.Require();
        using UpstreamTokenizer tokenizer = UpstreamTokenizer.OpenPairs(name);
        tokenizer.AssertSame(RandomText.Take(300, seed: 1));
        tokenizer.AssertSame(RandomText.Take(20, seed: 2), addSpecial: true);
    }

    [Theory, MemberData(nameof(Popular))]
    public void Popular_pre_tokenizers_with_real_vocabularies(string name, string vocabulary)
    {
        Upstream.Require();
        using UpstreamTokenizer tokenizer = UpstreamTokenizer.Open(vocabulary, file => file.Set("tokenizer.ggml.pre", name));
        tokenizer.AssertSame(Vocabularies.Pairs("gpt-2").Select(pair => pair.Text));
        tokenizer.AssertSame(Vocabularies.Cases("gpt-2").Select(@case => @case.Text), parseSpecial: true);
        tokenizer.AssertSame(RandomText.Take(1500, seed: 3));
    }

    /// <summary>Each character between letters, digits, signs and spaces: its class is that of upstream's tables.</summary>
    [Theory, InlineData("qwen35"), InlineData("deepseek-v3"), InlineData("deepseek-llm")]
    public void Every_code_point_has_its_class(string name)
    {
        Upstream.Require();
        using UpstreamTokenizer tokenizer = UpstreamTokenizer.OpenPairs(name);
        StringBuilder text = new();
        for (int codePoint = 0; codePoint < 0x110000; codePoint += RandomText.IsWorthATest(codePoint) ? 1 : 64)
        {
            if (!Rune.IsValid(codePoint)) continue;
            if (text.Length > 1000)
            {
                tokenizer.AssertSame([text.ToString()]);
                text.Clear();
            }
            text.Append($"a{new Rune(codePoint)}a{new Rune(codePoint)}1{new Rune(codePoint)}! {new Rune(codePoint)}");
        }
        tokenizer.AssertSame([text.ToString()]);
    }
}
