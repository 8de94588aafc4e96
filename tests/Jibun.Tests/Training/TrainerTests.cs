using Jibun.Training;
using Jibun.Training.Matrices;
using Jibun.Training.Network;

namespace Jibun.Tests.Training;

public sealed unsafe class TrainerTests : IDisposable
{
    private const int Vocabulary = 40;
    private readonly string folder = Directory.CreateTempSubdirectory("jibun-trainer").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void CopyingIsLearnt(bool ternary)
    {
        using var trainer = new Trainer(Options("learn") with { Ternary = ternary }, ToySet.Copy(2000, Vocabulary));
        LossSums sums = default;
        for (int step = 0; step < 120; step++)
        {
            sums = default;
            trainer.Step(ref sums);
        }
        Assert.True(sums.Answer / sums.AnswerTokens < 0.7, $"{sums.Answer / sums.AnswerTokens}");
        Assert.True(sums.AnswerHits > 0.75 * sums.AnswerTokens, $"{sums.AnswerHits} of {sums.AnswerTokens}");
    }

    [Fact]
    public void ResumedRunIsTheSameToTheBit()
    {
        TrainingSet set = ToySet.Copy(100, Vocabulary);
        TrainingOptions options = Options("resume");
        LossSums sums = default;
        float[] straight, resumed;
        using (var trainer = new Trainer(options, set))
        {
            for (int step = 0; step < 6; step++) trainer.Step(ref sums);
            trainer.Save();
            for (int step = 0; step < 6; step++) trainer.Step(ref sums);
            straight = Values(trainer);
        }
        using (var trainer = new Trainer(options, set))
        {
            Assert.Equal(6, trainer.State.Step);
            for (int step = 0; step < 6; step++) trainer.Step(ref sums);
            resumed = Values(trainer);
        }
        Assert.Equal(straight, resumed);
    }

    [Fact]
    public void DecayBranchesFromACheckpoint()
    {
        TrainingSet set = ToySet.Copy(100, Vocabulary);
        TrainingOptions stable = Options("stable") with { StableTokens = 2000 };
        Trainer.Run(stable, set, null, TestContext.Current.CancellationToken);
        Trainer.Run(stable with { Folder = Path.Combine(folder, "branch"), StartFrom = stable.Folder, DecayTokens = 1000 }, set, null,
            TestContext.Current.CancellationToken);
        Assert.False(Checkpoint.ReadHeader(stable.Folder).State.Finished);
        using TrainedModel model = TrainedModel.Load(stable.Folder, mean: true);
        HeldOutScore score = Assert.Single(model.Evaluate(set, TestContext.Current.CancellationToken));
        Assert.Equal((100, set.Samples.Sum(sample => sample.Length - sample.PromptLength)), (score.Samples, score.AnswerTokens));
        Assert.InRange(score.AnswerLoss, 1, 4);
        Assert.InRange(score.ExactAnswers, 0, score.AnswerAccuracy);
        RunState branch = Checkpoint.ReadHeader(Path.Combine(folder, "branch")).State;
        Assert.True(branch.Finished);
        Assert.InRange(branch.Tokens - branch.DecayStart, 1000, 2000);
    }

    [Fact]
    public void CancelledRunLeavesACheckpoint()
    {
        using var cancel = new CancellationTokenSource();
        cancel.Cancel();
        Trainer.Run(Options("cancelled"), ToySet.Copy(100, Vocabulary), null, cancel.Token);
        Assert.True(Checkpoint.Exists(Path.Combine(folder, "cancelled")));
    }

    [Fact]
    public void ForeignOrDamagedCheckpointIsRefused()
    {
        TrainingSet set = ToySet.Copy(100, Vocabulary);
        TrainingOptions options = Options("damaged");
        using (var trainer = new Trainer(options, set)) trainer.Save();
        Assert.Throws<ModelException>(() => new Trainer(options with { Ternary = false }, set));
        string path = Path.Combine(options.Folder, Checkpoint.FileName);
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..5000]);
        Assert.Throws<ModelException>(() => new Trainer(options, set));
    }

    private static float[] Values(Trainer trainer) =>
        new ReadOnlySpan<float>(trainer.Weights.Values, (int)trainer.Weights.Parameters.Length).ToArray();

    private TrainingOptions Options(string name) => new()
    {
        Shape = new NetworkShape { VocabularySize = Vocabulary, Layers = 1, FeedForward = 256, Context = 64 },
        Folder = Path.Combine(folder, name),
        Threads = 2,
        BatchTokens = 512,
        EarlyBatchTokens = 512,
        WarmupSteps = 20,
    };
}
