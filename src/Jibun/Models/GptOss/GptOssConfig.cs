using Jibun.Gguf;
using Jibun.Models.Shared;

namespace Jibun.Models.GptOss;

/// <summary>What gpt-oss adds to the hyper-parameters of a decoder.</summary>
internal sealed record GptOssConfig(DecoderConfig Decoder, ExpertConfig Experts, SlidingWindow Window)
{
    public DecoderShape Shape(KvType type) => new(Decoder.Width, 0, Decoder.Heads, Window.Cache(Decoder, type), Decoder.NormEpsilon);

    public static GptOssConfig Read(GgufMetadata metadata)
    {
        DecoderConfig c = DecoderConfig.Read(metadata);
        return new(
            c,
            ExpertConfig.Read(c.Keys, c.Keys.Size("expert_feed_forward_length"), ExpertGating.SoftmaxOfChosen, isNormalized: false),
            SlidingWindow.Read(c.Keys, every: 2));
    }
}
