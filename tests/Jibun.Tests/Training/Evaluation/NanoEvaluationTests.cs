using Jibun.Chat.Nano;
using Jibun.Tests.Training.Corpus;
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

    [Fact]
    public void AnUnknownTaskIsRefused() =>
        Assert.Contains("snips", Assert.Throws<ModelException>(() => NanoEvaluation.Head("nope")).Message);

    [Fact]
    public void TheProductIsAskedOnItsHead() => Assert.Equal(NanoFormat.Assistant, NanoEvaluation.Head("own"));
}
