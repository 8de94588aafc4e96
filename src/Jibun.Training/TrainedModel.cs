using System.Runtime.InteropServices;
using Jibun.Formats;
using Jibun.Gguf;
using Jibun.Training.Matrices;
using Jibun.Training.Network;

namespace Jibun.Training;

/// <summary>The network of a checkpoint, frozen: to be scored and written as a GGUF file.</summary>
public sealed unsafe class TrainedModel : IDisposable
{
    private const int FileTypeF32 = 0, FileTypeTQ2_0 = 37;
    private readonly Arena arena = new();
    private readonly Weights weights;

    private TrainedModel(NetworkShape shape, bool ternary, Gemm gemm)
    {
        shape.Check();
        Ternary = ternary;
        weights = new Weights(arena, gemm, shape) { Precision = new Precision(ternary, QuantizedHead: ternary) };
    }

    public NetworkShape Shape => weights.Shape;

    /// <summary>Ternary, with a Q8_0 embedding; otherwise float.</summary>
    public bool Ternary { get; }

    /// <summary>Tokens it was trained on.</summary>
    public long Tokens { get; private init; }

    internal Weights Weights => weights;

    /// <param name="mean">The running mean of the weights instead of the last ones.</param>
    /// <param name="exact">Float products, as precise as those of an inference program; otherwise this machine's fastest.</param>
    /// <exception cref="ModelException">The checkpoint is missing or damaged.</exception>
    public static TrainedModel Load(string folder, bool mean = false, bool exact = false)
    {
        (NetworkShape shape, bool ternary, RunState state) = Checkpoint.ReadHeader(folder);
        var model = new TrainedModel(shape, ternary, exact ? new PortableGemm() : Gemm.Best) { Tokens = state.Tokens };
        nint values = (nint)model.weights.Values;
        // The mean is the last of four tensors, each read over the one before.
        Checkpoint.Load(folder, shape, ternary, mean ? [values, values, values, values] : [values], model.weights.Parameters.Length);
        model.weights.Store();
        return model;
    }

    /// <summary>A network that was not trained, all its gains drawn at random too.</summary>
    internal static TrainedModel Random(NetworkShape shape, bool ternary, ulong seed)
    {
        var model = new TrainedModel(shape, ternary, new PortableGemm());
        model.weights.Initialize(seed);
        var random = new SplitMix(seed);
        foreach (Parameter gain in model.weights.Parameters.All.Where(parameter => parameter.Kind == ParameterKind.Gain))
            for (int i = 0; i < gain.Length; i++) model.weights.Values[gain.Offset + i] = 1 + 0.3f * random.NextNormal();
        model.weights.Store();
        return model;
    }

    /// <summary>Logits [tokens, vocabulary] of a sequence.</summary>
    public float[] Logits(ReadOnlySpan<int> tokens)
    {
        if (tokens.Length > Shape.Context) throw new ModelException($"{tokens.Length} tokens do not fit a context of {Shape.Context}");
        using var scratch = new Arena();
        var replica = new Replica(scratch, weights, tokens.Length);
        ushort[] sequence = new ushort[tokens.Length + 1]; // the last one is only a target
        for (int i = 0; i < tokens.Length; i++) sequence[i] = checked((ushort)tokens[i]);
        var random = new SplitMix(0);
        replica.Batch.Add(sequence, promptLength: 1, promptWeight: 0, promptShare: 1, ref random);
        float[] logits = new float[tokens.Length * Shape.VocabularySize];
        replica.Logits(logits);
        return logits;
    }

    /// <summary>Scores on the answers of a set, one for each of its tasks that has samples; samples longer than the context are left out.</summary>
    public IReadOnlyList<HeldOutScore> Evaluate(TrainingSet set, CancellationToken cancel = default)
    {
        using var scratch = new Arena();
        var replica = new Replica(scratch, weights, Math.Max(1024, Shape.Context));
        var random = new SplitMix(0);
        var pending = new List<TrainingSample>();
        var sums = new (int Samples, int Tokens, double Loss, int Hits, int Exact)[set.Tasks.Count];
        foreach (TrainingSample sample in set.Samples)
        {
            if (sample.Length - 1 > Shape.Context) continue;
            if (!replica.Batch.Fits(sample.Length)) Flush();
            replica.Batch.Add(set.TokensOf(sample), sample.PromptLength, promptWeight: 0, promptShare: 1, ref random);
            pending.Add(sample);
        }
        Flush();
        return [.. sums.Select((sum, task) => new HeldOutScore(set.Tasks[task], sum.Samples, sum.Tokens, sum.Loss / sum.Tokens,
            (double)sum.Hits / sum.Tokens, (double)sum.Exact / sum.Samples)).Where(score => score.Samples > 0)];

        void Flush()
        {
            cancel.ThrowIfCancellationRequested();
            replica.Run(1, train: false);
            int first = 0;
            foreach (TrainingSample sample in pending)
            {
                int tokens = sample.Length - sample.PromptLength, hits = 0;
                ref (int Samples, int Tokens, double Loss, int Hits, int Exact) sum = ref sums[sample.Task];
                for (int i = first; i < first + tokens; i++)
                {
                    sum.Loss += replica.Batch.Entropies[i];
                    if (replica.Batch.Hits[i]) hits++;
                }
                sum.Samples++;
                sum.Tokens += tokens;
                sum.Hits += hits;
                if (hits == tokens) sum.Exact++;
                first += tokens;
            }
            replica.Batch.Clear();
            pending.Clear();
        }
    }

    /// <summary>
    /// A GGUF file of architecture <c>bitnet</c>: TQ2_0 linear layers, Q8_0 embedding, F32 norms, or F32 throughout.
    /// </summary>
    /// <param name="metadata">Keys of the tokenizer and of <c>general.*</c>, which are written as they are.</param>
    public void Export(string path, IEnumerable<KeyValuePair<string, GgufValue>> metadata)
    {
        var writer = new GgufWriter();
        writer.Add("general.architecture", "bitnet");
        writer.Add("general.type", "model");
        foreach ((string key, GgufValue value) in metadata) writer.Set(key, value);
        writer.Set("general.file_type", (uint)(Ternary ? FileTypeTQ2_0 : FileTypeF32));
        if (Ternary) writer.Set("general.quantization_version", 2u);
        writer.Add("bitnet.vocab_size", (uint)Shape.VocabularySize);
        writer.Add("bitnet.context_length", (uint)Shape.Context);
        writer.Add("bitnet.embedding_length", (uint)Shape.Width);
        writer.Add("bitnet.block_count", (uint)Shape.Layers);
        writer.Add("bitnet.feed_forward_length", (uint)Shape.FeedForward);
        writer.Add("bitnet.attention.head_count", (uint)Shape.Heads);
        writer.Add("bitnet.attention.head_count_kv", (uint)Shape.KvHeads);
        writer.Add("bitnet.attention.layer_norm_rms_epsilon", NetworkShape.NormEpsilon);
        writer.Add("bitnet.rope.dimension_count", (uint)Shape.HeadSize);
        writer.Add("bitnet.rope.freq_base", NetworkShape.RopeBase);
        foreach (Parameter parameter in weights.Parameters.All)
        {
            (GgmlType type, byte[] data) = Encode(parameter);
            writer.AddTensor(parameter.Name, type,
                parameter.Kind == ParameterKind.Gain ? [parameter.Columns] : [parameter.Columns, parameter.Rows], data);
        }
        writer.Write(path);
    }

    public void Dispose() => arena.Dispose();

    private (GgmlType Type, byte[] Data) Encode(Parameter parameter)
    {
        float* values = weights.Values + parameter.Offset;
        int count = parameter.Rows * parameter.Columns;
        if (!Ternary || parameter.Kind == ParameterKind.Gain)
            return (GgmlType.F32, MemoryMarshal.AsBytes(new ReadOnlySpan<float>(values, count)).ToArray());
        return parameter.Kind == ParameterKind.Embedding ? (GgmlType.Q8_0, EncodeEmbedding(values, count)) : (GgmlType.TQ2_0, EncodeTernary(values, count));
    }

    private static byte[] EncodeEmbedding(float* values, int count)
    {
        byte[] data = new byte[count / 32 * sizeof(Q8_0)];
        Span<Q8_0> blocks = MemoryMarshal.Cast<byte, Q8_0>(data.AsSpan());
        for (int i = 0; i < blocks.Length; i++) Q8_0.Encode(new ReadOnlySpan<float>(values + i * 32, 32), [], out blocks[i]);
        return data;
    }

    // Every block carries the tensor's scale, also one without any weight but zero.
    private static byte[] EncodeTernary(float* values, int count)
    {
        byte[] data = new byte[count / 256 * sizeof(TQ2_0)];
        Span<TQ2_0> blocks = MemoryMarshal.Cast<byte, TQ2_0>(data.AsSpan());
        float scale = Quantizers.TernaryScale(values, count);
        float* codes = stackalloc float[256];
        for (int i = 0; i < blocks.Length; i++)
        {
            Quantizers.Ternary(values + i * 256, 256, scale, codes);
            TQ2_0.Encode(new ReadOnlySpan<float>(codes, 256), [], out blocks[i]);
            blocks[i].Scale = (Half)scale;
        }
        return data;
    }
}
