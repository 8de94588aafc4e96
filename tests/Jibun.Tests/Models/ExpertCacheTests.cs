using Jibun.Generation;
using Jibun.Gguf;
using Jibun.Kernels;
using Jibun.Models;
using Jibun.Models.Shared;
using Jibun.Peers;
using Jibun.Tests.Peers;

namespace Jibun.Tests.Models;

/// <summary>Experts that are read from disk when they are needed: the same bits as from memory, whatever the cache holds.</summary>
public sealed class ExpertCacheTests
{
    private static readonly Dictionary<string, SyntheticShape> Shapes = new()
    {
        ["R1"] = SyntheticShapes.TinyR1,
        ["Mixtral"] = SyntheticShapes.TinyMixtral,
        ["OddMixtral"] = SyntheticShapes.OddMixtral,
        ["Qwen3Moe"] = SyntheticShapes.TinyQwen3Moe,
        ["GptOss"] = SyntheticShapes.TinyGptOss,
    };

    [Theory]
    [InlineData("R1", "UD-Q2_K")]
    [InlineData("Mixtral", "Q4_K")]
    [InlineData("OddMixtral", "Q8_0")]
    [InlineData("OddMixtral", "F16")]
    [InlineData("Qwen3Moe", "IQ2_XXS")]
    [InlineData("GptOss", "UD-MXFP4")]
    public void TheCacheChangesNoBit(string family, string types)
    {
        Upstream.Require();
        using var file = new TemporaryModel(Shapes[family], types);
        AssertNoBitChanges(file.Path);
    }

    [Fact]
    public void TheCacheChangesNoBitOfOneBitFiles() => AssertNoBitChanges(TestData.Find("parity", "tiny-r1-UD-IQ1_S.gguf"));

    private static void AssertNoBitChanges(string path)
    {
        float[] expected = Parity.LogitsInParts(path, 40, 3, 2);
        ExpertSizes sizes = SizesOf(path);
        long fewest = ExpertCacheShape.FewestBytes(sizes);
        foreach ((long bytes, int threads) in new[] { (fewest, 1), (fewest, 3), (fewest + sizes.MemoryBytes / 3, 2), (2 * fewest + 2 * sizes.MemoryBytes, 2) })
        {
            using var opened = new OpenModel(path, new ExpertOptions(bytes), threads);
            Assert.Equal(expected, opened.LogitsInParts(40, 3, 2));
            Assert.Equal(expected, opened.LogitsInParts(40, 3, 2)); // with a cache that is full of other things
            ExpertTally tally = opened.Model.Memory.Tally!.Value;
            Assert.InRange(tally.InMemory, bytes == fewest ? 0 : 1, tally.Needed - 1);
        }
    }

    /// <summary>What is in memory stays there while there is room, and what is used most is kept longest.</summary>
    [Fact]
    public void WhatFitsIsReadOnce()
    {
        Upstream.Require();
        using var file = new TemporaryModel(SyntheticShapes.TinyQwen3Moe, "Q8_0");
        ExpertSizes sizes = SizesOf(file.Path);
        using var opened = new OpenModel(file.Path, new ExpertOptions(2 * ExpertCacheShape.FewestBytes(sizes) + 2 * sizes.MemoryBytes), threads: 2);
        opened.LogitsInParts(40);
        ExpertTally first = opened.Model.Memory.Tally!.Value;
        Assert.InRange(first.BytesRead, 1, sizes.FileBytes);
        opened.LogitsInParts(40);
        Assert.Equal(1, (opened.Model.Memory.Tally!.Value - first).HitRate);
    }

    [Fact]
    public void ShapesKeepWithinTheirBytes()
    {
        ExpertSizes sizes = new(256, 8, [.. Enumerable.Repeat(new ExpertSize(9_500_000, 14_000_000), 3), .. Enumerable.Repeat(new ExpertSize(8_600_000, 12_700_000), 55)]);
        long fewest = ExpertCacheShape.FewestBytes(sizes);
        Assert.Equal(8, ExpertCacheShape.Of(sizes, fewest).Slots[14_000_000]);
        foreach (long bytes in (long[])[fewest, 1L << 30, 6L << 30, 100L << 30])
        {
            ExpertCacheShape shape = ExpertCacheShape.Of(sizes, bytes);
            Assert.InRange(shape.Bytes, bytes - 2 * 14_000_000, bytes);
            Assert.All(shape.Slots.Values, slots => Assert.True(slots >= 8));
        }
        Assert.Equal(256 * 58, ExpertCacheShape.Of(sizes, 400L << 30).Held);
    }

    [Fact]
    public void WhatWasLearnedIsKept()
    {
        Upstream.Require();
        using var file = new TemporaryModel(SyntheticShapes.TinyQwen3Moe, "Q8_0");
        string kept = file.Path + ".uses";
        try
        {
            ExpertOptions options = new(ExpertCacheShape.FewestBytes(SizesOf(file.Path)), kept);
            using (var opened = new OpenModel(file.Path, options, threads: 1)) opened.LogitsInParts(40);
            byte[] learned = File.ReadAllBytes(kept);
            Assert.Contains(learned[4..], value => value != 0);
            using (var opened = new OpenModel(file.Path, options, threads: 1))
            {
            }
            Assert.Equal(learned, File.ReadAllBytes(kept));
            foreach (byte[] damaged in (byte[][])[[], learned[..^1], [.. learned.Select(value => (byte)~value)]])
            {
                File.WriteAllBytes(kept, damaged);
                using var opened = new OpenModel(file.Path, options, threads: 1);
                opened.LogitsInParts(3);
            }
        }
        finally
        {
            File.Delete(kept);
        }
    }

    /// <summary>What an earlier run used lies in memory before anybody asks, and computes the same bits; what it never used is not read.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void WhatWasUsedIsBroughtWhileNobodyAsks(int part)
    {
        Upstream.Require();
        using var file = new TemporaryModel(SyntheticShapes.TinyR1, "UD-Q2_K");
        string kept = file.Path + ".uses";
        try
        {
            ExpertSizes sizes = SizesOf(file.Path);
            ExpertOptions options = new(2 * ExpertCacheShape.FewestBytes(sizes) + 2 * sizes.MemoryBytes / part, kept);
            float[] expected;
            using (var opened = new OpenModel(file.Path, options, threads: 2)) expected = opened.LogitsInParts(40);
            using (var opened = new OpenModel(file.Path, options, threads: 2))
            {
                ExpertCache cache = opened.Model.Memory.ExpertCache!;
                int brought = 0;
                while (cache.TryBring()) brought++;
                Assert.InRange(brought, 1, sizes.Count * sizes.Layers.Count);
                Assert.Equal(expected, opened.LogitsInParts(40));
                Assert.InRange(opened.Model.Memory.Tally!.Value.HitRate!.Value, part == 1 ? 1 : 0.1, 1);
                Assert.False(cache.TryBring()); // somebody asked
            }
            using (var opened = new OpenModel(file.Path, options, threads: 2))
            {
                ExpertCache cache = opened.Model.Memory.ExpertCache!;
                bool isOver = false;
                Thread other = new(() =>
                {
                    while (!Volatile.Read(ref isOver)) cache.TryBring(); // is interrupted again and again
                });
                other.Start();
                for (int i = 0; i < 5; i++) Assert.Equal(expected, opened.LogitsInParts(3, 2));
                Volatile.Write(ref isOver, true);
                other.Join();
            }
        }
        finally
        {
            File.Delete(kept);
        }
    }

    /// <summary>A rehearsal draws experts as often as they weigh, none twice, so that a cache of given size finds the share that a plan counts on.</summary>
    [Fact]
    public void RehearsedExpertsAreDrawnAsOftenAsTheyWeigh()
    {
        const int experts = 16, used = 4, tokens = 4000;
        float[] weights = [.. Enumerable.Range(0, 2 * experts).Select(id => id < experts ? 1f : id % 3)]; // alike in the first layer; some never in the second
        ExpertRehearsal rehearsal = new(new ExpertCacheShape(2, 1, new Dictionary<long, int>()), weights, experts);
        int[] drawn = new int[2 * experts], chosen = new int[used];
        for (int token = 0; token < tokens; token++)
            for (int layer = 0; layer < 2; layer++)
            {
                rehearsal.Choose(layer, chosen);
                Assert.Equal(chosen.Distinct().Order(), chosen);
                foreach (int expert in chosen) drawn[layer * experts + expert]++;
            }
        for (int id = 0; id < drawn.Length; id++)
            Assert.Equal(weights[id] * used / weights.AsSpan(id / experts * experts, experts).ToArray().Sum(), drawn[id] / (double)tokens, 0.04);
    }

    [Fact]
    public void AFileCutShortIsAnErrorThatPasses()
    {
        Upstream.Require();
        using var file = new TemporaryModel(SyntheticShapes.TinyQwen3Moe, "Q8_0");
        byte[] whole = File.ReadAllBytes(file.Path);
        using var opened = new OpenModel(file.Path, new ExpertOptions(ExpertCacheShape.FewestBytes(SizesOf(file.Path))), threads: 2);
        float[] expected = opened.LogitsInParts(40);
        using (FileStream cut = new(file.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) cut.SetLength(whole.Length / 2);
        var refused = Assert.Throws<ModelException>(() => opened.LogitsInParts(40));
        Assert.Contains("became shorter while the model was running", refused.Message);
        using (FileStream restored = new(file.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) restored.Write(whole);
        Assert.Equal(expected, opened.LogitsInParts(40));
    }

    [Fact]
    public void RowsThatTheFileLostAreAnErrorToo()
    {
        Upstream.Require();
        using var file = new TemporaryModel(SyntheticShapes.TinyOlmoe, "Q8_0"); // its embedding is read in the file
        using var opened = new OpenModel(file.Path, new ExpertOptions(ExpertCacheShape.FewestBytes(SizesOf(file.Path))), threads: 1);
        using (FileStream cut = new(file.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) cut.SetLength(4096);
        Assert.Contains("became shorter", Assert.Throws<ModelException>(() => opened.LogitsInParts(40)).Message);
    }

    [Fact]
    public void FewerExpertsAreUsedOnlyWhenAsked()
    {
        Upstream.Require();
        using var file = new TemporaryModel(SyntheticShapes.TinyQwen3Moe, "F32");
        using var two = new TemporaryModel(SyntheticShapes.TinyQwen3Moe with { Experts = new(16, 2, 256) }, "F32");
        float[] LogitsOf(string path, int experts)
        {
            using LoadedModel model = LoadedModel.Open(path, new LoadOptions { Threads = 1, ExpertsUsed = experts });
            return model.Logits(Parity.Tokens, all: true);
        }
        Assert.Equal(LogitsOf(two.Path, 0), LogitsOf(file.Path, 2));
        Assert.Equal(LogitsOf(file.Path, 0), LogitsOf(file.Path, 4));
        Assert.NotEqual(LogitsOf(file.Path, 0), LogitsOf(file.Path, 2));
        Assert.Contains("uses 4 experts for a token; it can use fewer, 1 to 4, but not 5", Assert.Throws<ModelException>(() => LogitsOf(file.Path, 5)).Message);
        using var dense = new TemporaryModel(SyntheticShapes.TinyLlama, "F32");
        Assert.Contains("has no experts", Assert.Throws<ModelException>(() => LogitsOf(dense.Path, 1)).Message);
    }

    [Fact]
    public void AModelLargerThanItsMemoryRunsAllTheSame()
    {
        Upstream.Require();
        using var file = new TemporaryModel(SyntheticShapes.TinyQwen3Moe, "Q8_0");
        LoadOptions options = new() { Threads = 2, ContextLength = 256 };
        Plan whole = Plan.Of(GgufFile.OpenHeader(file.Path), options);
        Assert.Null(whole.Experts);
        ExpertSizes sizes = SizesOf(file.Path);
        options = options with { MemoryBudget = whole.Bytes - sizes.MemoryBytes / 2 };
        Plan plan = Plan.Of(GgufFile.OpenHeader(file.Path), options);
        Assert.InRange(plan.Bytes, options.MemoryBudget.Value * 9 / 10, options.MemoryBudget.Value);
        Assert.InRange(plan.Experts!.EvenHitRate, 0.2, 0.5);
        using LoadedModel model = LoadedModel.Open(file.Path, options);
        Assert.Equal(Parity.Logits(file.Path, KvType.F16), model.Logits(Parity.Tokens, all: true));
        Assert.NotNull(model.ExpertTally);
        Assert.Throws<MemoryBudgetException>(() => LoadedModel.Open(file.Path, options with { MemoryBudget = whole.Bytes - sizes.MemoryBytes }));
    }

    [Fact]
    public void DecodingAllocatesNothing()
    {
        Upstream.Require();
        using var file = new TemporaryModel(SyntheticShapes.TinyR1, "UD-Q2_K");
        using var opened = new OpenModel(file.Path, new ExpertOptions(ExpertCacheShape.FewestBytes(SizesOf(file.Path))), threads: 2);
        using var cache = new KvCache(opened.Model.Info.Kv);
        var batch = new ModelBatch();
        float[] logits = new float[opened.Model.Info.VocabularySize];
        for (int i = 0; i < 10; i++) Step(i);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 40; i++) Step(i);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Step(int token)
        {
            batch.Clear();
            batch.Add(cache, [token], LogitRows.Last);
            opened.Model.Forward(batch, logits);
        }
    }

    private static ExpertSizes SizesOf(string path)
    {
        using GgufFile header = GgufFile.OpenHeader(path);
        using ThreadTeam team = new(1);
        using ILanguageModel model = LanguageModels.Load(header, new MatMul(team, new KernelSet(KernelSet.Best)));
        return model.Memory.Experts!;
    }

    private sealed class OpenModel : IDisposable
    {
        private readonly GgufFile _file;
        private readonly ThreadTeam _team;

        public OpenModel(string path, ExpertOptions experts, int threads)
        {
            _file = GgufFile.Open(path);
            _team = new ThreadTeam(threads);
            Model = LanguageModels.Load(_file, new MatMul(_team, new KernelSet(KernelSet.Best)), KvType.F32, 0, experts);
        }

        public ILanguageModel Model { get; }

        public float[] LogitsInParts(params int[] lengths) => Parity.LogitsInParts(Model, Parity.Tokens, lengths);

        public void Dispose()
        {
            Model.Dispose();
            _team.Dispose();
            _file.Dispose();
        }
    }
}
