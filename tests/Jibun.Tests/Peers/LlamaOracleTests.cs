using System.Runtime.InteropServices;
using Jibun.Peers;

namespace Jibun.Tests.Peers;

public sealed class LlamaOracleTests
{
    private const int Vocabulary = 512;

    // The references were made with flash attention, on a CPU with AVX-512: there upstream repeats them bit for bit.
    private static readonly OracleOptions AsReference = new() { FlashAttention = true };

    [Fact]
    public void ReproducesTheReferenceLogitsOfAQuantizedModel()
    {
        Upstream.Require();
        using LlamaOracle oracle = LlamaOracle.Open(TestData.Find("parity", "tiny512-bitnet-TQ2_0.gguf"), AsReference);
        Assert.Equal(Vocabulary, oracle.VocabularySize);
        float[] logits = oracle.Logits(RandomTokens.Take(64, Vocabulary));
        LogitComparison result = LogitComparison.Of(logits, Reference("tiny512-bitnet-TQ2_0.silu.f32"), Vocabulary);
        Assert.True(result is { MeanDivergence: < 3e-3, LowestCosine: > 0.999 }, result.ToString());
    }

    [Fact]
    public void ReproducesTheReferenceLogitsOfTheExactTwin()
    {
        Upstream.Require();
        string source = TestData.Find("parity", "tiny512-bitnet-TQ2_0.gguf");
        string twin = Path.Combine(Path.GetTempPath(), $"jibun-{Guid.NewGuid():N}.gguf");
        try
        {
            LlamaOracle.QuantizeModel(source, twin, fileType: 0);
            int[] tokens = RandomTokens.Take(64, Vocabulary);
            float[] reference = Reference("tiny512-bitnet-exact.silu.f32");
            using LlamaOracle flash = LlamaOracle.Open(twin, AsReference), exact = LlamaOracle.Open(twin);
            LogitComparison same = LogitComparison.Of(flash.Logits(tokens), reference, Vocabulary);
            Assert.True(same is { MaxAbs: < 1e-2, Top1: 1 }, same.ToString());
            float[] logits = exact.Logits(tokens);
            LogitComparison withoutFlash = LogitComparison.Of(logits, reference, Vocabulary);
            Assert.True(withoutFlash is { MaxAbs: < 2e-2, Top1: 1 }, withoutFlash.ToString());
            LogitComparison steps = LogitComparison.Of(exact.LogitsStepByStep(tokens), logits, Vocabulary);
            Assert.True(steps.MaxAbs < 1e-4, steps.ToString());
        }
        finally
        {
            File.Delete(twin);
        }
    }

    [Fact]
    public void GreedyTokensAreTheLargestLogits()
    {
        Upstream.Require();
        using LlamaOracle oracle = LlamaOracle.Open(TestData.Find("parity", "tiny512-bitnet-TQ2_0.gguf"));
        int[] prompt = RandomTokens.Take(8, Vocabulary);
        int[] generated = oracle.Greedy(prompt, 4);
        ReadOnlySpan<float> rows = oracle.LogitsStepByStep([.. prompt, .. generated]);
        for (int i = 0; i < generated.Length; i++)
        {
            ReadOnlySpan<float> row = rows.Slice((prompt.Length - 1 + i) * Vocabulary, Vocabulary);
            Assert.True(row[generated[i]] >= row.ToArray().Max() - 0.1f); // the prompt at once and step by step round differently
        }
    }

    [Fact]
    public void TracesTheGraph()
    {
        Upstream.Require();
        using LlamaOracle oracle = LlamaOracle.Open(TestData.Find("parity", "tiny512-bitnet-TQ2_0.gguf"));
        int[] tokens = RandomTokens.Take(5, Vocabulary);
        IReadOnlyList<OracleTensor> tensors = oracle.Trace(tokens);
        OracleTensor norm = tensors.First(t => t.Name == "attn_norm-0");
        Assert.Equal([512, tokens.Length, 1, 1], norm.Shape);
        Assert.Equal(oracle.Logits(tokens), tensors.First(t => t.Name == "result_output").Values);
    }

    [Fact]
    public void TokenizesAndDetokenizes()
    {
        Upstream.Require();
        string vocabulary = TestData.Find("tokenizers", "vocab", "ggml-vocab-llama-spm.gguf");
        using LlamaOracle oracle = LlamaOracle.Open(vocabulary, new() { VocabularyOnly = true });
        Assert.Equal([15043, 3186], oracle.Tokenize("Hello world"));
        Assert.Equal([1, 15043, 3186], oracle.Tokenize("Hello world", addSpecial: true));
        Assert.Equal("Hello world", oracle.Detokenize([15043, 3186]).TrimStart());
        Assert.Empty(oracle.Tokenize(""));
        Assert.Equal([2], oracle.Tokenize("</s>", parseSpecial: true));
        Assert.True(oracle.EndsGeneration(2) && !oracle.EndsGeneration(15043));
    }

    [Fact]
    public void MeasuresSpeed()
    {
        Upstream.Require();
        string model = TestData.Find("parity", "tiny512-bitnet-TQ2_0.gguf");
        using LlamaOracle oracle = LlamaOracle.Open(model, OracleOptions.AsShipped);
        OracleSpeed speed = oracle.Bench(promptTokens: 16, generatedTokens: 4, repetitions: 2);
        Assert.Equal((2, 2), (speed.Prompt.Length, speed.Generation.Length));
        Assert.All([.. speed.Prompt, .. speed.Generation], tokensPerSecond => Assert.True(tokensPerSecond > 0));
    }

    [Fact]
    public void SaysWhyAFileDoesNotLoad()
    {
        Upstream.Require();
        ModelException error = Assert.Throws<ModelException>(() => LlamaOracle.Open("/does/not/exist.gguf"));
        Assert.Contains("exist.gguf", error.Message);
    }

    private static float[] Reference(string name) =>
        MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(TestData.Find("parity", name))).ToArray();
}
