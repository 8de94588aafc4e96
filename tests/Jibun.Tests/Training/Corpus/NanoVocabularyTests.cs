using Jibun.Chat.Nano;
using Jibun.Gguf;
using Jibun.Peers;
using Jibun.Tokenization;
using Jibun.Training.Corpus;

namespace Jibun.Tests.Training.Corpus;

public sealed class NanoVocabularyTests
{
    [Theory]
    [InlineData("Add Künstler to the ‘chill out’ playlist; it's 7:30 pm")]
    [InlineData("リビングの電気を50％にして、1時間半")]
    [InlineData("  two  spaces and 1234567 digits 薔薇 🙂 \n")]
    [InlineData("")]
    public void TextComesBack(string text)
    {
        NanoVocabulary vocabulary = SmallCorpus.Corpus.Vocabulary;
        Assert.Equal(text, vocabulary.Decode(vocabulary.Encode(text)));
    }

    [Fact]
    public void EveryLineIsItsTokensAndNoOthers()
    {
        NanoCorpus corpus = SmallCorpus.Corpus;
        foreach (CorpusLine line in corpus.Lines)
        {
            (List<int> prompt, List<int> answer) = corpus.Encode(line.Task, line.Utterance);
            List<int> whole = [.. prompt, .. answer];
            Assert.Equal(whole, corpus.Vocabulary.Encode(corpus.Vocabulary.Decode(whole)));
            if (line.Utterance.Answer is not null) continue;
            Assert.Equal(corpus.Vocabulary.Id(NanoFormat.Label(line.Utterance.Intent)), answer[0]);
            if (line.Utterance.Slots.Count == 0) Assert.Equal(3, answer.Count);
        }
    }

    [Fact]
    public void NamesAreTheSameTokensInsideASentenceAndACall()
    {
        NanoCorpus corpus = SmallCorpus.Corpus;
        int same = 0, all = 0;
        foreach (CorpusLine line in corpus.Lines.Where(line => line.Task is "snips" or "assistant").Take(20_000))
            foreach (NanoArgument slot in line.Utterance.Slots)
            {
                List<int> inSentence = corpus.Vocabulary.Encode(" " + slot.Value), inCall = corpus.Vocabulary.Encode(slot.Value);
                all++;
                if (inSentence.Skip(1).SequenceEqual(inCall)) same++;
            }
        Assert.True(same > 0.95 * all, $"{same} of {all}");
    }

    [Fact]
    public void MergesKeepToOneScriptAndToSingleDigits()
    {
        NanoVocabulary vocabulary = SmallCorpus.Corpus.Vocabulary;
        for (int id = 256; id < vocabulary.Size; id++)
        {
            if (vocabulary.Kinds[id] != NanoTokenKind.Normal) continue;
            string text = vocabulary.Decode([id]).TrimStart(' ');
            if (text.Contains('\uFFFD')) continue;
            Assert.False(text.Length > 1 && text.Any(char.IsDigit), text);
            Assert.Single(BytePairLearner.Segments(text));
        }
    }

    [Fact]
    public void TheRuntimesTokenizerAgrees()
    {
        NanoCorpus corpus = SmallCorpus.Corpus;
        foreach (CorpusLine line in corpus.Lines.Where((_, i) => i % 7 == 0))
        {
            (List<int> prompt, List<int> answer) = corpus.Encode(line.Task, line.Utterance);
            string text = corpus.Vocabulary.Decode([.. prompt, .. answer]);
            Assert.Equal([.. prompt, .. answer], SmallCorpus.Language.Tokenizer.Encode(text, parseSpecial: true));
        }
    }

    [Fact]
    public void UpstreamAgrees()
    {
        Upstream.Require();
        NanoCorpus corpus = SmallCorpus.Corpus;
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid()}.gguf");
        try
        {
            var writer = new GgufWriter();
            writer.Add("general.architecture", "bitnet");
            foreach ((string key, GgufValue value) in NanoMetadata.Create(corpus.Vocabulary, corpus.Profile))
                writer.Set(key, value);
            writer.Write(path);
            using LlamaOracle oracle = LlamaOracle.Open(path, OracleOptions.Exact with { VocabularyOnly = true });
            foreach (CorpusLine line in corpus.Lines.Where((_, i) => i % 11 == 0))
            {
                (List<int> prompt, List<int> answer) = corpus.Encode(line.Task, line.Utterance);
                string text = corpus.Vocabulary.Decode([.. prompt, .. answer]);
                Assert.Equal([.. prompt, .. answer], oracle.Tokenize(text, parseSpecial: true));
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void ItIsWrittenAndRead()
    {
        NanoVocabulary vocabulary = SmallCorpus.Corpus.Vocabulary;
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid()}.json");
        try
        {
            vocabulary.Save(path);
            NanoVocabulary read = NanoVocabulary.Load(path);
            Assert.Equal(vocabulary.Tokens, read.Tokens);
            Assert.Equal(vocabulary.Kinds, read.Kinds);
            Assert.Equal(vocabulary.Merges, read.Merges);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void ItHasTheSizeAskedFor() => Assert.Equal(3072, SmallCorpus.Corpus.Vocabulary.Size);

    [Fact]
    public void TheEndTokenEndsGeneration()
    {
        Tokenizer tokenizer = SmallCorpus.Language.Tokenizer;
        Assert.Equal(SmallCorpus.Corpus.Vocabulary.Id(NanoFormat.End), tokenizer.Eos);
        Assert.False(tokenizer.AddBos);
    }
}
