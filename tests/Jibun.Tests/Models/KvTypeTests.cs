using Jibun.Formats;
using Jibun.Generation;
using Jibun.Models;
using Jibun.Peers;
using Jibun.Tests.Peers;

namespace Jibun.Tests.Models;

/// <summary>Models over caches of fewer bits: how much that costs, beside what it costs upstream, and that nothing else changes results.</summary>
public sealed class KvTypeTests
{
    private const int Vocabulary = 512;

    private static readonly Dictionary<string, SyntheticShape> s_shapes = new()
    {
        ["llama"] = SyntheticShapes.TinyLlama,
        ["qwen3"] = SyntheticShapes.TinyQwen3,
        ["gemma2"] = DenseShapes.All["gemma2"],
        ["gemma3"] = DenseShapes.Gemma3,
        ["gemma4"] = DenseShapes.All["gemma4"],
        ["gpt-oss"] = SyntheticShapes.TinyGptOss,
        ["R1"] = SyntheticShapes.TinyR1,
    };

    private static readonly int[] s_prompt = RandomTokens.Take(200, Vocabulary);

    public static MatrixTheoryData<string, KvType> Cases => new(s_shapes.Keys, [KvType.F16, KvType.Q8_0, KvType.Q4_0]);

    [Theory, MemberData(nameof(Cases))]
    public void FewerBitsCostNoMoreThanUpstream(string shape, KvType type)
    {
        Upstream.Require();
        using TemporaryModel file = new(s_shapes[shape], "F32");
        AssertNoWorse(shape, type, file.Path, kv => Parity.Logits(file.Path, s_prompt, kv), oracle => oracle.Logits(s_prompt));
    }

    [Theory, MemberData(nameof(Cases))]
    public void FewerBitsCostGenerationNoMoreThanUpstream(string shape, KvType type)
    {
        Upstream.Require();
        using TemporaryModel file = new(s_shapes[shape], "F32");
        AssertNoWorse(shape, type, file.Path, kv => Parity.LogitsInParts(file.Path, s_prompt, [], kv), oracle => oracle.LogitsStepByStep(s_prompt));
    }

    // Both engines' divergence from an F32 cache of ours: at most a quarter above upstream's, a half with Q4_0.
    private static void AssertNoWorse(string shape, KvType type, string path, Func<KvType, float[]> logits, Func<LlamaOracle, float[]> upstream)
    {
        float[] exact = logits(KvType.F32);
        LogitComparison ours = LogitComparison.Of(logits(type), exact, Vocabulary);
        OracleOptions options = OracleOptions.Exact with { KvType = Enum.Parse<GgmlType>(type.ToString()), FlashAttention = true };
        using LlamaOracle oracle = LlamaOracle.Open(path, options);
        LogitComparison theirs = LogitComparison.Of(upstream(oracle), exact, Vocabulary);
        TestContext.Current.TestOutputHelper?.WriteLine($"{shape} {type}: {ours}; upstream: {theirs}");
        (double least, double share) = type switch { KvType.F16 => (1e-8, 1.25), KvType.Q8_0 => (1e-6, 1.25), _ => (1e-4, 1.5) };
        Assert.True(ours.MeanDivergence < Math.Max(least, share * theirs.MeanDivergence), $"{shape} {type}: {ours}; upstream: {theirs}");
    }

    [Theory, MemberData(nameof(Cases))]
    public void NeitherPartsNorThreadsNorNeighboursChangeABit(string shape, KvType type)
    {
        Upstream.Require();
        using TemporaryModel file = new(s_shapes[shape], "F32");
        int[] tokens = s_prompt[..100];
        float[] whole = Parity.Logits(file.Path, tokens, type, threads: 2);
        Assert.Equal(whole, Parity.Logits(file.Path, tokens, type, threads: 1));
        Assert.Equal(Parity.LastLogits(file.Path, 1, 0, type), Parity.LastLogits(file.Path, 2, 3, type));
        if (shape != "R1") Assert.Equal(whole, Parity.LogitsInParts(file.Path, tokens, [37, 1, 20], type)); // R1 has two ways for prompts and steps
    }

    [Theory]
    [InlineData(KvType.F16)]
    [InlineData(KvType.Q8_0)]
    public async Task LongContextsAreSharedOutWithoutChangingABit(KvType type)
    {
        Upstream.Require();
        foreach (SyntheticShape shape in new[] { SyntheticShapes.TinyLlama, SyntheticShapes.TinyR1 })
        {
            using TemporaryModel file = new(shape, "F32");
            int[] prompt = RandomTokens.Take(1200, Vocabulary);
            int[] one = await Generate(file.Path, prompt, type, 1), many = await Generate(file.Path, prompt, type, 5);
            Assert.Equal(one, many);
        }
    }

    [Fact]
    public void CachesTakeWhatTheirTypeSays()
    {
        Upstream.Require();
        using TemporaryModel file = new(SyntheticShapes.TinyR1, "F16");
        foreach ((KvType type, double bits) in new[] { (KvType.F32, 32.0), (KvType.F16, 16), (KvType.Q8_0, 8.5), (KvType.Q4_0, 4.5) })
        {
            using LoadedModel model = LoadedModel.Open(file.Path, new LoadOptions { Threads = 1, KvType = type });
            Assert.Equal((long)(SyntheticShapes.TinyR1.Layers * 576 * bits / 8), model.Model.Info.Kv.BytesPerToken);
        }
        KvShape whole = new(KvType.Q8_0, [.. Enumerable.Repeat(new KvLayer(1, 576) { ValueSize = 0 }, 61)]); // DeepSeek-R1
        Assert.InRange(whole.CacheBytes(16384, 512) / (double)(1 << 30), 0.5, 0.65);
    }

    private static async Task<int[]> Generate(string path, int[] prompt, KvType type, int threads)
    {
        using LoadedModel model = LoadedModel.Open(path, new LoadOptions { Threads = threads, KvType = type });
        using Conversation conversation = model.CreateConversation();
        GenerationOptions options = new() { MaxTokens = 8, IgnoreEndOfGeneration = true, Sampling = new() { Temperature = 0 } };
        List<int> ids = [];
        await foreach (GeneratedToken token in conversation.GenerateAsync(prompt, options, TestContext.Current.CancellationToken)) ids.Add(token.Id);
        return [.. ids];
    }
}
