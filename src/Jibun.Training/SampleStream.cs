namespace Jibun.Training;

/// <summary>Draws samples without end: every epoch a new shuffle, each sample as often as its weight says.</summary>
internal sealed class SampleStream
{
    private readonly TrainingSet set;
    private readonly ulong seed;
    private int[] order = [];

    public SampleStream(TrainingSet set, ulong seed, int epoch = 0, int position = 0)
    {
        this.set = set;
        this.seed = seed;
        Epoch = epoch;
        Shuffle();
        Position = Math.Min(position, order.Length);
    }

    public int Epoch { get; private set; }

    /// <summary>Samples drawn in this epoch.</summary>
    public int Position { get; private set; }

    public double Progress => Epoch + (double)Position / order.Length;

    /// <summary>The next sample, without taking it.</summary>
    public ref readonly TrainingSample Peek()
    {
        if (Position == order.Length)
        {
            Epoch++;
            Position = 0;
            Shuffle();
        }
        return ref set.Samples[order[Position]];
    }

    public void Take() => Position++;

    private void Shuffle()
    {
        var random = new SplitMix(seed * 0x9E3779B97F4A7C15 + (ulong)Epoch);
        var drawn = new List<int>(set.Samples.Length);
        for (int i = 0; i < set.Samples.Length; i++)
        {
            float weight = set.Samples[i].Weight;
            int times = (int)weight + (random.NextFloat() < weight - (int)weight ? 1 : 0);
            for (int n = 0; n < times; n++) drawn.Add(i);
        }
        if (drawn.Count == 0) throw new ModelException("the training set has no sample with weight");
        order = [.. drawn];
        for (int i = order.Length - 1; i > 0; i--)
        {
            int j = random.NextInt(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
    }
}
