using System.Text;

namespace Jibun.Peers;

/// <summary>A model run by upstream's libllama. Every call starts with an empty KV cache.</summary>
public sealed unsafe class LlamaOracle : IDisposable
{
    private readonly OracleOptions _options;
    private readonly nint _vocabulary;
    private nint _model;

    private LlamaOracle(nint model, OracleOptions options)
    {
        _model = model;
        _options = options;
        _vocabulary = LlamaApi.Vocabulary(model);
        VocabularySize = LlamaApi.VocabularySize(_vocabulary);
    }

    public int VocabularySize { get; }

    /// <summary>Bytes of all tensors.</summary>
    public long ModelBytes => (long)LlamaApi.ModelBytes(_model);

    /// <summary>Upstream's own words for the model: family, size, type.</summary>
    public string Description
    {
        get
        {
            byte* text = stackalloc byte[256];
            int length = LlamaApi.Describe(_model, text, 256);
            return Encoding.UTF8.GetString(text, Math.Clamp(length, 0, 255));
        }
    }

    /// <summary>The instruction sets of the back end that upstream chose for this CPU.</summary>
    public static string SystemInfo => LlamaApi.SystemInfo();

    /// <exception cref="ModelException">Upstream refuses the file; the message carries its reason.</exception>
    public static LlamaOracle Open(string path, OracleOptions? options = null)
    {
        options ??= OracleOptions.Exact;
        LlamaModelParameters parameters = LlamaApi.DefaultModelParameters();
        parameters.VocabularyOnly = options.VocabularyOnly ? (byte)1 : (byte)0;
        parameters.UseExtraBufferTypes = options.Repack ? (byte)1 : (byte)0;
        parameters.LoadMode = options.Map ? LoadMode.Map : LoadMode.Read;
        parameters.GpuLayers = 0;
        nint model = LlamaApi.LoadModel(path, parameters);
        if (model == 0) throw new ModelException($"upstream does not load {path}: {LlamaApi.TakeErrors()}");
        return new(model, options);
    }

    /// <summary>Writes a copy of a model in another type (llama_ftype); 0 = F32 gives the exact twin of any file.</summary>
    /// <param name="pure">Every matrix in the one type, without upstream's mixtures.</param>
    public static void QuantizeModel(string source, string target, int fileType, bool pure = false, int threads = 1)
    {
        LlamaQuantizeParameters parameters = LlamaApi.DefaultQuantizeParameters();
        parameters.FileType = fileType;
        parameters.Threads = threads;
        parameters.AllowRequantize = 1;
        parameters.Pure = pure ? (byte)1 : (byte)0;
        if (LlamaApi.Quantize(source, target, &parameters) != 0)
            throw new ModelException($"upstream does not quantize {source} to file type {fileType}: {LlamaApi.TakeErrors()}");
    }

    /// <summary>The logits of all positions, the prompt run at once: [tokens, vocabulary].</summary>
    public float[] Logits(ReadOnlySpan<int> tokens)
    {
        using LlamaContext context = NewContext(tokens.Length, tokens.Length, tokens.Length);
        context.Decode(tokens, 0, everyRow: true);
        float[] logits = new float[(long)tokens.Length * VocabularySize];
        for (int i = 0; i < tokens.Length; i++)
            context.Logits(i).CopyTo(logits.AsSpan(i * VocabularySize, VocabularySize));
        return logits;
    }

    /// <summary>The logits of all positions, one token at a time: [tokens, vocabulary].</summary>
    public float[] LogitsStepByStep(ReadOnlySpan<int> tokens)
    {
        using LlamaContext context = NewContext(tokens.Length, 1, 1);
        float[] logits = new float[(long)tokens.Length * VocabularySize];
        for (int i = 0; i < tokens.Length; i++)
        {
            context.Decode(tokens.Slice(i, 1), i);
            context.Logits(0).CopyTo(logits.AsSpan(i * VocabularySize, VocabularySize));
        }
        return logits;
    }

    /// <summary>The vector of a text of at most 512 tokens, of length 1.</summary>
    /// <param name="tokens">With all that the model wants around them.</param>
    /// <param name="pooling">1 mean, 2 first, 3 last; −1 takes the model's.</param>
    public float[] Embedding(ReadOnlySpan<int> tokens, int pooling = -1)
    {
        OracleOptions options = _options with { Embeddings = true, Pooling = pooling };
        using LlamaContext context = new(_model, VocabularySize, options, tokens.Length, tokens.Length, tokens.Length);
        context.Decode(tokens, 0, everyRow: true);
        float[] vector = context.Embedding(LlamaApi.Width(_model));
        double length = Math.Sqrt(vector.Sum(value => (double)value * value));
        return [.. vector.Select(value => (float)(value / length))];
    }

    /// <summary>Every F32 tensor of the graph that runs the prompt at once, as computed: shows where two engines part.</summary>
    public IReadOnlyList<OracleTensor> Trace(ReadOnlySpan<int> tokens)
    {
        using OracleTrace trace = new();
        using LlamaContext context = new(_model, VocabularySize, _options, tokens.Length, tokens.Length, tokens.Length, trace);
        trace.Tensors.Clear();
        context.Decode(tokens, 0, everyRow: true);
        return trace.Tensors;
    }

    /// <summary>The tokens that follow, the first of equal logits each time; nothing ends it early.</summary>
    /// <param name="afterEach">Told when a token is known.</param>
    public int[] Greedy(ReadOnlySpan<int> tokens, int count, Action? afterEach = null)
    {
        using LlamaContext context = NewContext(tokens.Length + count, tokens.Length, 1);
        int[] generated = new int[count];
        context.Decode(tokens, 0);
        for (int i = 0; i < count; i++)
        {
            generated[i] = LogitComparison.IndexOfMax(context.Logits(-1));
            afterEach?.Invoke();
            if (i + 1 < count) context.Decode(generated.AsSpan(i, 1), tokens.Length + i);
        }
        return generated;
    }

    /// <param name="addSpecial">Adds BOS and EOS where the model asks for them.</param>
    /// <param name="parseSpecial">Reads the text of special tokens as these tokens.</param>
    public int[] Tokenize(string text, bool addSpecial = false, bool parseSpecial = false)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int[] tokens = new int[bytes.Length + 16];
        while (true)
        {
            int count;
            fixed (byte* source = bytes)
            fixed (int* target = tokens)
            {
                byte empty = 0; // an empty array is a null pointer when fixed
                count = LlamaApi.Tokenize(
                    _vocabulary, source == null ? &empty : source, bytes.Length, target, tokens.Length,
                    addSpecial ? (byte)1 : (byte)0, parseSpecial ? (byte)1 : (byte)0);
            }
            if (count >= 0) return tokens[..count];
            tokens = new int[checked(-count)];
        }
    }

    /// <summary>The bytes of the tokens, decoded as UTF-8 with replacement characters.</summary>
    public string Detokenize(ReadOnlySpan<int> tokens, bool special = false)
    {
        byte[] text = new byte[tokens.Length * 16 + 16];
        while (true)
        {
            int length;
            fixed (int* source = tokens)
            fixed (byte* target = text)
                length = LlamaApi.Detokenize(_vocabulary, source, tokens.Length, target, text.Length, 0, (byte)(special ? 1 : 0));
            if (length >= 0) return Encoding.UTF8.GetString(text, 0, length);
            text = new byte[checked(-length)];
        }
    }

    /// <summary>Whether upstream stops at this token.</summary>
    public bool EndsGeneration(int token) => LlamaApi.EndsGeneration(_vocabulary, token) != 0;

    /// <summary>
    /// Speed as llama-bench measures it: fixed random tokens, one warm-up, then each repetition from an empty cache;
    /// generation feeds one token after another without sampling.
    /// </summary>
    public OracleSpeed Bench(int promptTokens, int generatedTokens, int repetitions)
    {
        int longest = Math.Max(promptTokens, generatedTokens);
        using LlamaContext context = NewContext(longest, Math.Max(promptTokens, 2), 1);
        int[] tokens = RandomTokens.Take(longest, VocabularySize);
        context.Decode(tokens.AsSpan(0, Math.Min(2, longest)), 0);
        double[] prompt = new double[promptTokens > 0 ? repetitions : 0];
        double[] generation = new double[generatedTokens > 0 ? repetitions : 0];
        for (int r = 0; r < prompt.Length; r++)
        {
            context.Clear();
            long start = TimeProvider.System.GetTimestamp();
            context.Decode(tokens.AsSpan(0, promptTokens), 0);
            prompt[r] = promptTokens / TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        }
        for (int r = 0; r < generation.Length; r++)
        {
            context.Clear();
            long start = TimeProvider.System.GetTimestamp();
            for (int i = 0; i < generatedTokens; i++) context.Decode(tokens.AsSpan(i, 1), i);
            generation[r] = generatedTokens / TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        }
        return new(prompt, generation);
    }

    /// <summary>Seconds that a token takes with so many before it, in growing order; the median of some.</summary>
    public double[] SecondsAtDepths(ReadOnlySpan<int> depths, int tokens)
    {
        const int BatchTokens = 512;
        int longest = depths[^1] + tokens * depths.Length;
        using LlamaContext context = NewContext(longest, BatchTokens, 1);
        int[] text = RandomTokens.Take(longest, VocabularySize);
        double[] medians = new double[depths.Length], seconds = new double[tokens];
        int position = 0;
        for (int i = 0; i < depths.Length; i++)
        {
            for (int count; position < depths[i]; position += count)
            {
                count = Math.Min(BatchTokens, depths[i] - position);
                context.Decode(text.AsSpan(position, count), position);
            }
            for (int token = 0; token < tokens; token++, position++)
            {
                long start = TimeProvider.System.GetTimestamp();
                context.Decode(text.AsSpan(position, 1), position);
                seconds[token] = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
            }
            Array.Sort(seconds);
            medians[i] = seconds[tokens / 2];
        }
        return medians;
    }

    public void Dispose()
    {
        if (_model != 0) LlamaApi.FreeModel(_model);
        _model = 0;
    }

    private LlamaContext NewContext(int contextLength, int batchLength, int outputs) =>
        new(_model, VocabularySize, _options, contextLength, batchLength, outputs);
}

/// <summary>Tokens per second of every repetition.</summary>
public sealed record OracleSpeed(double[] Prompt, double[] Generation);
