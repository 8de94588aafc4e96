using Jibun.Gguf;
using Jibun.Models.Shared;

namespace Jibun.Models.GptOss;

/// <summary>What gpt-oss adds to the hyper-parameters of a decoder.</summary>
internal sealed record GptOssConfig(DecoderConfig Decoder, ExpertConfig Experts, int Window, int Pattern)
{
    private const int LargestPattern = 1 << 10;

    /// <summary>Of every <see cref="Pattern"/> layers the last sees everything.</summary>
    public bool IsSliding(int layer) => layer % Pattern < Pattern - 1;

    public DecoderShape Shape(KvType type)
    {
        DecoderConfig c = Decoder;
        var kv = new KvShape(type, [.. Enumerable.Range(0, c.Layers).Select(layer => new KvLayer(c.KvHeads, c.HeadSize, IsSliding(layer) ? Window : 0))]);
        return new DecoderShape(c.Width, 0, c.Heads, kv, c.NormEpsilon);
    }

    public static GptOssConfig Read(GgufMetadata metadata)
    {
        DecoderConfig c = DecoderConfig.Read(metadata);
        int pattern = c.Size(metadata, "attention.sliding_window_pattern", 2);
        if (pattern > LargestPattern)
            throw new ModelException($"{metadata.Source}: {c.Architecture}.attention.sliding_window_pattern is {pattern}; it must be 1 to {LargestPattern}");
        return new(
            c,
            ExpertConfig.Read(metadata, c.Architecture, c.Size(metadata, "expert_feed_forward_length"), ExpertGating.SoftmaxOfChosen, isNormalized: false),
            c.Size(metadata, "attention.sliding_window"),
            pattern);
    }
}
