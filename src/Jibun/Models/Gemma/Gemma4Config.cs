using Jibun.Gguf;
using Jibun.Models.Shared;

namespace Jibun.Models.Gemma;

/// <summary>One layer of Gemma 4: sliding layers and the others differ in head size, key heads and rotation.</summary>
/// <param name="Source">The layer whose keys and values it attends over: itself, or one before it.</param>
internal sealed record Gemma4LayerConfig(bool IsSliding, int KvHeads, int HeadSize, int FeedForwardWidth, int Source);

/// <summary>The hyper-parameters of Gemma 4.</summary>
internal sealed record Gemma4Config
{
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

    /// <summary>Of the layers that have experts beside their feed-forward block; null: none has.</summary>
    public required ExpertConfig? Experts { get; init; }

    public required (int Rotated, double Base) LocalRope { get; init; }

    public required (int Rotated, double Base) GlobalRope { get; init; }

    public required RopeScaling GlobalRopeScale { get; init; }

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
        var keys = new Hyperparameters(metadata);
        int count = DecoderConfig.ReadLayers(keys), heads = DecoderConfig.ReadHeads(keys), width = keys.Size("embedding_length");
        int globalHead = keys.Size("attention.key_length", width / heads), localHead = keys.Size("attention.key_length_swa", globalHead);
        DecoderConfig.RefuseTooWide(keys, heads, Math.Max(globalHead, localHead));
        foreach ((string key, int size) in new[] { ("attention.value_length", globalHead), ("attention.value_length_swa", localHead) })
            if (keys.Size(key, size) is var values && values != size)
                throw keys.Refusal($"keys of {size} and values of {values} values a head are not supported for {keys.Architecture}");
        bool[] sliding = keys.Flags("attention.sliding_window_pattern", count);
        int[] kvHeads = keys.Sizes("attention.head_count_kv", count), feedForward = keys.Sizes("feed_forward_length", count);
        int own = ReadOwnLayers(keys, count, sliding);
        Gemma4LayerConfig[] layers =
        [
            .. Enumerable.Range(0, count).Select(i => new Gemma4LayerConfig(
                sliding[i], kvHeads[i], sliding[i] ? localHead : globalHead, feedForward[i], i < own ? i : own - (sliding[i] ? 2 : 1))),
        ];
        foreach (Gemma4LayerConfig layer in layers)
            if (heads % layer.KvHeads != 0) throw keys.Refusal($"{heads} query heads cannot be shared out over {layer.KvHeads} key heads");
        return new Gemma4Config
        {
            Width = width,
            Heads = heads,
            ContextLength = keys.Size("context_length", largest: Hyperparameters.LargestContext),
            NormEpsilon = keys.Positive("attention.layer_norm_rms_epsilon"),
            Window = keys.Size("attention.sliding_window", largest: Hyperparameters.LargestContext),
            Layers = layers,
            OwnKvLayers = own,
            PerLayerWidth = keys.OptionalSize("embedding_length_per_layer_input", Hyperparameters.LargestWidth / count),
            Experts = !keys.IsSet("expert_count") ? null
                : ExpertConfig.Read(keys, keys.Size("expert_feed_forward_length"), ExpertGating.Softmax, isNormalized: true) with { Scale = 1 },
            LocalRope = ReadRope(keys, "_swa", localHead),
            GlobalRope = ReadRope(keys, "", globalHead),
            GlobalRopeScale = RopeScaling.Read(keys),
            LogitCap = keys.Has("final_logit_softcapping") ? keys.Positive("final_logit_softcapping") : 0,
        };
    }

    // The last two layers with keys and values serve all behind them: a sliding one and one that sees everything.
    private static int ReadOwnLayers(Hyperparameters keys, int layers, bool[] sliding)
    {
        const string Key = "attention.shared_kv_layers";
        long shared = keys.Integer(Key, 0);
        if (shared < 0 || shared > layers - 2 && shared != 0) throw keys.Refusal($"{keys.Name(Key)} is {shared} in a model of {layers} layers");
        int own = layers - (int)shared;
        if (shared > 0 && (sliding[own - 1] || !sliding[own - 2]))
            throw keys.Refusal($"{keys.Name(Key)} is {shared}, but the layers before those are not a sliding one and one that sees everything");
        return own;
    }

    private static (int Rotated, double Base) ReadRope(Hyperparameters keys, string suffix, int headSize) =>
        (DecoderConfig.ReadRotated(keys, $"rope.dimension_count{suffix}", headSize), DecoderConfig.ReadRopeBase(keys, $"rope.freq_base{suffix}", 10_000));
}
