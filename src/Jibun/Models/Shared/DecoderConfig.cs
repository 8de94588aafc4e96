using Jibun.Gguf;

namespace Jibun.Models.Shared;

/// <summary>The hyper-parameters that decoder families share, read from metadata and checked.</summary>
internal sealed record DecoderConfig
{
    private const int LargestSize = 1 << 24;

    public required string Architecture { get; init; }

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
        string architecture = metadata.GetString("general.architecture");
        int Size(string key, long? missing = null) => ReadSize(metadata, $"{architecture}.{key}", missing);
        int width = Size("embedding_length"), heads = Size("attention.head_count"), kvHeads = Size("attention.head_count_kv", heads);
        if (heads % kvHeads != 0)
            throw new ModelException($"{metadata.Source}: {heads} query heads cannot be shared out over {kvHeads} key heads");
        int headSize = Size("attention.key_length", width / heads);
        int valueSize = Size("attention.value_length", headSize);
        if (valueSize != headSize)
            throw new ModelException($"{metadata.Source}: keys of {headSize} and values of {valueSize} values a head are not supported for {architecture}");
        string epsilon = $"{architecture}.attention.layer_norm_rms_epsilon", meanEpsilon = $"{architecture}.attention.layer_norm_epsilon";
        int rotated = Size("rope.dimension_count", headSize);
        if (rotated > headSize || rotated % 2 != 0)
            throw new ModelException($"{metadata.Source}: {architecture}.rope.dimension_count is {rotated} in heads of {headSize}");
        return new DecoderConfig
        {
            Architecture = architecture,
            Layers = Size("block_count"),
            Width = width,
            FeedForwardWidth = Size("feed_forward_length"),
            Heads = heads,
            KvHeads = kvHeads,
            HeadSize = headSize,
            ContextLength = Size("context_length"),
            ContextInUse = contextLength > 0 ? contextLength : Size("context_length"),
            NormEpsilon = Positive(metadata, metadata.ContainsKey(meanEpsilon) && !metadata.ContainsKey(epsilon) ? meanEpsilon : epsilon, null),
            Rotated = rotated,
            RopeBase = Positive(metadata, $"{architecture}.rope.freq_base", 10_000),
            RopeScale = RopeScaling.Read(metadata, architecture),
        };
    }

    /// <summary>A size of the architecture that only some families have.</summary>
    public int Size(GgufMetadata metadata, string key, long? missing = null) => ReadSize(metadata, $"{Architecture}.{key}", missing);

    /// <summary>A number of the architecture that only some families have; it must be positive.</summary>
    public float Number(GgufMetadata metadata, string key, double? missing = null) => Positive(metadata, $"{Architecture}.{key}", missing);

    public static int ReadSize(GgufMetadata metadata, string name, long? missing)
    {
        long value = missing is { } fallback ? metadata.GetInteger(name, fallback) : metadata.GetInteger(name);
        return value is > 0 and <= LargestSize ? (int)value : throw new ModelException($"{metadata.Source}: {name} is {value}; it must be 1 to {LargestSize}");
    }

    public static float Positive(GgufMetadata metadata, string key, double? missing)
    {
        double value = missing is { } fallback ? metadata.GetNumber(key, fallback) : metadata.GetNumber(key);
        return double.IsFinite(value) && value > 0 ? (float)value : throw new ModelException($"{metadata.Source}: {key} is {value}; it must be positive");
    }
}
