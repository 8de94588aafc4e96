using Jibun.Gguf;
using Jibun.Models.Shared;

namespace Jibun.Models.Gemma;

/// <summary>One layer of Gemma 4: sliding layers and the others differ in head size, key heads and rotation.</summary>
/// <param name="Source">The layer whose keys and values it attends over: itself, or one before it.</param>
internal sealed record Gemma4LayerConfig(bool IsSliding, int KvHeads, int HeadSize, int FeedForwardWidth, int Source);

/// <summary>The hyper-parameters of Gemma 4.</summary>
internal sealed record Gemma4Config
{
    private const string Prefix = "gemma4";

    public required int Width { get; init; }

    public required int Heads { get; init; }

    public required int ContextLength { get; init; }

    public required float NormEpsilon { get; init; }

    public required int Window { get; init; }

    public required Gemma4LayerConfig[] Layers { get; init; }

    /// <summary>Layers that have keys and values of their own; those behind them use theirs.</summary>
    public required int OwnKvLayers { get; init; }

    /// <summary>Numbers that each layer gets of each token beside the residual stream; 0: none.</summary>
    public required int PerLayerWidth { get; init; }

    public required (int Rotated, double Base) LocalRope { get; init; }

    public required (int Rotated, double Base) GlobalRope { get; init; }

    public required float LogitCap { get; init; }

    public DecoderShape Shape(KvType type)
    {
        var kv = new KvShape(type, [.. Layers.Take(OwnKvLayers).Select(layer => new KvLayer(layer.KvHeads, layer.HeadSize, layer.IsSliding ? Window : 0))]);
        return new DecoderShape(Width, Math.Max(PerLayerWidth, Layers.Max(layer => layer.FeedForwardWidth)), Heads, kv, NormEpsilon)
        {
            EmbeddingScale = MathF.Sqrt(Width),
            Attention = new AttentionOptions { Scale = 1 },
            LogitCap = LogitCap,
        };
    }

    public static Gemma4Config Read(GgufMetadata metadata)
    {
        int Size(string key, long? missing = null) => DecoderConfig.ReadSize(metadata, $"{Prefix}.{key}", missing);
        float Number(string key, double missing) => DecoderConfig.Positive(metadata, $"{Prefix}.{key}", missing);
        if (metadata.GetInteger($"{Prefix}.expert_count", 0) is not 0 and long experts)
            throw new ModelException($"{metadata.Source}: {Prefix}.expert_count is {experts}; of this architecture only models without experts can be run");
        int count = Size("block_count"), heads = Size("attention.head_count"), width = Size("embedding_length");
        int globalHead = Size("attention.key_length", width / heads), localHead = Size("attention.key_length_swa", globalHead);
        foreach ((string key, int keys) in new[] { ("attention.value_length", globalHead), ("attention.value_length_swa", localHead) })
            if (Size(key, keys) is var values && values != keys)
                throw new ModelException($"{metadata.Source}: keys of {keys} and values of {values} values a head are not supported for {Prefix}");
        bool[] sliding = PerLayer.Flags(metadata, $"{Prefix}.attention.sliding_window_pattern", count);
        int[] kvHeads = PerLayer.Sizes(metadata, $"{Prefix}.attention.head_count_kv", count);
        int[] feedForward = PerLayer.Sizes(metadata, $"{Prefix}.feed_forward_length", count);
        int own = ReadOwnLayers(metadata, count, sliding);
        Gemma4LayerConfig[] layers =
        [
            .. Enumerable.Range(0, count).Select(i => new Gemma4LayerConfig(
                sliding[i], kvHeads[i], sliding[i] ? localHead : globalHead, feedForward[i], i < own ? i : own - (sliding[i] ? 2 : 1))),
        ];
        foreach (Gemma4LayerConfig layer in layers)
            if (heads % layer.KvHeads != 0) throw new ModelException($"{metadata.Source}: {heads} query heads cannot be shared out over {layer.KvHeads} key heads");
        return new Gemma4Config
        {
            Width = width,
            Heads = heads,
            ContextLength = Size("context_length"),
            NormEpsilon = DecoderConfig.Positive(metadata, $"{Prefix}.attention.layer_norm_rms_epsilon", null),
            Window = Size("attention.sliding_window"),
            Layers = layers,
            OwnKvLayers = own,
            PerLayerWidth = metadata.GetInteger($"{Prefix}.embedding_length_per_layer_input", 0) == 0 ? 0 : Size("embedding_length_per_layer_input"),
            LocalRope = (ReadRotated(metadata, "rope.dimension_count_swa", localHead), Number("rope.freq_base_swa", 10_000)),
            GlobalRope = (ReadRotated(metadata, "rope.dimension_count", globalHead), Number("rope.freq_base", 10_000)),
            LogitCap = metadata.ContainsKey($"{Prefix}.final_logit_softcapping") ? Number("final_logit_softcapping", 30) : 0,
        };
    }

    // The last two layers with keys and values serve all behind them: a sliding one and one that sees everything.
    private static int ReadOwnLayers(GgufMetadata metadata, int layers, bool[] sliding)
    {
        const string Key = $"{Prefix}.attention.shared_kv_layers";
        long shared = metadata.GetInteger(Key, 0);
        if (shared < 0 || shared > layers - 2 && shared != 0) throw new ModelException($"{metadata.Source}: {Key} is {shared} in a model of {layers} layers");
        int own = layers - (int)shared;
        if (shared > 0 && (sliding[own - 1] || !sliding[own - 2]))
            throw new ModelException($"{metadata.Source}: {Key} is {shared}, but the layers before those are not a sliding one and one that sees everything");
        return own;
    }

    private static int ReadRotated(GgufMetadata metadata, string key, int headSize)
    {
        int rotated = DecoderConfig.ReadSize(metadata, $"{Prefix}.{key}", headSize);
        return rotated <= headSize && rotated % 2 == 0 ? rotated : throw new ModelException($"{metadata.Source}: {Prefix}.{key} is {rotated} in heads of {headSize}");
    }
}
