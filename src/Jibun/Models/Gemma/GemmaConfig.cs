using Jibun.Gguf;
using Jibun.Models.Shared;

namespace Jibun.Models.Gemma;

/// <summary>What Gemma's generations add to the hyper-parameters of a decoder.</summary>
internal sealed record GemmaConfig
{
    public required DecoderConfig Decoder { get; init; }

    public required SlidingWindow Window { get; init; }

    /// <summary>Of the sliding layers; the others have the decoder's.</summary>
    public required double LocalRopeBase { get; init; }

    public required RopeScaling LocalRopeScale { get; init; }

    public required GemmaNumbers Numbers { get; init; }

    /// <summary>Queries and keys are normalized head by head.</summary>
    public required bool HasHeadNorms { get; init; }

    public DecoderShape Shape(KvType type)
    {
        DecoderConfig c = Decoder;
        return new DecoderShape(c.Width, c.FeedForwardWidth, c.Heads, Window.Cache(c, type), c.NormEpsilon)
        {
            EmbeddingScale = MathF.Sqrt(c.Width),
            Attention = new AttentionOptions { Scale = Numbers.AttentionScale, Cap = Numbers.AttentionCap },
            LogitCap = Numbers.LogitCap,
        };
    }

    public static GemmaConfig Read(GgufMetadata metadata)
    {
        DecoderConfig c = DecoderConfig.Read(metadata);
        Hyperparameters keys = c.Keys;
        bool isSecond = c.Architecture == "gemma2";
        // The largest model of each generation divides by the width that heads would have if they filled the model's.
        bool isLargest = c.Layers == (isSecond ? 46 : 62);
        return new GemmaConfig
        {
            Decoder = c,
            Window = isSecond ? SlidingWindow.Read(keys, every: 2, tokens: 4096) : SlidingWindow.Read(keys, every: 6),
            LocalRopeBase = DecoderConfig.ReadRopeBase(keys, "rope.freq_base_swa", isSecond ? c.RopeBase : 10_000),
            LocalRopeScale = isSecond ? c.RopeScale : RopeScaling.None,
            HasHeadNorms = !isSecond,
            Numbers = new(
                1 / MathF.Sqrt(isLargest ? c.Width / c.Heads : c.HeadSize),
                isSecond ? keys.Positive("attn_logit_softcapping", 50) : 0,
                isSecond || keys.Has("final_logit_softcapping") ? keys.Positive("final_logit_softcapping", 30) : 0),
        };
    }
}

/// <param name="AttentionCap">Scores are bent towards ± this; 0: they are not.</param>
/// <param name="LogitCap">The same for logits.</param>
internal readonly record struct GemmaNumbers(float AttentionScale, float AttentionCap, float LogitCap);
