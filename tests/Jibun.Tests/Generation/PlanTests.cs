using Jibun.Generation;
using Jibun.Gguf;
using Jibun.Kernels;
using Jibun.Memory;
using Jibun.Models;
using Jibun.Peers;
using Jibun.Tests.Peers;

namespace Jibun.Tests.Generation;

/// <summary>What a plan says is what loading does, and what a model holds to the byte.</summary>
public sealed class PlanTests
{
    private static readonly Dictionary<string, SyntheticShape> Shapes = SyntheticShapes.ByName
        .Where(shape => shape.Value.Hidden <= 512)
        .Concat(DenseShapes.All)
        .Append(new("gemma4, sparse", DenseShapes.SparseGemma4))
        .ToDictionary();

    public static TheoryData<string, string> Models => [.. from shape in Shapes.Keys
                                                           from types in (string[])["F16", shape.Contains("bitnet") ? "TQ2_0" : "Q4_K_M"]
                                                           select (shape, types)];

    [Theory, MemberData(nameof(Models))]
    public void EveryFamilyTakesWhatWasPlanned(string shape, string types)
    {
        Upstream.Require();
        using TemporaryModel model = new(Shapes[shape], types);
        using GgufFile header = GgufFile.OpenHeader(model.Path), file = GgufFile.Open(model.Path);
        Plan plan = Plan.Of(header, new LoadOptions { ContextLength = 640 });
        using ThreadTeam team = new(1); // this thread, which all memory is taken by
        long before = NativeBlock.HeldByThread;
        using ILanguageModel loaded = LanguageModels.Load(file, new MatMul(team, new KernelSet(KernelSet.Best)), contextLength: 640);
        IReadOnlyList<WeightUse> uses = loaded.Memory.Weights;
        Assert.Equal(loaded.Info.WeightBytes, plan.Weights.Where(weights => weights.Kernels is not null).Sum(weights => weights.MemoryBytes));
        Assert.Equal(uses.Sum(use => use.MemoryBytes), plan.WeightBytes);
        Assert.Equal(file.Tensors.Count, plan.Weights.Sum(weights => weights.Tensors));
        Assert.Equal(file.Tensors.Sum(tensor => tensor.ByteLength), plan.Weights.Sum(weights => weights.FileBytes));
        Assert.All(uses.Where(use => use.Kind == WeightKind.Unused), use => Assert.StartsWith("rope_factors_", use.Tensor.Name)); // of two, the other was chosen
        Assert.True(plan.BufferBytes > 512 * Shapes[shape].Hidden * sizeof(float));
        Assert.True(plan.BytesPerToken <= plan.Weights.Sum(weights => Math.Max(weights.MemoryBytes, weights.FileBytes)));

        long matrices = loaded.Info.WeightBytes, weights = NativeBlock.HeldByThread - before;
        long further = weights - HugePageArena.SizeOf(matrices) - HugePageArena.SizeOf(plan.WeightBytes - matrices);
        Assert.InRange(further, 0, HasFurtherVectors(shape) ? NativeBlock.HugePage + (32 << 10) : shape.StartsWith("phi", StringComparison.Ordinal) ? 192 : 0);

        using KvCache cache = new(loaded.Info.Kv);
        ModelBatch batch = new();
        float[] logits = new float[512 * loaded.Info.VocabularySize];
        foreach (int rows in (int[])[512, 127, 1])
        {
            batch.Clear();
            batch.Add(cache, new int[rows], LogitRows.All, 640);
            loaded.Forward(batch, logits);
            Assert.InRange(cache.Bytes, 1, plan.KvBytes);
        }
        if (loaded.Info.Kv.Layers.All(layer => layer.Window == 0)) Assert.Equal(plan.KvBytes, cache.Bytes);
        long held = NativeBlock.HeldByThread - before - weights, planned = plan.KvBytes + plan.BufferBytes - loaded.Info.VocabularySize * sizeof(float);
        double least = shape is "tiny-r1" or "tiny-v2lite" ? 0.6 : loaded.Info.Kv.Layers.Any(layer => layer.Window != 0) ? 0.8 : 0.97;
        Assert.InRange((double)held / planned, least, 1); // less where long contexts, or batches of other shapes, would take more
    }

    // Such as the norms of values that have no weights, or biases that lie one behind the other.
    private static bool HasFurtherVectors(string shape) => shape.StartsWith("gemma4", StringComparison.Ordinal) || shape == "tiny-gpt-oss";

    [Theory]
    [InlineData("tiny-llama")]
    [InlineData("tiny-r1")]
    public void LongContextsTakeRoomForTheResultsOfTheirParts(string shape)
    {
        Upstream.Require();
        using TemporaryModel model = new(SyntheticShapes.ByName[shape], "F16");
        using GgufFile header = GgufFile.OpenHeader(model.Path);
        using ThreadTeam team = new(4);
        long BuffersOf(int tokens) => Plan.Of(header, new LoadOptions { ContextLength = tokens }, team).BufferBytes;
        long one = BuffersOf(512), two = BuffersOf(1024), four = BuffersOf(2048);
        Assert.True(two > one); // one part is finished where it is computed
        Assert.Equal(BuffersOf(1536) - two, four - BuffersOf(1536));
    }

    [Fact]
    public void AHeaderIsEnough()
    {
        Upstream.Require();
        using TemporaryModel model = new(SyntheticShapes.TinyMixtral, "Q4_K_M");
        Plan whole;
        long head;
        using (GgufFile file = GgufFile.Open(model.Path))
        {
            whole = Plan.Of(file);
            head = file.Tensors.Min(tensor => tensor.FileOffset);
        }
        using (FileStream cut = File.OpenWrite(model.Path)) cut.SetLength(head);
        Assert.Throws<ModelException>(() => GgufFile.Open(model.Path));
        using GgufFile header = GgufFile.OpenHeader(model.Path);
        Plan plan = Plan.Of(header);
        Assert.Equal((whole.Bytes, whole.BytesPerToken, whole.ProductsPerToken), (plan.Bytes, plan.BytesPerToken, plan.ProductsPerToken));
        Assert.Throws<InvalidOperationException>(() => header.Tensors[0].Bytes.Length);
    }

    [Fact]
    public void OnlyExpertsInUseAreRead()
    {
        Upstream.Require();
        using TemporaryModel model = new(SyntheticShapes.TinyMixtral, "F16");
        using GgufFile file = GgufFile.OpenHeader(model.Path);
        PlannedWeights experts = Assert.Single(Plan.Of(file).Weights, weights => weights.Class == WeightClass.Experts);
        Assert.Equal(9, experts.Tensors); // gates, ups and downs of three layers
        Assert.Equal(experts.MemoryBytes / 4, experts.BytesPerToken); // two of eight
        Assert.Equal(3 * 3 * 2 * 256 * 256, experts.ProductsPerToken);
    }

    [Fact]
    public void WhatDoesNotFitIsRefusedBeforeItIsRead()
    {
        Upstream.Require();
        using TemporaryModel model = new(SyntheticShapes.TinyLlama, "F16");
        Plan plan = Plan.Of(GgufFile.OpenHeader(model.Path), new LoadOptions { ContextLength = 256, Threads = 1 });
        LoadOptions options = new() { ContextLength = 256, Threads = 1, MemoryBudget = plan.Bytes };
        LoadedModel.Open(model.Path, options).Dispose();
        var refused = Assert.Throws<MemoryBudgetException>(() => LoadedModel.Open(model.Path, options with { MemoryBudget = plan.Bytes - 1 }));
        Assert.Contains("of memory (weights", refused.Message);
        Assert.Contains("are left for it: take a shorter context, or allow more memory", refused.Message);
        var tooLong = Assert.Throws<ModelException>(() => LoadedModel.Open(model.Path, new LoadOptions { ContextLength = 1 << 20 }));
        Assert.Contains("1048576 were asked for", tooLong.Message);
    }

    [Fact]
    public void WeightsAreLockedOrItIsSaidWhyNot()
    {
        Upstream.Require();
        using TemporaryModel model = new(SyntheticShapes.TinyLlama, "F16");
        using LoadedModel loaded = LoadedModel.Open(model.Path, new LoadOptions { Threads = 1, LockMemory = true });
        if (loaded.WhyNotLocked is { } reason) Assert.Contains("could not be locked in memory", reason);
        else if (File.Exists("/proc/self/status"))
            Assert.True(long.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmLck:", StringComparison.Ordinal)).Split(' ')[^2],
                System.Globalization.CultureInfo.InvariantCulture) * 1024 >= loaded.Model.Info.WeightBytes);
    }
}
