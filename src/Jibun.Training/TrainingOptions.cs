using Jibun.Training.Network;

namespace Jibun.Training;

/// <summary>
/// A run in the warm-up, stable, decay form (WSD): the stable part can be continued for as long as one likes, and a finished model
/// branches off from any checkpoint by a short decay.
/// </summary>
public sealed record TrainingOptions
{
    public required NetworkShape Shape { get; init; }

    /// <summary>Ternary weights and int8 activations; otherwise the float twin.</summary>
    public bool Ternary { get; init; } = true;

    /// <summary>Where checkpoints are written; a run goes on from one that lies there.</summary>
    public required string Folder { get; init; }

    /// <summary>Checkpoint folder to start from when <see cref="Folder"/> holds none yet.</summary>
    public string? StartFrom { get; init; }

    /// <summary>Tokens of the warm-up and stable part, those of earlier runs included.</summary>
    public long StableTokens { get; init; } = 40_000_000;

    /// <summary>The stable part also ends after this time of this run, in minutes; 0 is no limit.</summary>
    public double Minutes { get; init; }

    /// <summary>Tokens of the final decay, which also trains the quantized head; 0 leaves it out.</summary>
    public long DecayTokens { get; init; }

    /// <summary>Peak learning rate; null is 2.5e-3 for ternary and 1e-3 for float.</summary>
    public float? LearningRate { get; init; }

    public int WarmupSteps { get; init; } = 100;

    /// <summary>Of the linear weights, in the stable part.</summary>
    public float WeightDecay { get; init; } = 0.05f;

    /// <summary>Largest gradient norm of a step.</summary>
    public float Clip { get; init; } = 1;

    /// <summary>Tokens of a step during the first <see cref="EarlyTokens"/>.</summary>
    public int EarlyBatchTokens { get; init; } = 2048;

    public long EarlyTokens { get; init; } = 3_000_000;

    public int BatchTokens { get; init; } = 4096;

    /// <summary>Loss weight of prompt tokens; answer tokens have 1.</summary>
    public float PromptWeight { get; init; } = 0.1f;

    /// <summary>Share of the prompt tokens that is scored, with more weight each.</summary>
    public float PromptShare { get; init; } = 0.25f;

    public int Threads { get; init; } = Environment.ProcessorCount;

    public ulong Seed { get; init; } = 1;

    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromMinutes(5);

    public TimeSpan ProgressInterval { get; init; } = TimeSpan.FromSeconds(10);

    public float PeakLearningRate => LearningRate ?? (Ternary ? 2.5e-3f : 1e-3f);
}

public enum TrainingPhase
{
    Stable,
    Decay,
    Finished,
}

/// <summary>A report on the steps since the report before.</summary>
/// <param name="Tokens">Input tokens trained on so far, earlier runs included.</param>
/// <param name="Epoch">Epochs so far.</param>
/// <param name="AnswerLoss">Mean cross-entropy of answer tokens, in nats.</param>
/// <param name="AnswerAccuracy">Share of answer tokens predicted right.</param>
public sealed record TrainingProgress(
    TrainingPhase Phase, long Step, long Tokens, double Epoch, double AnswerLoss, double PromptLoss, double AnswerAccuracy,
    float LearningRate, double GradientNorm, double TokensPerSecond, TimeSpan Elapsed);

/// <summary>How a model does on the samples of one task that it was not trained on.</summary>
/// <param name="AnswerLoss">Mean cross-entropy of answer tokens, in nats.</param>
/// <param name="AnswerAccuracy">Share of answer tokens predicted right.</param>
/// <param name="ExactAnswers">Share of samples whose whole answer is what greedy decoding writes.</param>
public sealed record HeldOutScore(
    string Task, int Samples, int AnswerTokens, double AnswerLoss, double AnswerAccuracy, double ExactAnswers);
