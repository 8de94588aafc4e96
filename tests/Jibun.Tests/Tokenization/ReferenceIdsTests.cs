using Jibun.Tokenization;

namespace Jibun.Tests.Tokenization;

public class ReferenceIdsTests
{
    public static TheoryData<string> Names => new(Vocabularies.All);

    public static TheoryData<string> SentencePieceNames => new("llama-spm", "phi-3");

    [Theory, MemberData(nameof(Names))]
    public void Pairs_of_upstream(string name)
    {
        Tokenizer tokenizer = Vocabularies.Get(name);
        IReadOnlyList<(string Text, int[] Ids)> pairs = Vocabularies.Pairs(name);
        Assert.Equal(47, pairs.Count);
        foreach ((string text, int[] ids) in pairs) Assert.Equal(ids, tokenizer.Encode(text));
    }

    [Theory, MemberData(nameof(Names))]
    public void Cases_of_upstream(string name)
    {
        Tokenizer tokenizer = Vocabularies.Get(name);
        IReadOnlyList<Vocabularies.Case> cases = Vocabularies.Cases(name);
        Assert.Equal(140, cases.Count);
        foreach (Vocabularies.Case @case in cases)
        {
            Assert.Equal(@case.Ids, tokenizer.Encode(@case.Text));
            Assert.Equal(@case.IdsSpecial, tokenizer.Encode(@case.Text, parseSpecial: true));
        }
    }

    [Theory, MemberData(nameof(SentencePieceNames))]
    public void Sentence_pieces_print_as_upstream_prints_them(string name)
    {
        Tokenizer tokenizer = Vocabularies.Get(name);
        foreach (Vocabularies.Case @case in Vocabularies.Cases(name))
            Assert.Equal(@case.Printed ?? @case.Text, tokenizer.Decode(@case.Ids));
    }
}
