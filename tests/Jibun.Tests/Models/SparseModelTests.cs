using Jibun.Models;
using Jibun.Peers;
using Jibun.Tests.Peers;

namespace Jibun.Tests.Models;

/// <summary>Mixtures of experts against upstream.</summary>
public sealed class SparseModelTests
{
    private static readonly Dictionary<string, SyntheticShape> Shapes = new()
    {
        ["Mixtral"] = SyntheticShapes.TinyMixtral,
        ["OddMixtral"] = SyntheticShapes.OddMixtral,
        ["Qwen3Moe"] = SyntheticShapes.TinyQwen3Moe,
        ["Olmoe"] = SyntheticShapes.TinyOlmoe,
        ["GraniteMoe"] = SyntheticShapes.TinyGraniteMoe,
        ["GraniteMoe alone"] = SyntheticShapes.TinyGraniteMoe with
        {
            Experts = new(16, 4, 256),
            Metadata = [.. SyntheticShapes.TinyGraniteMoe.Metadata.Where(entry => !entry.Key.StartsWith("expert", StringComparison.Ordinal))],
        },
        ["GptOss"] = SyntheticShapes.TinyGptOss,
        ["Gemma4"] = DenseShapes.SparseGemma4,
        ["Qwen3Moe with scales"] = SyntheticShapes.TinyQwen3Moe with { Experts = SyntheticShapes.TinyQwen3Moe.Experts! with { Scales = true } },
        ["GptOss beyond its first context"] = SyntheticShapes.TinyGptOss with { Yarn = new(32, 24) },
    };

    public static TheoryData<string> Families => [.. Shapes.Keys];

    [Theory, MemberData(nameof(Families))]
    public void FloatModelsEqualUpstream(string family)
    {
        Upstream.Require();
        SyntheticShape shape = Shapes[family];
        using var file = new TemporaryModel(shape, "F32");
        float[] logits = Parity.Logits(file.Path), upstream = Parity.Upstream(file.Path);
        TestContext.Current.TestOutputHelper?.WriteLine($"{family} F32: {LogitComparison.Of(logits, upstream, shape.Vocabulary)}");
        bool isGelu = shape.Gemma4 is not null; // which upstream looks up in a table of halves
        Parity.AssertClose(logits, upstream, shape.Vocabulary, maximum: isGelu ? 5e-3 : 2e-3, rms: isGelu ? 1e-3 : 2e-4);
        Assert.Equal(logits, Parity.LogitsInParts(file.Path));
        Assert.Equal(logits, Parity.LogitsInParts(file.Path, 17, 2, 30));
    }

    [Theory]
    [InlineData("Mixtral", "Q4_K")]
    [InlineData("Qwen3Moe", "Q8_0")]
    [InlineData("Qwen3Moe", "IQ2_XXS")]
    [InlineData("OddMixtral", "Q8_0")]
    [InlineData("GptOss", "UD-MXFP4")]
    [InlineData("GraniteMoe", "Q6_K")]
    [InlineData("Gemma4", "UD-Q4_K")]
    public void QuantizedModelsStayAsCloseToTheTwinAsUpstream(string family, string types)
    {
        Upstream.Require();
        SyntheticShape shape = Shapes[family];
        using var file = new TemporaryModel(shape, types);
        using TemporaryModel exact = file.ExactTwin();
        float[] twin = Parity.Upstream(exact.Path);
        LogitComparison ours = LogitComparison.Of(Parity.Logits(file.Path), twin, shape.Vocabulary);
        LogitComparison theirs = LogitComparison.Of(Parity.Upstream(file.Path), twin, shape.Vocabulary);
        Assert.True(ours.MeanDivergence < 1.5 * theirs.MeanDivergence + 1e-3, $"{family} {types}: {ours}; upstream: {theirs}");
    }

    [Theory]
    [InlineData("Qwen3Moe", "Q8_0")]
    [InlineData("Mixtral", "Q4_K")]
    [InlineData("GptOss", "UD-MXFP4")]
    public void NeighboursAndThreadsChangeNoBit(string family, string types)
    {
        Upstream.Require();
        using var file = new TemporaryModel(Shapes[family], types);
        float[] alone = Parity.LastLogits(file.Path, threads: 1, neighbours: 0);
        Assert.Equal(alone, Parity.LastLogits(file.Path, threads: 3, neighbours: 5));
        float[] steps = Parity.LogitsInParts(file.Path);
        Assert.Equal(Parity.Logits(file.Path), steps);
    }

    [Fact]
    public void DecodingAllocatesNothing()
    {
        Upstream.Require();
        using var file = new TemporaryModel(SyntheticShapes.TinyQwen3Moe, "Q8_0");
        Assert.Equal(0, Parity.BytesAllocatedByDecoding(file.Path));
    }

    [Theory]
    [InlineData("expert_used_count", 9, "llama.expert_used_count is 9; it must be 1 to 8")]
    [InlineData("expert_used_count", 0, "llama.expert_used_count is 0; it must be 1 to 8")]
    [InlineData("expert_count", -4, "llama.expert_count is -4; it must be 1 to 4096")]
    [InlineData("expert_count", 7, "ffn_gate_inp.weight has the shape [256, 8], the metadata asks for [256, 7]")]
    public void ContradictionsAreNamed(string key, int value, string expected)
    {
        Upstream.Require();
        using var file = new TemporaryModel(SyntheticShapes.TinyMixtral, "F32");
        file.SetMetadata($"llama.{key}", value);
        var refused = Assert.Throws<ModelException>(() => Parity.Logits(file.Path));
        Assert.Contains(expected, refused.Message);
    }

    [Theory]
    [InlineData(4f, 32, 0f)]
    [InlineData(4f, 4096, 0f)]
    [InlineData(8f, 16, 0.07f)]
    public void YarnEqualsUpstream(float factor, int originalContext, float logMultiplier)
    {
        Upstream.Require();
        foreach (SyntheticShape plain in new[] { SyntheticShapes.TinyLlama with { RopeStretch = 0, RopeBase = 10000 }, SyntheticShapes.TinyQwen2 })
        {
            using var file = new TemporaryModel(plain with { Yarn = new(factor, originalContext, logMultiplier) }, "F32");
            Parity.AssertClose(Parity.Logits(file.Path), Parity.Upstream(file.Path), plain.Vocabulary, maximum: 2e-3, rms: 2e-4);
        }
    }
}
