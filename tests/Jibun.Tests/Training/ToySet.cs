using Jibun.Training;

namespace Jibun.Tests.Training;

/// <summary>A task that a tiny model learns in seconds: copy the middle of the prompt.</summary>
internal static class ToySet
{
    public const int End = 1, Ask = 2, Answer = 3, FirstWord = 4;

    public static TrainingSet Copy(int samples, int vocabulary, int words = 4, int seed = 1)
    {
        var random = new Random(seed);
        var tokens = new List<ushort>();
        var list = new List<TrainingSample>();
        for (int i = 0; i < samples; i++)
        {
            int start = tokens.Count, count = random.Next(1, words + 1);
            ushort[] copied = [.. Enumerable.Range(0, count).Select(_ => (ushort)random.Next(FirstWord, vocabulary))];
            tokens.AddRange([Ask, .. copied, Answer, .. copied, End]);
            list.Add(new TrainingSample(start, count + 2, 2 * count + 3, task: 0));
        }
        return new TrainingSet([.. tokens], [.. list], vocabulary, ["copy"]);
    }
}
