using System.Diagnostics;
using Jibun.Training.Matrices;
using Jibun.Training.Network;

namespace Jibun.Training;

/// <summary>Trains a <c>bitnet</c> network on this machine's processors.</summary>
public sealed unsafe class Trainer : IDisposable
{
    private const float FinalRate = 0.02f;
    private const int TolerableFailures = 20;
    private readonly TrainingOptions options;
    private readonly TrainingSet set;
    private readonly Arena arena = new();
    private readonly ThreadTeam team;
    private readonly Weights weights;
    private readonly Replica[] replicas;
    private readonly LossSums[] losses;
    private readonly AdamW optimizer;
    private readonly Action<int> runReplica;
    private SampleStream samples;
    private SplitMix random;
    private RunState state = new();
    private float lossScale;
    private int failures;

    internal Trainer(TrainingOptions options, TrainingSet set, Gemm? gemm = null)
    {
        options.Shape.Check();
        if (set.VocabularySize != options.Shape.VocabularySize)
            throw new ModelException($"the set has a vocabulary of {set.VocabularySize}, the network one of {options.Shape.VocabularySize}");
        if (set.LongestSample - 1 > options.Shape.Context)
            throw new ModelException($"a sample has {set.LongestSample} tokens, the context is {options.Shape.Context}");
        this.options = options;
        this.set = set;
        int threads = Math.Max(1, options.Threads);
        int capacity = Math.Max(options.BatchTokens, options.EarlyBatchTokens) / threads + 2 * set.LongestSample;
        team = new ThreadTeam(threads);
        weights = new Weights(arena, gemm ?? Gemm.Best, options.Shape);
        replicas = [.. Enumerable.Range(0, threads).Select(_ => new Replica(arena, weights, capacity))];
        losses = new LossSums[threads];
        optimizer = new AdamW(arena, weights, replicas, team);
        runReplica = member => losses[member] = replicas[member].Run(lossScale, train: true);
        random = new SplitMix(options.Seed);
        samples = new SampleStream(set, options.Seed);
        Start();
    }

    /// <summary>Trains until the budget is used up or cancelled; checkpoints in between and at the end.</summary>
    /// <exception cref="ModelException">The set does not fit the network, or the checkpoint is damaged or of another network.</exception>
    public static void Run(TrainingOptions options, TrainingSet set, IProgress<TrainingProgress>? progress, CancellationToken cancel = default)
    {
        using var trainer = new Trainer(options, set);
        trainer.Run(progress, cancel);
    }

    public void Dispose()
    {
        team.Dispose();
        arena.Dispose();
    }

    internal RunState State => state with { Epoch = samples.Epoch, Position = samples.Position, Random = random.State };

    internal Weights Weights => weights;

    private ReadOnlySpan<nint> Tensors => new nint[] { (nint)weights.Values, (nint)optimizer.Moment1, (nint)optimizer.Moment2, (nint)optimizer.Average };

    internal void Run(IProgress<TrainingProgress>? progress, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        TimeSpan saved = default, reported = default;
        long reportedTokens = state.Tokens;
        LossSums sums = default;
        while (!cancel.IsCancellationRequested && Advance(clock.Elapsed))
        {
            double norm = Step(ref sums);
            if (clock.Elapsed - saved > options.CheckpointInterval)
            {
                Save();
                saved = clock.Elapsed;
            }
            if (progress is null || clock.Elapsed - reported < options.ProgressInterval) continue;
            progress.Report(new TrainingProgress(
                state.DecayStart < 0 ? TrainingPhase.Stable : TrainingPhase.Decay, state.Step, state.Tokens, samples.Progress,
                sums.Answer / Math.Max(1, sums.AnswerTokens), sums.Prompt / Math.Max(1, sums.PromptTokens),
                (double)sums.AnswerHits / Math.Max(1, sums.AnswerTokens), LearningRate(), norm,
                (state.Tokens - reportedTokens) / (clock.Elapsed - reported).TotalSeconds, clock.Elapsed));
            (reported, reportedTokens, sums) = (clock.Elapsed, state.Tokens, default);
        }
        Save();
    }

    /// <summary>One step of the optimizer; adds its losses to <paramref name="sums"/> and returns the gradient norm.</summary>
    internal double Step(ref LossSums sums)
    {
        int tokens = Draw();
        team.Run(runReplica);
        foreach (LossSums loss in losses) sums.Add(loss);
        bool decaying = state.DecayStart >= 0;
        double norm = optimizer.Step(state.Step + 1, LearningRate(), decaying ? 0 : options.WeightDecay, options.Clip, decaying ? 0.99f : 0.998f);
        failures = double.IsFinite(norm) ? 0 : failures + 1;
        if (failures > TolerableFailures)
            throw new ModelException($"training diverged at step {state.Step}: go on from the last checkpoint with a lower learning rate");
        state = state with { Step = state.Step + 1, Tokens = state.Tokens + tokens };
        return norm;
    }

    internal void Save() => Checkpoint.Save(options.Folder, options.Shape, options.Ternary, State, Tensors, weights.Parameters.Length);

    private void Start()
    {
        string? folder = Checkpoint.Exists(options.Folder) ? options.Folder : options.StartFrom;
        if (folder is null)
        {
            weights.Initialize(options.Seed);
            new ReadOnlySpan<float>(weights.Values, (int)weights.Parameters.Length).CopyTo(
                new Span<float>(optimizer.Average, (int)weights.Parameters.Length));
        }
        else
        {
            state = Checkpoint.Load(folder, options.Shape, options.Ternary, Tensors, weights.Parameters.Length);
            random = new SplitMix(state.Random);
            samples = new SampleStream(set, options.Seed, state.Epoch, state.Position);
        }
        weights.Precision = new Precision(options.Ternary, options.Ternary && state.DecayStart >= 0);
        weights.Store();
    }

    // Moves from the stable part to the decay and to the end; false at the end.
    private bool Advance(TimeSpan elapsed)
    {
        if (state.DecayStart < 0)
        {
            bool spent = state.Tokens >= options.StableTokens || (options.Minutes > 0 && elapsed.TotalMinutes >= options.Minutes);
            if (!spent) return true;
            if (options.DecayTokens <= 0) return false;
            state = state with { DecayStart = state.Tokens, DecayTokens = options.DecayTokens };
            weights.Precision = new Precision(options.Ternary, QuantizedHead: options.Ternary);
            weights.Store();
        }
        if (state.Tokens >= state.DecayStart + state.DecayTokens) state = state with { Finished = true };
        return !state.Finished;
    }

    private float LearningRate()
    {
        float rate = options.PeakLearningRate * Math.Min(1, (state.Step + 1f) / options.WarmupSteps);
        if (state.DecayStart < 0) return rate;
        float done = Math.Min(1, (state.Tokens - state.DecayStart) / (float)state.DecayTokens);
        return rate * (1 - done * (1 - FinalRate));
    }

    // Fills the replicas' batches, always the emptiest first; returns the tokens drawn.
    private int Draw()
    {
        int wanted = state.Tokens < options.EarlyTokens ? options.EarlyBatchTokens : options.BatchTokens, drawn = 0;
        foreach (Replica replica in replicas) replica.Batch.Clear();
        while (drawn < wanted)
        {
            ref readonly TrainingSample sample = ref samples.Peek();
            Batch batch = replicas[0].Batch;
            foreach (Replica replica in replicas)
                if (replica.Batch.TokenCount < batch.TokenCount) batch = replica.Batch;
            if (!batch.Fits(sample.Length)) break;
            batch.Add(set.TokensOf(sample), sample.PromptLength, options.PromptWeight, options.PromptShare, ref random);
            drawn += sample.Length - 1;
            samples.Take();
        }
        double weight = 0;
        foreach (Replica replica in replicas) weight += replica.Batch.WeightSum;
        lossScale = (float)(1 / weight);
        return drawn;
    }
}
