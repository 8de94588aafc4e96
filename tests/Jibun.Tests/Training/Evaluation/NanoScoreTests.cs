using System.Text.Json;
using Jibun.Chat.Nano;
using Jibun.Training.Corpus;
using Jibun.Training.Evaluation;

namespace Jibun.Tests.Training.Evaluation;

public sealed class NanoScoreTests
{
    private static NanoOutcome Outcome(string wanted, string got, float confidence = 1)
    {
        NanoCall call = Read(wanted), answer = Read(got);
        return new NanoOutcome(new Utterance("text", call.Name, call.Arguments), answer.Render(), answer, confidence);
    }

    private static NanoCall Read(string text)
    {
        string[] parts = text.Split(' ');
        IEnumerable<string[]> pairs = parts.Skip(1).Select(part => part.Split('='));
        return new NanoCall(parts[0], [.. pairs.Select(pair => new NanoArgument(pair[0], pair[1]))]);
    }

    [Fact]
    public void SlotsCountAsMultisets()
    {
        NanoScore score = NanoScore.Of("snips",
        [
            Outcome("Play artist=a year=1", "Play year=1 artist=a"),
            Outcome("Play artist=a artist=a", "Play artist=a"),
            Outcome("Play artist=a", "Add artist=b"),
        ]);
        Assert.Equal(2 / 3.0, score.IntentAccuracy, 6);
        Assert.Equal(2 * 3 / 9.0, score.SlotF1!.Value, 6); // 3 right of 4 given and 5 wanted
        Assert.Equal(1 / 3.0, score.FrameAccuracy!.Value, 6);
        Assert.Null(score.OosRecall);
        Assert.Null(score.ExactCall);
        Assert.Equal(1, score.ValidJson);
    }

    [Fact]
    public void InScopeAccuracyLeavesOutOfScopeLinesOut()
    {
        NanoScore score = NanoScore.Of("clinc",
        [
            Outcome("weather", "weather"), Outcome("weather", "oos"), Outcome("oos", "oos"), Outcome("oos", "weather"),
            Outcome("oos", "oos"),
        ]);
        Assert.Equal(0.5, score.IntentAccuracy);
        Assert.Equal(2 / 3.0, score.OosRecall!.Value, 6);
        Assert.Equal(1 / 3.0, score.FalseCallRate!.Value, 6);
        Assert.Null(score.SlotF1);
    }

    [Fact]
    public void SentencesAndHandOffsOfTheProduct()
    {
        var thanks = new Utterance("thanks", "thanks", [], "en", "You're welcome.");
        NanoScore score = NanoScore.Of("own",
        [
            new NanoOutcome(thanks, "You're welcome.", null, 1),
            new NanoOutcome(thanks, "Goodbye!", null, 1),
            new NanoOutcome(new Utterance("write a poem", "handoff", []), "You're welcome.", null, 1),
            Outcome("handoff", "light_on"),
        ]);
        Assert.Equal(0.25, score.ExactCall);
        Assert.Equal(0, score.OosRecall);
        Assert.Equal(0.5, score.FalseCallRate);
    }

    [Fact]
    public void TheJsonLineHasFractions()
    {
        NanoScore score = NanoScore.Of("clinc", [Outcome("weather", "weather"), Outcome("oos", "oos")]);
        using JsonDocument json = JsonDocument.Parse(score.ToJson());
        Assert.Equal("clinc", json.RootElement.GetProperty("task").GetString());
        Assert.Equal(2, json.RootElement.GetProperty("n").GetInt32());
        Assert.Equal(1, json.RootElement.GetProperty("intent_accuracy").GetDouble());
        Assert.Equal(1, json.RootElement.GetProperty("oos_recall").GetDouble());
        Assert.False(json.RootElement.TryGetProperty("slot_f1", out _));
    }

    [Fact]
    public void AThresholdOfLossCostsNoMoreInScopeLines()
    {
        List<NanoOutcome> outcomes = [];
        for (int i = 0; i < 100; i++) outcomes.Add(Outcome("weather", "weather", 0.6f + i * 0.004f));
        for (int i = 0; i < 50; i++) outcomes.Add(Outcome("oos", "weather", 0.2f + i * 0.01f));
        float threshold = NanoEvaluation.ThresholdOfLoss(outcomes, loss: 0.03);
        Assert.Equal(3, outcomes.Take(100).Count(outcome => outcome.Confidence < threshold));
        Assert.Equal(1, outcomes.Take(100).Count(outcome => outcome.Confidence == threshold));
    }

    [Fact]
    public void AThresholdOfRecallFindsJustEnough()
    {
        List<NanoOutcome> outcomes = [];
        for (int i = 0; i < 100; i++) outcomes.Add(Outcome("weather", "weather", i * 0.01f));
        for (int i = 0; i < 50; i++) outcomes.Add(Outcome("oos", "weather", i * 0.02f));
        float threshold = NanoEvaluation.ThresholdOfRecall(outcomes, recall: 0.3);
        Assert.Equal(15, outcomes.Skip(100).Count(outcome => outcome.Confidence < threshold));
    }
}
