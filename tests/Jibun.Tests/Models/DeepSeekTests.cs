using Jibun.Generation;
using Jibun.Models;
using Jibun.Peers;
using Jibun.Tests.Peers;

namespace Jibun.Tests.Models;

/// <summary>Latent attention and DeepSeek's routing against upstream.</summary>
public sealed class DeepSeekTests
{
    private const int Vocabulary = 512;

    private static readonly Dictionary<string, SyntheticShape> Shapes = new()
    {
        ["R1"] = SyntheticShapes.TinyR1,
        ["R1 without groups"] = SyntheticShapes.TinyR1 with { Experts = SyntheticShapes.TinyR1.Experts! with { Groups = 0 } },
        ["R1 in the older layout"] = Joint(SyntheticShapes.TinyR1),
        ["R1 with gates and ups in one"] = SyntheticShapes.TinyR1 with { Experts = SyntheticShapes.TinyR1.Experts! with { FusedGateUp = true } },
        ["R1 beyond its first context"] = SyntheticShapes.TinyR1 with { Yarn = new(40, 16, 0.1f) },
        ["R1 without the multiplier"] = SyntheticShapes.TinyR1 with { Yarn = new(40, 16) },
        ["R1 without YaRN"] = SyntheticShapes.TinyR1 with { Yarn = null },
        ["ragged"] = SyntheticShapes.TinyR1 with
        {
            Heads = 3,
            Latent = new(KvRank: 72, QueryRank: 40, Plain: 24, Rotated: 8, Value: 20),
            Experts = new(6, 3, 40) { LeadingDense = 1, Shared = 2 },
        },
        ["V2-Lite"] = SyntheticShapes.TinyV2Lite,
        ["V2-Lite in the older layout"] = Joint(SyntheticShapes.TinyV2Lite),
    };

    public static TheoryData<string> Variants => [.. Shapes.Keys];

    /// <summary>64 tokens at once are expanded, a few are absorbed.</summary>
    [Theory, MemberData(nameof(Variants))]
    public void FloatModelsEqualUpstream(string variant)
    {
        Upstream.Require();
        using var file = new TemporaryModel(Shapes[variant], "F32");
        float[] upstream = Parity.Upstream(file.Path), expanded = Parity.Logits(file.Path), steps = Parity.LogitsInParts(file.Path);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{variant}: {LogitComparison.Of(expanded, upstream, Vocabulary)}; absorbed to expanded: {LogitComparison.Of(steps, expanded, Vocabulary)}");
        double maximum = Shapes[variant].Layers > 8 ? 1e-2 : 5e-3;
        Parity.AssertClose(expanded, upstream, Vocabulary, maximum, rms: 1e-3);
        Parity.AssertClose(steps, upstream, Vocabulary, maximum, rms: 1e-3);
        Parity.AssertClose(steps, expanded, Vocabulary, maximum: 5e-4, rms: 5e-5); // two ways to one result
        Assert.Equal(steps, Parity.LogitsInParts(file.Path, 7, 1, 5, 6));
    }

    /// <summary>Several batches of one prompt, many pages, and the pages' ends.</summary>
    [Theory]
    [InlineData(65)]
    [InlineData(640)]
    public void LongPromptsEqualUpstream(int length)
    {
        Upstream.Require();
        using var file = new TemporaryModel(SyntheticShapes.TinyR1 with { Yarn = new(40, 128, 0.1f) }, "F32");
        int[] tokens = RandomTokens.Take(length, Vocabulary, seed: 7);
        Parity.AssertClose(Parity.Logits(file.Path, tokens), Parity.Upstream(file.Path, tokens), Vocabulary, maximum: 5e-3, rms: 1e-3);
    }

    /// <summary>The cache in halves: upstream's own distance is 3.5e-3.</summary>
    [Fact]
    public void HalfPrecisionCachesStayClose()
    {
        Upstream.Require();
        using var file = new TemporaryModel(Shapes["R1"], "F32");
        LogitComparison comparison = LogitComparison.Of(Parity.Logits(file.Path, KvType.F16), Parity.Upstream(file.Path), Vocabulary);
        Assert.True(comparison.Rms < 1e-2 && comparison.Top1 == 1, comparison.ToString());
    }

    /// <summary>With routers whose choice no rounding turns: what is left is the rounding of products.</summary>
    [Theory]
    [InlineData("R1", "UD-IQ1_S")]
    [InlineData("R1", "UD-IQ2_XXS")]
    [InlineData("R1", "Q4_K")]
    [InlineData("R1", "Q6_K")]
    [InlineData("R1 in the older layout", "Q6_K")]
    [InlineData("R1 without groups", "UD-Q4_K")]
    public void QuantizedModelsStayAsCloseToTheTwinAsUpstream(string variant, string types)
    {
        Upstream.Require();
        SyntheticShape shape = Shapes[variant];
        using var file = new TemporaryModel(shape with { Experts = shape.Experts! with { SelectionBias = 30 } }, types);
        using TemporaryModel exact = file.ExactTwin();
        AssertCloseToTwin(file.Path, exact.Path, usual: 1e-3, $"{variant} {types}");
    }

    [Theory]
    [InlineData("F32")]
    [InlineData("UD-IQ1_S")]
    public void NeighboursAndThreadsChangeNoBit(string types)
    {
        Upstream.Require();
        using var file = new TemporaryModel(Shapes["R1"], types);
        Assert.Equal(Parity.LastLogits(file.Path, threads: 1, neighbours: 0), Parity.LastLogits(file.Path, threads: 3, neighbours: 5));
        Assert.Equal(Parity.LogitsInParts(file.Path), Parity.LogitsInParts(file.Path, 7, 1, 5, 6));
    }

    [Fact]
    public void DecodingAllocatesNothing()
    {
        Upstream.Require();
        using var file = new TemporaryModel(Shapes["R1"], "UD-IQ1_S");
        Assert.Equal(0, Parity.BytesAllocatedByDecoding(file.Path));
    }

    [Fact]
    public void ATokenTakes576Values()
    {
        Upstream.Require();
        using var file = new TemporaryModel(Shapes["R1"], "F32");
        using LoadedModel model = LoadedModel.Open(file.Path, new LoadOptions { KvType = KvType.F16 });
        Assert.Equal(Shapes["R1"].Layers * 576 * 2, model.Model.Info.Kv.BytesPerToken);
    }

    [Theory]
    [InlineData("attention.kv_lora_rank", -1, "deepseek2.attention.kv_lora_rank is -1; it must be 1 to")]
    [InlineData("attention.head_count", 0, "deepseek2.attention.head_count is 0; it must be 1 to")]
    [InlineData("attention.head_count", 5, "tensor blk.0.attn_q_b.weight has the shape [256, 768], the metadata asks for [256, 960]")]
    [InlineData("attention.value_length_mla", 64, "tensor blk.0.attn_v_b.weight has the shape [512, 128, 4], the metadata asks for [512, 64, 4]")]
    [InlineData("rope.dimension_count", 192, "deepseek2.rope.dimension_count is 192 in keys of 192 values")]
    [InlineData("expert_group_count", 5, "16 experts cannot be shared out over 5 groups")]
    [InlineData("expert_group_used_count", 9, "deepseek2.expert_group_used_count is 9; it must be 1 to 4")]
    [InlineData("expert_used_count", 12, "2 of 4 groups hold 8 experts, fewer than the 12 that a token uses")]
    [InlineData("expert_gating_func", 7, "deepseek2.expert_gating_func is 7; known are 1 (softmax) and 2 (sigmoid)")]
    [InlineData("expert_shared_count", -1, "deepseek2.expert_shared_count is -1")]
    [InlineData("leading_dense_block_count", 9, "deepseek2.leading_dense_block_count is 9; the model has 4 layers")]
    [InlineData("block_count", 5, "blk.4.attn_norm.weight")]
    public void ContradictionsAreNamed(string key, int value, string expected)
    {
        Upstream.Require();
        using var file = new TemporaryModel(Shapes["R1"], "F32");
        file.SetMetadata($"deepseek2.{key}", value);
        var refused = Assert.Throws<ModelException>(() => Parity.Logits(file.Path));
        Assert.Contains(expected, refused.Message);
    }

    [Fact]
    public void BlocksThatPredictFurtherTokensAreLeftAlone()
    {
        Upstream.Require();
        using var file = new TemporaryModel(Shapes["R1"], "F32");
        float[] expected = Parity.Logits(file.Path);
        file.SetMetadata("deepseek2.nextn_predict_layers", 1);
        Assert.Equal(expected, Parity.Logits(file.Path));
        file.SetMetadata("deepseek2.block_count", 5);
        Assert.Equal(expected, Parity.Logits(file.Path));
    }

    private static void AssertCloseToTwin(string path, string exact, double usual, string what)
    {
        float[] twin = Parity.Upstream(exact);
        LogitComparison theirs = LogitComparison.Of(Parity.Upstream(path), twin, Vocabulary);
        foreach (float[] logits in new[] { Parity.Logits(path), Parity.LogitsInParts(path) })
        {
            LogitComparison ours = LogitComparison.Of(logits, twin, Vocabulary);
            TestContext.Current.TestOutputHelper?.WriteLine($"{what}: {ours}; upstream: {theirs}");
            Assert.True(ours.MeanDivergence < 1.5 * Math.Max(usual, theirs.MeanDivergence), $"{what}: {ours}; upstream: {theirs}");
        }
    }

    private static SyntheticShape Joint(SyntheticShape shape) => shape with { Latent = shape.Latent! with { IsSplit = false } };
}
