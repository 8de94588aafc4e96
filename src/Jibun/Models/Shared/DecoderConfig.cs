using Jibun.Gguf;

namespace Jibun.Models.Shared;

/// <summary>The hyper-parameters that decoder families share, read from metadata and checked.</summary>
internal sealed record DecoderConfig
{
    /// <summary>What only some families have is read from here.</summary>
    public required Hyperparameters Keys { get; init; }

    public string Architecture => Keys.Architecture;

    public required int Layers { get; init; }

    public required int Width { get; init; }

    public required int FeedForwardWidth { get; init; }

    public required int Heads { get; init; }

    public required int KvHeads { get; init; }

    public required int HeadSize { get; init; }

    public required int ContextLength { get; init; }

    /// <summary>Tokens that the caller will use: the context length unless fewer were asked for.</summary>
    public required int ContextInUse { get; init; }

    public required float NormEpsilon { get; init; }

    public required int Rotated { get; init; }

    public required double RopeBase { get; init; }

    public required RopeScaling RopeScale { get; init; }

    public DecoderShape Shape(KvType type) => new(Width, FeedForwardWidth, Heads, new KvShape(Layers, KvHeads, HeadSize, type), NormEpsilon);

    /// <param name="metadata">Of the model file.</param>
    /// <param name="contextLength">Tokens that will be used; 0: all the model was made for.</param>
    public static DecoderConfig Read(GgufMetadata metadata, int contextLength = 0)
    {
        var keys = new Hyperparameters(metadata);
        int width = keys.Size("embedding_length"), heads = ReadHeads(keys), kvHeads = keys.Size("attention.head_count_kv", heads);
        if (heads % kvHeads != 0) throw keys.Refusal($"{heads} query heads cannot be shared out over {kvHeads} key heads");
        int headSize = keys.Size("attention.key_length", width / heads), valueSize = keys.Size("attention.value_length", headSize);
        if (valueSize != headSize) throw keys.Refusal($"keys of {headSize} and values of {valueSize} values a head are not supported for {keys.Architecture}");
        RefuseTooWide(keys, heads, headSize);
        int context = keys.Size("context_length", largest: Hyperparameters.LargestContext);
        const string Epsilon = "attention.layer_norm_rms_epsilon", MeanEpsilon = "attention.layer_norm_epsilon";
        return new DecoderConfig
        {
            Keys = keys,
            Layers = ReadLayers(keys),
            Width = width,
            FeedForwardWidth = keys.Size("feed_forward_length"),
            Heads = heads,
            KvHeads = kvHeads,
            HeadSize = headSize,
            ContextLength = context,
            ContextInUse = contextLength > 0 ? contextLength : context,
            NormEpsilon = keys.Positive(keys.Has(MeanEpsilon) && !keys.Has(Epsilon) ? MeanEpsilon : Epsilon),
            Rotated = ReadRotated(keys, "rope.dimension_count", headSize),
            RopeBase = ReadRopeBase(keys, "rope.freq_base", 10_000),
            RopeScale = RopeScaling.Read(keys),
        };
    }

    public static int ReadLayers(Hyperparameters keys) => keys.Size("block_count", largest: Hyperparameters.LargestLayers);

    public static int ReadHeads(Hyperparameters keys) => keys.Size("attention.head_count", largest: Hyperparameters.LargestHeads);

    public static int ReadRotated(Hyperparameters keys, string key, int headSize)
    {
        int rotated = keys.Size(key, headSize);
        return rotated <= headSize && rotated % 2 == 0 ? rotated : throw keys.Refusal($"{keys.Name(key)} is {rotated} in heads of {headSize}");
    }

    public static double ReadRopeBase(Hyperparameters keys, string key, double missing)
    {
        double frequencyBase = keys.Positive(key, missing);
        return frequencyBase > 1 ? frequencyBase : throw keys.Refusal($"{keys.Name(key)} is {frequencyBase}; it must be greater than 1");
    }

    public static void RefuseTooWide(Hyperparameters keys, int heads, int headSize)
    {
        if ((long)heads * headSize > Hyperparameters.LargestWidth)
            throw keys.Refusal($"{heads} heads of {headSize} values are more than the {Hyperparameters.LargestWidth} that all heads may have together");
    }
}
