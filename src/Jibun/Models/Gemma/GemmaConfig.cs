using Jibun.Gguf;
using Jibun.Models.Shared;

namespace Jibun.Models.Gemma;

/// <summary>What Gemma's generations add to the hyper-parameters of a decoder.</summary>
internal sealed record GemmaConfig
{
    private const int LargestPattern = 1 << 10;

    public required DecoderConfig Decoder { get; init; }

    /// <summary>Tokens that sliding layers see.</summary>
    public required int Window { get; init; }

    /// <summary>The last of every so many layers sees everything.</summary>
    public required int Pattern { get; init; }

    /// <summary>Of the sliding layers; the others have the decoder's.</summary>
    public required double LocalRopeBase { get; init; }

    public required RopeScaling LocalRopeScale { get; init; }

    public required GemmaNumbers Numbers { get; init; }

    /// <summary>Queries and keys are normalized head by head.</summary>
    public required bool HasHeadNorms { get; init; }

    public bool IsSliding(int layer) => layer % Pattern < Pattern - 1;

    public DecoderShape Shape(KvType type)
    {
        DecoderConfig c = Decoder;
        var kv = new KvShape(type, [.. Enumerable.Range(0, c.Layers).Select(layer => new KvLayer(c.KvHeads, c.HeadSize, IsSliding(layer) ? Window : 0))]);
        return new DecoderShape(c.Width, c.FeedForwardWidth, c.Heads, kv, c.NormEpsilon)
        {
            EmbeddingScale = MathF.Sqrt(c.Width),
            Attention = new AttentionOptions { Scale = Numbers.AttentionScale, Cap = Numbers.AttentionCap },
            LogitCap = Numbers.LogitCap,
        };
    }

    public static GemmaConfig Read(GgufMetadata metadata)
    {
        DecoderConfig c = DecoderConfig.Read(metadata);
        bool isSecond = c.Architecture == "gemma2";
        // The largest model of each generation divides by the width that heads would have if they filled the model's.
        bool isLargest = c.Layers == (isSecond ? 46 : 62);
        return new GemmaConfig
        {
            Decoder = c,
            Window = c.Size(metadata, "attention.sliding_window", isSecond ? 4096 : null),
            Pattern = ReadPattern(metadata, c, isSecond ? 2 : 6),
            LocalRopeBase = c.Number(metadata, "rope.freq_base_swa", isSecond ? c.RopeBase : 10_000),
            LocalRopeScale = isSecond ? c.RopeScale : RopeScaling.None,
            HasHeadNorms = !isSecond,
            Numbers = new(
                1 / MathF.Sqrt(isLargest ? c.Width / c.Heads : c.HeadSize),
                isSecond ? c.Number(metadata, "attn_logit_softcapping", 50) : 0,
                isSecond || metadata.ContainsKey($"{c.Architecture}.final_logit_softcapping") ? c.Number(metadata, "final_logit_softcapping", 30) : 0),
        };
    }

    private static int ReadPattern(GgufMetadata metadata, DecoderConfig c, int usual)
    {
        int pattern = c.Size(metadata, "attention.sliding_window_pattern", usual);
        return pattern <= LargestPattern ? pattern
            : throw new ModelException($"{metadata.Source}: {c.Architecture}.attention.sliding_window_pattern is {pattern}; it must be 1 to {LargestPattern}");
    }
}

/// <param name="AttentionCap">Scores are bent towards ± this; 0: they are not.</param>
/// <param name="LogitCap">The same for logits.</param>
internal readonly record struct GemmaNumbers(float AttentionScale, float AttentionCap, float LogitCap);
