using Jibun.Chat.Nano;
using Jibun.Tests.Training.Corpus;
using Jibun.Training;
using Jibun.Training.Corpus;
using Jibun.Training.Evaluation;

namespace Jibun.Tests.Training.Evaluation;

public sealed class NanoEvaluationTests
{
    [Theory]
    [InlineData("snips", "snips.dev.jsonl")]
    [InlineData("clinc", "clinc150.dev.jsonl")]
    [InlineData("hwu", "hwu64.dev.jsonl")]
    [InlineData("hass", "hass_en.dev.jsonl")]
    public void APerfectModelScoresOne(string task, string file)
    {
        Utterance[] lines = [.. Utterance.Read(TestData.Find("nlu", file)).Take(200)];
        int at = 0;
        NanoScore score = NanoScore.Of(task, NanoEvaluation.Run(task, lines, SmallCorpus.Language,
            (_, _) => CorpusBuilder.Prepare(task, lines[at++]).Call.Render(), TestContext.Current.CancellationToken));
        Assert.Equal(1, score.IntentAccuracy);
        Assert.Equal(1, score.SlotF1 ?? 1);
        Assert.Equal(1, score.FrameAccuracy ?? score.ExactCall ?? 1);
    }

    /// <summary>The shards hold prompts and answers as the heads write them, each set under its own name.</summary>
    [Fact]
    public void DevelopmentShardsHoldEverySentenceWithItsAnswer()
    {
        TrainingSet set = DevelopmentSet.Build(SmallCorpus.Corpus, TestData.Find("nlu"));
        Assert.Equal(["snips", "clinc", "hwu", "hass", "own_en", "own_ja"], set.Tasks);
        Utterance[] lines = [.. Utterance.Read(TestData.Find("nlu", "clinc150.dev.jsonl"))];
        TrainingSample[] samples = [.. set.Samples.Where(sample => sample.Task == 1)];
        Assert.Equal(lines.Length, samples.Length);
        int[] tokens = [.. set.TokensOf(samples[^1]).ToArray().Select(token => (int)token)];
        Utterance last = CorpusBuilder.Prepare("clinc", lines[^1]);
        Assert.Equal(NanoFormat.Prompt(last.Text, "clinc"), SmallCorpus.Corpus.Vocabulary.Decode(tokens[..samples[^1].PromptLength]));
        Assert.Equal(last.RenderedAnswer + NanoFormat.End, SmallCorpus.Corpus.Vocabulary.Decode(tokens[samples[^1].PromptLength..]));
    }

    [Fact]
    public void AnUnknownTaskIsRefused() =>
        Assert.Contains("snips", Assert.Throws<ModelException>(() => NanoEvaluation.Head("nope")).Message);

    [Fact]
    public void TheProductIsAskedOnItsHead() => Assert.Equal(NanoFormat.Assistant, NanoEvaluation.Head("own"));
}
