using Jibun.Generation;
using Jibun.Peers;
using Jibun.Tests.Peers;

namespace Jibun.Tests.Models;

/// <summary>The dense families against upstream, with prompts that leave windows and original contexts behind.</summary>
public sealed class DenseModelTests
{
    private static readonly int[] Tokens = RandomTokens.Take(200, 512);

    public static TheoryData<string> Families => [.. DenseShapes.All.Keys];

    [Theory, MemberData(nameof(Families))]
    public void FloatModelsEqualUpstream(string family)
    {
        Upstream.Require();
        SyntheticShape shape = DenseShapes.All[family];
        using var file = new TemporaryModel(shape, "F32");
        float[] logits = Parity.Logits(file.Path, Tokens);
        // Upstream looks GELU up in a table of halves: its own error is some 1e-3.
        bool isGelu = shape.Architecture.StartsWith("gemma", StringComparison.Ordinal);
        float[] upstream = Parity.Upstream(file.Path, Tokens);
        TestContext.Current.TestOutputHelper?.WriteLine($"{family} F32: {LogitComparison.Of(logits, upstream, shape.Vocabulary)}");
        Parity.AssertClose(logits, upstream, shape.Vocabulary, maximum: isGelu ? 5e-3 : 1e-3, rms: isGelu ? 1e-3 : 1e-4);
        Assert.Equal(logits, Parity.LogitsInParts(file.Path, Tokens, []));
        Assert.Equal(logits, Parity.LogitsInParts(file.Path, Tokens, [17, 2, 90]));
    }

    [Theory, MemberData(nameof(Families))]
    public void QuantizedModelsStayAsCloseToTheTwinAsUpstream(string family)
    {
        Upstream.Require();
        SyntheticShape shape = DenseShapes.All[family];
        foreach (string types in new[] { "Q8_0", "Q4_K_M" })
        {
            using var file = new TemporaryModel(shape, types);
            using TemporaryModel exact = file.ExactTwin();
            float[] twin = Parity.Upstream(exact.Path, Tokens);
            LogitComparison ours = LogitComparison.Of(Parity.Logits(file.Path, Tokens), twin, shape.Vocabulary);
            LogitComparison theirs = LogitComparison.Of(Parity.Upstream(file.Path, Tokens), twin, shape.Vocabulary);
            TestContext.Current.TestOutputHelper?.WriteLine($"{family} {types}: {ours}; upstream: {theirs}");
            // Gemma's large embeddings make rows that are all but certain: below 1e-6 divergence says nothing.
            Assert.True(ours.MeanDivergence < 1.5 * Math.Max(theirs.MeanDivergence, 1e-6), $"{family} {types}: {ours}; upstream: {theirs}");
        }
    }

    [Theory]
    [InlineData(8192, 8192)] // the short factors
    [InlineData(8193, 16384)] // the long ones
    [InlineData(0, 16384)]
    public void LongRopeFollowsTheContextInUse(int ours, int upstreams)
    {
        Upstream.Require();
        using var file = new TemporaryModel(DenseShapes.Phi3 with { ContextLength = 16384 }, "F32");
        using LoadedModel model = LoadedModel.Open(file.Path, new LoadOptions { Threads = 1, KvType = Jibun.Models.KvType.F32, ContextLength = ours });
        using var oracle = LlamaOracle.Open(file.Path, OracleOptions.Exact with { ContextLength = upstreams });
        Parity.AssertClose(model.Logits(Tokens, all: true), oracle.Logits(Tokens), 512, maximum: 1e-3, rms: 1e-4);
    }

    [Theory]
    [InlineData("gemma3", "attention.sliding_window", 0, "gemma3.attention.sliding_window is 0; it must be 1 to")]
    [InlineData("gemma3", "attention.sliding_window", -5, "gemma3.attention.sliding_window is -5; it must be 1 to")]
    [InlineData("gemma3", "attention.sliding_window_pattern", 0, "gemma3.attention.sliding_window_pattern is 0; it must be 1 to")]
    [InlineData("gemma2", "attention.head_count", 0, "gemma2.attention.head_count is 0; it must be 1 to")]
    [InlineData("gemma2", "attention.head_count", int.MaxValue, "gemma2.attention.head_count is 2147483647; it must be 1 to")]
    [InlineData("gemma2", "attention.head_count", 8, "attn_q.weight has the shape [256, 256], the metadata asks for [256, 512]")]
    [InlineData("gemma2", "attention.head_count_kv", 3, "4 query heads cannot be shared out over 3 key heads")]
    [InlineData("gemma2", "attn_logit_softcapping", -1, "gemma2.attn_logit_softcapping is -1; it must be positive")]
    [InlineData("phi3", "attention.head_count_kv", 4, "attn_qkv.weight has the shape [256, 512], the metadata asks for [256, 768]")]
    [InlineData("phi3", "feed_forward_length", 100, "ffn_up.weight has the shape [256, 1024], the metadata asks for [256, 200]")]
    [InlineData("phi3", "rope.dimension_count", 66, "phi3.rope.dimension_count is 66 in heads of 64")]
    [InlineData("phi3", "rope.dimension_count", 32, "rope_factors_short.weight has the shape [24], the metadata asks for [16]")]
    [InlineData("granite", "logit_scale", 0, "granite.logit_scale is 0; it must be positive")]
    [InlineData("granite", "expert_count", 8, "granite.expert_used_count is 0; it must be 1 to 8")]
    [InlineData("mistral3", "rope.scaling.original_context_length", 0, "mistral3.rope.scaling.original_context_length is 0; it must be positive")]
    [InlineData("gemma4", "attention.shared_kv_layers", 8, "gemma4.attention.shared_kv_layers is 8 in a model of 9 layers")]
    [InlineData("gemma4", "attention.shared_kv_layers", 4, "are not a sliding one and one that sees everything")]
    [InlineData("gemma4", "attention.head_count_kv", 3, "4 query heads cannot be shared out over 3 key heads")]
    [InlineData("gemma4", "attention.sliding_window_pattern", 3, "gemma4.attention.sliding_window_pattern is 3; it must be an array of 9 flags")]
    [InlineData("gemma4", "attention.key_length_swa", 65, "keys of 65 and values of 64 values a head are not supported")]
    [InlineData("gemma4", "expert_count", 8, "the metadata key 'gemma4.expert_feed_forward_length' is missing")]
    [InlineData("olmo2", "attention.sliding_window", -1, "olmo2.attention.sliding_window is -1; it must be 1 to")]
    public void ContradictionsAreNamed(string family, string key, int value, string expected)
    {
        Upstream.Require();
        SyntheticShape shape = DenseShapes.All[family];
        using var file = new TemporaryModel(shape, "F32");
        file.SetMetadata($"{shape.Architecture}.{key}", value);
        var refused = Assert.Throws<ModelException>(() => Parity.Logits(file.Path));
        Assert.Contains(expected, refused.Message);
    }

    [Theory]
    [InlineData("gemma2", 46)] // the largest of each generation divides scores otherwise
    [InlineData("gemma3", 62)]
    public void TheLargestGemmasHaveAScaleOfTheirOwn(string family, int layers)
    {
        Upstream.Require();
        SyntheticShape shape = DenseShapes.All[family] with { Layers = layers, Hidden = 128, Heads = 2, KvHeads = 1, HeadSize = 32, FeedForward = 128 };
        using var file = new TemporaryModel(shape, "F32");
        LogitComparison comparison = LogitComparison.Of(Parity.Logits(file.Path, Tokens), Parity.Upstream(file.Path, Tokens), shape.Vocabulary);
        Assert.True(comparison.LowestCosine > 0.9999 && comparison.MeanDivergence < 1e-4, comparison.ToString());
    }

    [Fact]
    public void Gemma3CapsLogitsWhereTheFileSaysSo()
    {
        Upstream.Require();
        SyntheticShape shape = DenseShapes.Gemma3 with { Metadata = [.. DenseShapes.Gemma3.Metadata, ("final_logit_softcapping", 2f)] };
        using var file = new TemporaryModel(shape, "F32");
        Parity.AssertClose(Parity.Logits(file.Path, Tokens), Parity.Upstream(file.Path, Tokens), shape.Vocabulary, maximum: 5e-3, rms: 1e-3);
    }

    [Fact]
    public void LongRopeWithoutItsFactorsIsRefused()
    {
        Upstream.Require();
        using var file = new TemporaryModel(SyntheticShapes.TinyQwen3, "F32");
        file.SetMetadata("qwen3.rope.scaling.type", "longrope");
        var refused = Assert.Throws<ModelException>(() => Parity.Logits(file.Path));
        Assert.Contains("announces longrope, but the tensor rope_factors_short.weight is missing", refused.Message);
    }
}
