using Jibun.Training;

namespace Jibun.Tests.Training;

public sealed class TrainingSetTests
{
    [Fact]
    public void SetSurvivesTheDisk()
    {
        string folder = Directory.CreateTempSubdirectory("jibun-set").FullName;
        try
        {
            TrainingSet set = ToySet.Copy(20, 50);
            set.Save(folder);
            TrainingSet read = TrainingSet.Load(folder);
            Assert.Equal(set.Tokens, read.Tokens);
            Assert.Equal(set.Tasks, read.Tasks);
            Assert.Equal(16 * 20, new FileInfo(Path.Combine(folder, "samples.bin")).Length);
            for (int i = 0; i < 20; i++) Assert.Equal(set.TokensOf(set.Samples[i]), read.TokensOf(read.Samples[i]));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void DamagedSetIsRefused()
    {
        Assert.Throws<ModelException>(() => new TrainingSet([1, 2, 3], [new TrainingSample(1, 1, 3, 0)], 10, ["a"]));
        Assert.Throws<ModelException>(() => new TrainingSet([1, 2, 30], [new TrainingSample(0, 1, 3, 0)], 10, ["a"]));
        Assert.Throws<ModelException>(() => new TrainingSet([1, 2, 3], [new TrainingSample(0, 3, 3, 0)], 10, ["a"]));
        Assert.Throws<ModelException>(() => new TrainingSet([1, 2, 3], [new TrainingSample(0, 1, 3, 1)], 10, ["a"]));
        Assert.Throws<ModelException>(() => TrainingSet.Load("/does/not/exist"));
    }
}
