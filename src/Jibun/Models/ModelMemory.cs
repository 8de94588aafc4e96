using Jibun.Formats;
using Jibun.Gguf;
using Jibun.Kernels;
using Jibun.Memory;
using Jibun.Models.Shared;

namespace Jibun.Models;

/// <summary>What a tensor is used as.</summary>
public enum WeightKind
{
    /// <summary>Repacked for matrix products, in the arena.</summary>
    Matrix,

    /// <summary>Decoded to float32: norms, biases, scales.</summary>
    Vector,

    /// <summary>Left in the file, from which single rows are read.</summary>
    Table,

    /// <summary>Nothing that this version computes.</summary>
    Unused,
}

/// <summary>What became of a tensor.</summary>
/// <param name="Tensor">As the file has it.</param>
/// <param name="Kind">What it is used as.</param>
/// <param name="Format">Of what lies in memory; null where nothing is used.</param>
/// <param name="Parts">Matrices in a stack, such as experts.</param>
/// <param name="Rows">Of one part.</param>
/// <param name="Columns">Of one part.</param>
/// <param name="MemoryBytes">Of all parts.</param>
public sealed record WeightUse(GgufTensor Tensor, WeightKind Kind, BlockFormat? Format, int Parts, int Rows, int Columns, long MemoryBytes)
{
    public long Weights => (long)Parts * Rows * Columns;
}

/// <summary>The memory of a loaded model.</summary>
public sealed class ModelMemory
{
    private readonly HugePageArena _arena;
    private readonly Func<int, int, long> _bufferBytes;
    private readonly WeightLoader _loader;

    internal ModelMemory(WeightLoader loader, HugePageArena arena, Func<int, int, long> bufferBytes)
    {
        (_loader, _arena, _bufferBytes) = (loader, arena, bufferBytes);
        Weights = [.. loader.Uses];
        Experts = loader.Experts;
        ExpertCache = loader.ExpertCache;
    }

    /// <summary>Null where the model has none.</summary>
    public ExpertSizes? Experts { get; }

    /// <summary>What the cache of experts was asked for; null where all lie in memory.</summary>
    public ExpertTally? Tally => ExpertCache?.Tally;

    internal ExpertCache? ExpertCache { get; }

    /// <summary>Every tensor of the file; one that is used in several ways comes several times.</summary>
    public IReadOnlyList<WeightUse> Weights { get; }

    /// <summary>Bytes of the buffers of a forward pass over so many rows and up to so many tokens.</summary>
    public long BufferBytes(int rows, int contextLength) => _bufferBytes(rows, contextLength) + _loader.ActivationBytes(rows);

    /// <summary>Bytes a second that the team reads of the matrices when it does nothing else with them: the mean over a time.</summary>
    internal double MeasureReading(ThreadTeam team, TimeSpan time) => ReadSpeed.Measure(team, _arena, time);

    /// <summary>Keeps the matrices from being swapped out.</summary>
    /// <returns>Null, or why the system refused.</returns>
    public string? Lock() => _arena.Lock();
}
