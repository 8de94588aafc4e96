using Jibun.Gguf;
using Jibun.Kernels;
using Jibun.Models;
using Jibun.Tokenization;

namespace Jibun.Generation;

public sealed record LoadOptions
{
    /// <summary>0 takes every core.</summary>
    public int Threads { get; init; }

    public KvType KvType { get; init; } = KvType.F16;

    /// <summary>0 takes the model's own; more is refused.</summary>
    public int ContextLength { get; init; }

    /// <summary>Null takes the fastest of this machine.</summary>
    public KernelTier? Kernels { get; init; }

    /// <summary>Keeps the weights from being swapped out, as far as the system allows it: see <see cref="LoadedModel.WhyNotLocked"/>.</summary>
    public bool LockMemory { get; init; }

    /// <summary>Bytes that the model may take; null: what the machine has available. Of a larger model the experts are read from disk.</summary>
    public long? MemoryBudget { get; init; }

    /// <summary>Guesses from the conversation itself what comes next: faster where answers repeat parts of it, never another answer.</summary>
    public bool Lookup { get; init; }

    /// <summary>The file of a smaller model of the same vocabulary that guesses what comes next; never another answer.</summary>
    public string? Draft { get; init; }

    /// <summary>So many guesses a pass, whatever they cost.</summary>
    internal int? FixedGuesses { get; init; }

    /// <summary>Experts that see a token: fewer than the model was trained with make it faster and worse. 0 takes the model's number.</summary>
    public int ExpertsUsed { get; init; }

    /// <summary>A folder where is kept between runs how often a model uses each of its experts; null: nowhere.</summary>
    public string? ExpertUseFolder { get; init; }
}

/// <summary>A model ready to generate: weights, tokenizer, the threads that run it and the scheduler that shares them out.</summary>
public sealed class LoadedModel : IDisposable
{
    private const int KeptConversations = 4;

    private readonly GgufFile _file;
    private readonly ThreadTeam _team;
    private readonly PrefixPool _pool = new(KeptConversations);
    private readonly DraftModel? _draft;

    private LoadedModel(GgufFile file, LoadOptions options)
    {
        _file = file;
        Threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
        GgufMetadata metadata = file.Metadata;
        // On a thread of its own, beside all that follows.
        Task<Tokenizer> vocabulary = Task.Factory.StartNew(() => Tokenizer.Load(metadata), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        _team = new ThreadTeam(Threads);
        try
        {
            Plan = Plan.Of(file, options, _team);
            Plan.ThrowIfLarger(options.MemoryBudget);
            ExpertOptions? experts = Plan.Experts is { } cached ? new ExpertOptions(cached.Cache.Bytes, options.ExpertUseFile(file)) : null;
            Tier = options.Kernels ?? KernelSet.Best;
            if (options.Draft is { } draft) _draft = OpenDraft(draft, vocabulary.GetAwaiter().GetResult(), options);
            Model = LanguageModels.Load(file, new MatMul(_team, new KernelSet(Tier)), options.KvType, options.ContextLength, experts);
            Tokenizer = vocabulary.GetAwaiter().GetResult();
        }
        catch
        {
            Model?.Dispose();
            _draft?.Dispose();
            _team.Dispose();
            throw;
        }
        Drafters = [.. options.Lookup ? [new PromptLookup()] : Array.Empty<IDrafter>(), .. _draft is null ? Array.Empty<IDrafter>() : [_draft]];
        FixedGuesses = options.FixedGuesses;
        WhyNotLocked = options.LockMemory ? Model.Memory.Lock() : null;
        ContextLength = options.ContextLength > 0 ? options.ContextLength : Model.Info.ContextLength;
        Scheduler = new Scheduler(Model);
    }

    public GgufMetadata Metadata => _file.Metadata;

    public string Path => _file.Path;

    public Tokenizer Tokenizer { get; }

    public ILanguageModel Model { get; }

    public KernelTier Tier { get; }

    public int Threads { get; }

    /// <summary>What was expected of the model before its weights were read.</summary>
    public Plan Plan { get; }

    public int ContextLength { get; }

    /// <summary>What was asked of the experts that are read from disk; null where all weights lie in memory.</summary>
    public ExpertTally? ExpertTally => Model.Memory.Tally;

    /// <summary>Why the weights are not locked in memory although <see cref="LoadOptions.LockMemory"/> asked for it.</summary>
    public string? WhyNotLocked { get; }

    internal Scheduler Scheduler { get; }

    /// <summary>What tells this model's files from others'.</summary>
    internal byte[] Identity => field ??= GgufIdentity.Of(_file);

    internal int? FixedGuesses { get; }

    /// <summary>What guesses for speculative decoding; the first that has a guess makes it.</summary>
    internal IReadOnlyList<IDrafter> Drafters { get; }

    /// <exception cref="ModelException">The file is missing, damaged, or asks for what this version cannot do.</exception>
    /// <exception cref="MemoryBudgetException">The model and its cache do not fit: nothing was read.</exception>
    public static LoadedModel Open(string path, LoadOptions? options = null) => Open(GgufFile.Open(path), options);

    /// <summary>Opens a model from a stream such as an embedded resource, which is read in place.</summary>
    public static LoadedModel Open(Stream stream, string name, LoadOptions? options = null) => Open(GgufFile.Open(stream, name), options);

    /// <summary>Takes the file over: it is disposed with the model, and when loading fails.</summary>
    public static LoadedModel Open(GgufFile file, LoadOptions? options = null)
    {
        try
        {
            return new LoadedModel(file, options ?? new LoadOptions());
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public Conversation CreateConversation() => new(this, new KvCache(Model.Info.Kv), []);

    /// <summary>A conversation that already holds as much of the prompt's beginning as an earlier one computed.</summary>
    public Conversation CreateConversation(ReadOnlySpan<int> prompt) => _pool.Take(prompt) ?? CreateConversation();

    /// <summary>A conversation as <see cref="Conversation.Save"/> wrote it.</summary>
    /// <param name="stream">One that can tell its length.</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="note">What was saved with it.</param>
    /// <exception cref="ModelException">The stream is damaged, or was saved by another model or another type of cache.</exception>
    public Conversation Restore(Stream stream, string name, out byte[] note) => ConversationFile.Read(stream, name, this, out note);

    /// <summary>Writes the conversation that was kept last.</summary>
    /// <returns>False when there is none.</returns>
    public bool SaveLatest(Stream stream, ReadOnlySpan<byte> note) => _pool.SaveLatest(stream, note);

    /// <summary>Gives a conversation back for others to continue, instead of disposing it.</summary>
    public void Keep(Conversation conversation) => _pool.Return(conversation);

    /// <summary>Logits of tokens computed at once, without a conversation; not while the model answers.</summary>
    /// <param name="tokens">At least one.</param>
    /// <param name="all">All positions, or the last one only.</param>
    /// <returns>[positions, vocabulary].</returns>
    public float[] Logits(ReadOnlySpan<int> tokens, bool all)
    {
        int vocabulary = Model.Info.VocabularySize;
        if (tokens.Length > ContextLength) throw new ContextLengthException(tokens.Length, ContextLength);
        foreach (int token in tokens)
            if ((uint)token >= (uint)vocabulary) throw new JibunException($"token {token} is not in the vocabulary of {vocabulary}");
        float[] logits = new float[(all ? (long)tokens.Length : 1) * vocabulary];
        using var cache = new KvCache(Model.Info.Kv);
        var batch = new ModelBatch();
        for (int start = 0; start < tokens.Length; start += Scheduler.BatchRows)
        {
            ReadOnlySpan<int> part = tokens.Slice(start, Math.Min(Scheduler.BatchRows, tokens.Length - start));
            bool last = start + part.Length == tokens.Length;
            batch.Clear();
            batch.Add(cache, part, all ? LogitRows.All : last ? LogitRows.Last : LogitRows.None, tokens.Length);
            Model.Forward(batch, all ? logits.AsSpan(start * vocabulary) : logits);
        }
        return logits;
    }

    /// <summary>
    /// Bytes a second that the model's threads read of its weights when they do nothing else: what generation can reach at most. Not while
    /// the model answers.
    /// </summary>
    public double MeasureReading(TimeSpan time) => Model.Memory.MeasureReading(_team, time);

    private DraftModel OpenDraft(string path, Tokenizer vocabulary, LoadOptions options)
    {
        GgufFile file = GgufFile.Open(path);
        try
        {
            LoadOptions alone = new() { KvType = options.KvType, Kernels = options.Kernels };
            Plan.Of(_file, options, _team).And(Plan.Of(file, alone, _team)).ThrowIfLarger(options.MemoryBudget);
        }
        catch
        {
            file.Dispose();
            throw;
        }
        return new DraftModel(file, vocabulary, Path, new MatMul(_team, new KernelSet(Tier)), options.KvType);
    }

    public void Dispose()
    {
        Scheduler.Dispose();
        _pool.Dispose();
        Model.Dispose();
        _draft?.Dispose();
        _team.Dispose();
        _file.Dispose();
    }
}
