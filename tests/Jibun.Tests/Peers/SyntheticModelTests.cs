using Jibun.Formats;
using Jibun.Gguf;
using Jibun.Peers;

namespace Jibun.Tests.Peers;

public sealed class SyntheticModelTests
{
    public static TheoryData<string, string> Models => new()
    {
        { "tiny-llama", "F32" },
        { "tiny-llama", "Q4_K_M" },
        { "tiny-llama", "IQ2_XXS" },
        { "odd-llama", "F16" },
        { "odd-llama", "Q4_0" },
        { "tiny-qwen2", "BF16" },
        { "tiny-qwen3", "Q8_0" },
        { "tiny-bitnet", "TQ2_0" },
        { "tiny-bitnet", "TQ1_0" },
        { "scaled-bitnet", "TQ2_0" },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void LoadsUpstreamAndGivesSaneLogits(string shapeName, string mix)
    {
        Upstream.Require();
        SyntheticShape shape = SyntheticShapes.ByName[shapeName];
        using TemporaryModel model = new(shape, mix);
        using LlamaOracle oracle = LlamaOracle.Open(model.Path);
        Assert.Equal(shape.Vocabulary, oracle.VocabularySize);
        float[] logits = oracle.Logits(RandomTokens.Take(16, shape.Vocabulary));
        double deviation = Math.Sqrt(logits.Average(logit => (double)logit * logit));
        Assert.InRange(deviation, 1.5, 4);
        Assert.All(logits, logit => Assert.True(float.IsFinite(logit)));
    }

    [Fact]
    public void TypesHoldTheSameWeights()
    {
        Upstream.Require();
        using TemporaryModel exact = new(SyntheticShapes.TinyLlama, "F32"), half = new(SyntheticShapes.TinyLlama, "F16");
        using LlamaOracle a = LlamaOracle.Open(exact.Path), b = LlamaOracle.Open(half.Path);
        int[] tokens = RandomTokens.Take(16, 512);
        LogitComparison result = LogitComparison.Of(b.Logits(tokens), a.Logits(tokens), 512);
        Assert.True(result.Rms < 0.01, result.ToString());
    }

    [Fact]
    public void TernaryTypesAreExact()
    {
        Upstream.Require();
        using TemporaryModel exact = new(SyntheticShapes.TinyBitNet, "F32"), ternary = new(SyntheticShapes.TinyBitNet, "TQ1_0");
        using GgufFile a = GgufFile.Open(exact.Path), b = GgufFile.Open(ternary.Path);
        GgufTensor packed = b.GetTensor("blk.1.ffn_down.weight");
        Assert.Equal(GgmlType.TQ1_0, packed.Type);
        float[] decoded = GgmlOracle.Decode(GgmlType.TQ1_0, packed.Bytes, (int)(packed.Rows * packed.Columns));
        float[] stored = GgmlOracle.Decode(GgmlType.F32, a.GetTensor("blk.1.ffn_down.weight").Bytes, decoded.Length);
        Assert.Equal(stored, decoded);
        Assert.Equal(3, stored.Distinct().Count());
    }

    [Fact]
    public void ATwinKeepsTheLogits()
    {
        Upstream.Require();
        using TemporaryModel model = new(SyntheticShapes.TinyQwen3, "Q8_0"), twin = model.ExactTwin();
        using LlamaOracle a = LlamaOracle.Open(model.Path), b = LlamaOracle.Open(twin.Path);
        int[] tokens = RandomTokens.Take(16, 512);
        LogitComparison result = LogitComparison.Of(a.Logits(tokens), b.Logits(tokens), 512);
        Assert.True(result is { MeanDivergence: < 3e-3, LowestCosine: > 0.999 }, result.ToString());
    }

    [Fact]
    public void UnknownNamesAreRefused()
    {
        Assert.Throws<ArgumentException>(() => new TypeMix("Q9_Z"));
        Assert.Throws<ArgumentException>(() => SyntheticModel.InCache(Path.GetTempPath(), "llama-9b-Q8_0"));
    }
}
