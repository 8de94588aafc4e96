using Jibun.Formats;
using Jibun.Generation;
using Jibun.Gguf;
using Jibun.Kernels;
using Jibun.Models;
using Jibun.Models.Reference;
using Jibun.Peers;
using Jibun.Tests.Peers;

namespace Jibun.Tests.Models;

/// <summary>Logits against upstream and against the exact twin: whole prompts and step by step, every family.</summary>
public sealed class LogitParityTests
{
    private const int Vocabulary = 512;
    private static readonly int[] Tokens = RandomTokens.Take(64, Vocabulary);

    public static TheoryData<string> Families => ["TinyLlama", "OddLlama", "TinyQwen2", "TinyQwen3", "TinyBitNet", "ScaledBitNet"];

    [Theory, MemberData(nameof(Families))]
    public void FloatModelsEqualUpstreamAndTheTwin(string shape)
    {
        Upstream.Require();
        using var file = new TemporaryModel(Shape(shape), "F32");
        int vocabulary = Shape(shape).Vocabulary;
        float[] logits = Logits(file.Path, KvType.F32);
        using var oracle = LlamaOracle.Open(file.Path);
        AssertClose(LogitComparison.Of(logits, oracle.Logits(Tokens), vocabulary), maximum: 1e-3, rms: 1e-4);
        AssertClose(LogitComparison.Of(logits, Reference(file.Path), vocabulary), maximum: 1e-3, rms: 1e-4);
        Assert.Equal(logits, LogitsStepByStep(file.Path, KvType.F32));
    }

    [Theory]
    [InlineData("TinyLlama", "Q8_0", 1.1e-3)]
    [InlineData("TinyLlama", "Q4_0", 6.7e-3)]
    [InlineData("TinyLlama", "Q4_K_M", 3.5e-3)]
    [InlineData("TinyLlama", "Q5_K", 3.1e-3)]
    [InlineData("TinyLlama", "Q6_K", 2.4e-3)]
    [InlineData("TinyLlama", "F16", 1e-5)]
    [InlineData("TinyLlama", "BF16", 1e-5)]
    [InlineData("OddLlama", "Q8_0", 2e-3)]
    [InlineData("TinyQwen2", "Q8_0", 1e-3)]
    [InlineData("TinyQwen3", "Q8_0", 1e-3)]
    [InlineData("TinyBitNet", "TQ2_0", 2.5e-3)]
    [InlineData("TinyBitNet", "TQ1_0", 2.5e-3)]
    public void QuantizedModelsStayAsCloseToTheTwinAsUpstream(string shape, string types, double usualDivergence)
    {
        Upstream.Require();
        using var file = new TemporaryModel(Shape(shape), types);
        using TemporaryModel exact = file.ExactTwin();
        float[] twin;
        using (var oracle = LlamaOracle.Open(exact.Path)) twin = oracle.Logits(Tokens);
        float[] upstream;
        using (var oracle = LlamaOracle.Open(file.Path)) upstream = oracle.Logits(Tokens);
        int vocabulary = Shape(shape).Vocabulary;
        LogitComparison ours = LogitComparison.Of(Logits(file.Path, KvType.F16), twin, vocabulary);
        LogitComparison theirs = LogitComparison.Of(upstream, twin, vocabulary);
        Assert.True(ours.MeanDivergence < 1.5 * Math.Max(theirs.MeanDivergence, usualDivergence), $"{shape} {types}: {ours}; upstream: {theirs}");
        Assert.True(ours.LowestCosine > (types == "Q4_0" ? 0.95 : 0.99), $"{shape} {types}: {ours}");
    }

    [Fact]
    public void BitnetB158UsesSquaredRelu()
    {
        float[] expected = ReadFloats(TestData.Find("parity", "tiny-bitnet158-F16.relu2.f32"));
        string path = TestData.Find("parity", "tiny-bitnet158-F16.gguf");
        float[] logits = Logits(path, KvType.F32);
        AssertClose(LogitComparison.Of(logits, Reference(path), Vocabulary), maximum: 1e-3, rms: 1e-4);
        // The peer that made these logits rounds activations to float16: its own distance from the twin is 0.0057, 0.0012.
        AssertClose(LogitComparison.Of(logits, expected, Vocabulary), maximum: 1e-2, rms: 2e-3);
    }

    /// <summary>One model in five encodings, which hold the same weights (TernaryFileTests): 8-bit activations are all that differs from the exact logits.</summary>
    [Theory]
    [InlineData("tiny512-bitnet-TQ1_0", "tiny512-bitnet-exact.silu")]
    [InlineData("tiny512-bitnet-TQ2_0", "tiny512-bitnet-exact.silu")]
    [InlineData("tiny512-bitnet-I2_S", "tiny512-bitnet-exact.silu")]
    [InlineData("tiny512-bitnet-IQ1_BN", "tiny512-bitnet-exact.silu")]
    [InlineData("tiny512-bitnet-IQ2_BN", "tiny512-bitnet-exact.silu")]
    [InlineData("tiny512-bitnet-b1.58-IQ2_BN", "tiny512-bitnet-b1.58-IQ2_BN.relu2")]
    public void TernaryEncodingsGiveTheReferenceLogits(string model, string reference)
    {
        string path = TestData.Find("parity", $"{model}.gguf");
        float[] logits = Logits(path, KvType.F32);
        LogitComparison ours = LogitComparison.Of(logits, ReadFloats(TestData.Find("parity", $"{reference}.f32")), Vocabulary);
        LogitComparison exact = LogitComparison.Of(logits, Reference(path), Vocabulary);
        const double UsualDivergence = 1.8e-3; // upstream's, and ik_llama.cpp's
        Assert.True(exact.MeanDivergence < 1.5 * UsualDivergence && exact.LowestCosine > 0.99, exact.ToString());
        Assert.True(ours.MeanDivergence < 1.5 * UsualDivergence * (reference.Contains("exact") ? 1 : 2) && ours.LowestCosine > 0.99, ours.ToString());
    }

    [Fact]
    public void BatchNeighboursThreadsAndTiersChangeNoBit()
    {
        Upstream.Require();
        using var file = new TemporaryModel(Shape("TinyLlama"), "Q4_K_M");
        float[] alone = LastLogits(file.Path, threads: 1, KernelTier.Portable, neighbours: 0);
        Assert.Equal(alone, LastLogits(file.Path, threads: 3, KernelSet.Best, neighbours: 5));
    }

    [Fact]
    public void DecodingAllocatesNothing()
    {
        Upstream.Require();
        using var file = new TemporaryModel(Shape("TinyLlama"), "Q4_K_M");
        using var gguf = GgufFile.Open(file.Path);
        using var team = new ThreadTeam(2);
        using ILanguageModel model = LanguageModels.Load(gguf, new MatMul(team, new KernelSet(KernelSet.Best)));
        using var cache = new KvCache(model.Info.Kv);
        var batch = new ModelBatch();
        var sampler = new Sampler(new SamplingOptions { Temperature = 0.8f, Seed = 1 }, Vocabulary);
        var logits = new float[Vocabulary];
        void Step(int token)
        {
            batch.Clear();
            batch.Add(cache, [token], LogitRows.Last);
            model.Forward(batch, logits);
            sampler.Sample(logits, [token]);
        }
        for (int i = 0; i < 10; i++) Step(i);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 40; i++) Step(i);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static SyntheticShape Shape(string name) => name switch
    {
        "TinyLlama" => SyntheticShapes.TinyLlama,
        "OddLlama" => SyntheticShapes.OddLlama,
        "TinyQwen2" => SyntheticShapes.TinyQwen2,
        "TinyQwen3" => SyntheticShapes.TinyQwen3,
        "TinyBitNet" => SyntheticShapes.TinyBitNet,
        "ScaledBitNet" => SyntheticShapes.ScaledBitNet,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

    private static float[] Logits(string path, KvType kv)
    {
        using LoadedModel model = LoadedModel.Open(path, new LoadOptions { Threads = 2, KvType = kv });
        return model.Logits(Tokens, all: true);
    }

    private static float[] LogitsStepByStep(string path, KvType kv)
    {
        using GgufFile file = GgufFile.Open(path);
        using var team = new ThreadTeam(1);
        using ILanguageModel model = LanguageModels.Load(file, new MatMul(team, new KernelSet(KernelSet.Best)), kv);
        using var cache = new KvCache(model.Info.Kv);
        var batch = new ModelBatch();
        int vocabulary = model.Info.VocabularySize;
        var logits = new float[Tokens.Length * vocabulary];
        for (int i = 0; i < Tokens.Length; i++)
        {
            batch.Clear();
            batch.Add(cache, Tokens.AsSpan(i, 1), LogitRows.Last);
            model.Forward(batch, logits.AsSpan(i * vocabulary, vocabulary));
        }
        return logits;
    }

    private static float[] LastLogits(string path, int threads, KernelTier tier, int neighbours)
    {
        using GgufFile file = GgufFile.Open(path);
        using var team = new ThreadTeam(threads);
        using ILanguageModel model = LanguageModels.Load(file, new MatMul(team, new KernelSet(tier)));
        var caches = new List<KvCache>();
        var batch = new ModelBatch();
        for (int i = 0; i < neighbours; i++)
        {
            caches.Add(new KvCache(model.Info.Kv));
            batch.Add(caches[i], Tokens.AsSpan(i, 7 + i), LogitRows.None);
        }
        caches.Add(new KvCache(model.Info.Kv));
        batch.Add(caches[^1], Tokens, LogitRows.Last);
        var logits = new float[Vocabulary];
        model.Forward(batch, logits);
        caches.ForEach(cache => cache.Dispose());
        return logits;
    }

    private static float[] Reference(string path)
    {
        using GgufFile file = GgufFile.Open(path);
        return [.. new ReferenceDecoder(file).Logits(Tokens).SelectMany(row => row).Select(v => (float)v)];
    }

    private static void AssertClose(LogitComparison comparison, double maximum, double rms) =>
        Assert.True(comparison.MaxAbs < maximum && comparison.Rms < rms && comparison.Top1 == 1, comparison.ToString());

    private static float[] ReadFloats(string path) => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(path)).ToArray();
}
