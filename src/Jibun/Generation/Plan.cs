using System.Globalization;
using Jibun.Formats;
using Jibun.Gguf;
using Jibun.Kernels;
using Jibun.Memory;
using Jibun.Models;

namespace Jibun.Generation;

/// <summary>Tensors of one class and type.</summary>
/// <param name="Class">What they are for.</param>
/// <param name="FileType">As the file has them.</param>
/// <param name="Layout">The format they are computed in; null where they are not used.</param>
/// <param name="Kernels">What their products run on; null where there are none.</param>
/// <param name="Tensors">Their number.</param>
/// <param name="FileBytes">In the file.</param>
/// <param name="MemoryBytes">In memory; 0 for what stays in the file.</param>
/// <param name="Weights">Weights that lie in memory.</param>
/// <param name="BytesPerToken">Bytes of them that a generated token reads: of experts, those in use.</param>
/// <param name="ProductsPerToken">Multiplications of a token of a prompt, of which only the last needs the output matrix.</param>
public sealed record PlannedWeights(
    WeightClass Class, GgmlType FileType, BlockFormat? Layout, KernelTier? Kernels, int Tensors, long FileBytes, long MemoryBytes, long Weights, long BytesPerToken,
    long ProductsPerToken)
{
    /// <summary>Of the execution layout; 0 where nothing lies in memory.</summary>
    public double BitsPerWeight => Weights == 0 ? 0 : 8.0 * MemoryBytes / Weights;
}

/// <summary>Where the memory of a model goes and what its tokens cost: known before any weight is read.</summary>
public sealed record Plan
{
    /// <summary>Tokens planned for where nobody says how many and the model allows more.</summary>
    public const int UsualContext = 4096;

    public required string Path { get; init; }

    public required string Architecture { get; init; }

    /// <summary>Tokens that the cache is planned for.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Tokens that the model was made for.</summary>
    public required int LongestContext { get; init; }

    public required KvType KvType { get; init; }

    public required IReadOnlyList<PlannedWeights> Weights { get; init; }

    /// <summary>Keys and values of a conversation that fills <see cref="ContextLength"/>.</summary>
    public required long KvBytes { get; init; }

    /// <summary>What a forward pass over the largest batch works in.</summary>
    public required long BufferBytes { get; init; }

    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Experts that are read from disk; null where everything lies in memory.</summary>
    public PlannedExperts? Experts { get; init; }

    /// <summary>What a token takes of each layer; in the embedding, the output and between layers it takes the rest.</summary>
    public required IReadOnlyList<LayerWork> Layers { get; init; }

    /// <summary>What lies in memory all the time: without experts that are read from disk.</summary>
    public long WeightBytes => Weights.Sum(weights => weights.MemoryBytes) - (Experts?.Sizes.MemoryBytes ?? 0);

    /// <summary>All that the model adds to a process.</summary>
    public long Bytes => WeightBytes + KvBytes + BufferBytes + (Experts?.Cache.Bytes ?? 0);

    /// <summary>Weights that a generated token reads. It also reads the cache, which grows.</summary>
    public long BytesPerToken => Weights.Sum(weights => weights.BytesPerToken);

    public long ProductsPerToken => Weights.Sum(weights => weights.ProductsPerToken);

    /// <exception cref="ModelException">The model cannot be run, or not with so long a context.</exception>
    public static Plan Of(GgufFile file, LoadOptions? options = null)
    {
        using ThreadTeam alone = new(1);
        return Of(file, options ?? new LoadOptions(), alone);
    }

    /// <param name="file">Its data are not read.</param>
    /// <param name="options">
    /// A context of 0 means <see cref="UsualContext"/>, or the model's own if that is shorter. A model with experts that is larger than
    /// the memory allowed gets a cache for them, which takes what the rest leaves.
    /// </param>
    /// <param name="team">The threads that will run the model: each has buffers of its own.</param>
    /// <exception cref="ModelException">The model cannot be run, or not with so long a context.</exception>
    public static Plan Of(GgufFile file, LoadOptions options, ThreadTeam team)
    {
        file.UseExperts(options.ExpertsUsed);
        using GgufFile header = file.ToHeader();
        KernelSet kernels = new(options.Kernels ?? KernelSet.Best);
        using ILanguageModel model = LanguageModels.Load(header, new MatMul(team, kernels), options.KvType, options.ContextLength);
        ModelInfo info = model.Info;
        if (options.ContextLength > info.ContextLength)
            throw new ModelException($"{file.Path} was made for {info.ContextLength} tokens of context; {options.ContextLength} were asked for");
        int context = options.ContextLength > 0 ? options.ContextLength : Math.Min(UsualContext, info.ContextLength);
        IReadOnlyList<WeightUse> uses = model.Memory.Weights;
        Plan plan = new()
        {
            Path = file.Path,
            Architecture = info.Architecture,
            ContextLength = context,
            LongestContext = info.ContextLength,
            KvType = options.KvType,
            Weights = Classify(uses, kernels, ExpertShare(file.Metadata, info.Architecture)),
            Layers = LayerWork.Of(uses, model.Memory.Experts),
            KvBytes = info.Kv.CacheBytes(context, Scheduler.BatchRows),
            BufferBytes = model.Memory.BufferBytes(Scheduler.BatchRows, context) + (long)info.VocabularySize * sizeof(float),
            Notes = [.. info.Notes.Union(LanguageModels.Notes(header))],
        };
        return model.Memory.Experts is { } sizes ? plan.WithExpertsOnDisk(sizes, options.MemoryBudget ?? Unclaimed(), options.ExpertUseFile(file)) : plan;
    }

    /// <summary>The same with a cache of experts if not everything fits; unchanged if even the least of caches does not.</summary>
    private Plan WithExpertsOnDisk(ExpertSizes sizes, long budget, string? useFile)
    {
        long left = budget - (Bytes - sizes.MemoryBytes);
        return Bytes <= budget || left < ExpertCacheShape.FewestBytes(sizes) ? this : this with { Experts = PlannedExperts.Of(sizes, left, useFile) };
    }

    // Something is left to the system, and to what the runtime will still take.
    private static long Unclaimed()
    {
        const long least = 256 << 20;
        long available = SystemMemory.Available() ?? SystemMemory.Total;
        return available - Math.Max(least, available / 20);
    }

    /// <summary>Both models at once, under the name of this one.</summary>
    public Plan And(Plan other) => this with
    {
        Weights = [.. Weights, .. other.Weights],
        KvBytes = KvBytes + other.KvBytes,
        BufferBytes = BufferBytes + other.BufferBytes,
        Path = $"{Path} with {other.Path}",
    };

    /// <summary>Refuses early what the system would end without a word later.</summary>
    /// <param name="budget">Bytes that the model may take; null: what is available, and what can be swapped out.</param>
    /// <exception cref="MemoryBudgetException">The model needs more.</exception>
    public void ThrowIfLarger(long? budget)
    {
        long left = budget ?? (SystemMemory.Available() is { } available ? available + SystemMemory.FreeSwap() : SystemMemory.Total);
        if (Bytes <= left) return;
        throw new MemoryBudgetException(
            $"{Path} needs {Size(Bytes)} of memory (weights {Size(WeightBytes)}, cache of {ContextLength} tokens {Size(KvBytes)}, buffers {Size(BufferBytes)}), " +
            $"and {Size(left)} {(budget is null ? "are available" : "of those allowed are left for it")}: {Remedy(left, isGiven: budget is not null)}");
    }

    /// <summary>What somebody can do who has too little memory.</summary>
    /// <param name="left">Bytes.</param>
    /// <param name="isGiven">Somebody said so; else it is what the machine has left.</param>
    public string Remedy(long left, bool isGiven) =>
        (Bytes - KvBytes < left ? "take a shorter context, or " : "take a file of fewer bits a weight or a smaller model, or ")
        + (isGiven ? "allow more memory" : "end other programs");

    private static PlannedWeights[] Classify(IReadOnlyList<WeightUse> uses, KernelSet kernels, double expertShare)
    {
        HashSet<string> counted = [];
        return
        [
            .. from use in uses
               let weightClass = WeightClasses.Of(use)
               group use by (weightClass, use.Tensor.Type, use.Format, use.Kind) into alike
               orderby alike.Key.weightClass, alike.Sum(use => use.MemoryBytes) descending
               select Total(alike.Key.weightClass, alike.Key.Type, alike.Key.Format, alike.Key.Kind, [.. alike]),
        ];

        PlannedWeights Total(WeightClass weightClass, GgmlType type, BlockFormat? format, WeightKind kind, WeightUse[] alike)
        {
            GgufTensor[] tensors = [.. alike.Select(use => use.Tensor).Where(tensor => counted.Add(tensor.Name))];
            double share = weightClass == WeightClass.Experts ? expertShare : 1;
            long memory = alike.Sum(use => use.MemoryBytes), weights = alike.Sum(use => use.MemoryBytes == 0 ? 0 : use.Weights);
            bool isOutput = weightClass is WeightClass.Output or WeightClass.EmbeddingAndOutput;
            return new PlannedWeights(weightClass, type, format, kind == WeightKind.Matrix ? kernels.TierOf(format!) : null, tensors.Length,
                tensors.Sum(tensor => tensor.ByteLength), memory, weights,
                kind == WeightKind.Table ? alike.Sum(use => use.Tensor.RowBytes) : (long)(share * memory),
                kind == WeightKind.Matrix && !isOutput ? (long)(share * weights) : 0);
        }
    }

    private static double ExpertShare(GgufMetadata metadata, string architecture)
    {
        long count = metadata.GetInteger($"{architecture}.expert_count", 0);
        return count == 0 ? 1 : (double)metadata.GetInteger($"{architecture}.expert_used_count") / count;
    }

    private static string Size(long bytes) => bytes >= 1L << 30
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 30):0.00} GiB")
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(bytes / (double)(1 << 20)):0} MiB");
}
