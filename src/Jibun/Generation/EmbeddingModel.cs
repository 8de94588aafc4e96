using Jibun.Gguf;
using Jibun.Kernels;
using Jibun.Models;
using Jibun.Tokenization;

namespace Jibun.Generation;

public sealed record EmbeddingOptions
{
    /// <summary>0 takes every core.</summary>
    public int Threads { get; init; }

    /// <summary>Null takes what the file names.</summary>
    public Pooling? Pooling { get; init; }

    /// <summary>Null takes the fastest of this machine.</summary>
    public KernelTier? Kernels { get; init; }
}

/// <param name="Vector">Of length 1: the dot product of two is the cosine of their angle.</param>
/// <param name="Tokens">Of the text, with what the model puts around it.</param>
public readonly record struct TextEmbedding(float[] Vector, int Tokens);

/// <summary>Makes vectors of texts, close where meanings are. Safe to use from several threads, which wait for one another.</summary>
public sealed class EmbeddingModel : IDisposable
{
    /// <summary>Rows of one pass, unless a text that must be seen whole is longer.</summary>
    private const int BatchRows = 512;

    private readonly GgufFile _file;
    private readonly ThreadTeam _team;
    private readonly IEmbeddingModel _model;
    private readonly ModelBatch _batch = new();
    private readonly Lock _gate = new();
    private float[] _states = [];

    private EmbeddingModel(GgufFile file, EmbeddingOptions options)
    {
        _file = file;
        Pooling = options.Pooling ?? EmbeddingModels.ReadPooling(file.Metadata) ?? throw new ModelException(
            $"{file.Path} does not say how its states become one vector; choose mean, first or last");
        _team = new ThreadTeam(options.Threads > 0 ? options.Threads : Environment.ProcessorCount);
        try
        {
            Tokenizer = Tokenizer.Load(file.Metadata);
            _model = EmbeddingModels.Load(file, new MatMul(_team, new KernelSet(options.Kernels ?? KernelSet.Best)));
        }
        catch
        {
            _team.Dispose();
            throw;
        }
    }

    public EmbeddingInfo Info => _model.Info;

    public GgufMetadata Metadata => _file.Metadata;

    public Tokenizer Tokenizer { get; }

    public Pooling Pooling { get; }

    /// <exception cref="ModelException">The file is missing, damaged, or asks for what this version cannot do.</exception>
    public static EmbeddingModel Open(string path, EmbeddingOptions? options = null) => Open(GgufFile.Open(path), options);

    /// <summary>Takes the file over: it is disposed with the model, and when loading fails.</summary>
    public static EmbeddingModel Open(GgufFile file, EmbeddingOptions? options = null)
    {
        try
        {
            return new EmbeddingModel(file, options ?? new EmbeddingOptions());
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <exception cref="ContextLengthException">A text is too long. None is cut.</exception>
    public TextEmbedding[] Embed(IReadOnlyList<string> texts, CancellationToken cancel = default) =>
        Embed([.. texts.Select(text => Tokenizer.Encode(text, addSpecial: true))], cancel);

    /// <summary>The same for texts that are tokens already, with whatever the model wants around them.</summary>
    public TextEmbedding[] Embed(IReadOnlyList<int[]> texts, CancellationToken cancel = default)
    {
        foreach (int[] text in texts) Check(text);
        var embeddings = new TextEmbedding[texts.Count];
        lock (_gate)
        {
            for (int first = 0, end; first < texts.Count; first = end)
            {
                cancel.ThrowIfCancellationRequested();
                int rows = texts[first].Length;
                for (end = first + 1; end < texts.Count && rows + texts[end].Length <= BatchRows; end++) rows += texts[end].Length;
                EmbedTogether(texts, first, end, embeddings, cancel);
            }
        }
        return embeddings;
    }

    public void Dispose()
    {
        _model.Dispose();
        _team.Dispose();
        _file.Dispose();
    }

    private void Check(int[] text)
    {
        if (text.Length == 0) throw new JibunException("a text to embed has no tokens");
        if (text.Length > Info.ContextLength) throw new ContextLengthException(text.Length, Info.ContextLength);
        foreach (int token in text)
            if ((uint)token >= (uint)Tokenizer.VocabularySize) throw new JibunException($"token {token} is not in the vocabulary of {Tokenizer.VocabularySize}");
    }

    /// <summary>Texts first … end − 1, in parts when there is one long text that need not be seen whole.</summary>
    private void EmbedTogether(IReadOnlyList<int[]> texts, int first, int end, TextEmbedding[] embeddings, CancellationToken cancel)
    {
        var caches = new KvCache[end - first];
        var sums = new double[end - first][];
        try
        {
            for (int i = 0; i < caches.Length; i++) (caches[i], sums[i]) = (new KvCache(Info.Kv), new double[Info.Width]);
            int longest = texts.Skip(first).Take(end - first).Max(text => text.Length);
            int step = Info.SeesAhead ? longest : BatchRows;
            for (int start = 0; start < longest; start += step)
            {
                cancel.ThrowIfCancellationRequested();
                _batch.Clear();
                for (int i = 0; i < caches.Length; i++)
                    if (start < texts[first + i].Length)
                        _batch.Add(caches[i], texts[first + i].AsSpan(start, Math.Min(step, texts[first + i].Length - start)), LogitRows.All);
                if (_states.Length < _batch.Rows * Info.Width) _states = new float[_batch.Rows * Info.Width];
                _model.Forward(_batch, _states);
                for (int i = 0, row = 0; i < caches.Length; i++)
                {
                    int count = Math.Clamp(texts[first + i].Length - start, 0, step);
                    Pool(_states.AsSpan(row * Info.Width, count * Info.Width), start, texts[first + i].Length, sums[i]);
                    row += count;
                }
            }
        }
        finally
        {
            foreach (KvCache? cache in caches) cache?.Dispose();
        }
        for (int i = 0; i < sums.Length; i++) embeddings[first + i] = new(Normalized(sums[i]), texts[first + i].Length);
    }

    /// <summary>Adds the rows that count to the sum; <paramref name="start"/> is the position of the first one.</summary>
    private void Pool(ReadOnlySpan<float> states, int start, int length, double[] sum)
    {
        int width = Info.Width, rows = states.Length / width;
        for (int row = 0; row < rows; row++)
        {
            bool counts = Pooling == Pooling.Mean || start + row == (Pooling == Pooling.First ? 0 : length - 1);
            for (int i = 0; counts && i < width; i++) sum[i] += states[row * width + i];
        }
    }

    // The mean's divisor falls out here.
    private static float[] Normalized(double[] sum)
    {
        double length = Math.Sqrt(sum.Sum(value => value * value));
        return [.. sum.Select(value => (float)(length > 0 ? value / length : 0))];
    }
}
