using Jibun.Generation;
using Jibun.Gguf;
using Jibun.Kernels;
using Jibun.Peers;
using Jibun.Tests.Peers;

namespace Jibun.Tests.Generation;

/// <summary>A model's speed is predicted from some of its layers. That predictions come true is measured, not tested: see the lab.</summary>
public sealed class RehearsalTests
{
    private static readonly LayerWork s_dense = new(false, Bytes: 100e6, Products: 7, RehearsalBytes: 100e6), s_sparse = new(true, 50e6, 5, 200e6);

    /// <summary>Two dense layers, four of experts: what three of these took, less what the dense ones took, tells what the fourth takes.</summary>
    [Fact]
    public void LayersThatWereNotRunTakeTheTimeOfTheirKind()
    {
        LayerWork half = s_sparse with { Products = 2.5 };
        LayerWork[] layers = [s_dense, s_dense, s_sparse, s_sparse, s_sparse, half];
        Assert.Equal(2 + 3 * 4 + 2, Rehearsal.Whole(layers, 2, 5, layer => layer.Products, before: 2, all: 2 + 3 * 4), 9);
        Assert.Equal(2 + 3 * 4 + 4, Rehearsal.Whole(layers, 2, 5, layer => layer.Bytes, before: 2, all: 2 + 3 * 4), 9);
    }

    [Fact]
    public void EnoughLayersAreRunThatNoCacheHoldsThem()
    {
        LayerWork[] layers = [s_dense, s_dense, .. Enumerable.Repeat(s_sparse, 20)];
        Assert.Equal((2, 5), Rehearsal.Choose(layers, 1e9)); // 150 MB a token
        Assert.Equal((2, 3), Rehearsal.Choose(layers, 500e6)); // all that fits
        Assert.Equal((0, 0), Rehearsal.Choose(layers, 300e6));
        Assert.Equal((0, 2), Rehearsal.Choose([.. Enumerable.Repeat(s_dense, 20)], 1e9));
        Assert.Equal((3, 18), Rehearsal.Choose([s_dense, s_dense, s_dense, .. Enumerable.Repeat(s_sparse with { Bytes = 10e6 }, 40)], 1e10)); // and half of what those before read
    }

    /// <summary>Experts are read from the file as they would be, and a cache for a part of them finds about that part.</summary>
    [Fact]
    public void ExpertsFromDiskAreRehearsedWithTheFile()
    {
        Upstream.Require();
        using TemporaryModel model = new(SyntheticShapes.TinyQwen3Moe, "Q8_0");
        using GgufFile header = GgufFile.OpenHeader(model.Path);
        using ThreadTeam team = new(2);
        MatMul matmul = new(team, new KernelSet(KernelSet.Best));
        LoadOptions options = new() { ContextLength = 1024 };
        Plan whole = Plan.Of(header, options, team);
        options = options with { MemoryBudget = whole.Bytes - whole.Weights.Single(weights => weights.Class == WeightClass.Experts).MemoryBytes / 2 };
        Plan plan = Plan.Of(header, options, team);
        DiskRehearsal? fromDisk = Rehearsal.Of(header, plan, options, matmul, 1L << 30, TimeSpan.FromMilliseconds(100))!.FromDisk;
        Assert.NotNull(fromDisk);
        Assert.InRange(fromDisk.HitRate, plan.Experts!.EvenHitRate - 0.2, plan.Experts.EvenHitRate + 0.2);
        Assert.True(fromDisk.GenerationSeconds > 0 && fromDisk.BytesPerSecond > 0);
        using (FileStream cut = new(model.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) cut.SetLength(header.Tensors.Min(tensor => tensor.FileOffset));
        Assert.Null(Rehearsal.Of(header, plan, options, matmul, 1L << 30, TimeSpan.Zero)!.FromDisk);
    }

    [Theory]
    [InlineData("llama")]
    [InlineData("mixtral")]
    [InlineData("r1")]
    [InlineData("gpt-oss")]
    [InlineData("gemma4")]
    [InlineData("bitnet")]
    public void AHeaderIsEnoughToRehearse(string family)
    {
        Upstream.Require();
        (SyntheticShape shape, string types) = family switch
        {
            "llama" => (SyntheticShapes.TinyLlama, "Q4_K_M"),
            "mixtral" => (SyntheticShapes.TinyMixtral, "IQ2_XXS"),
            "r1" => (SyntheticShapes.TinyR1, "UD-Q2_K"),
            "gpt-oss" => (SyntheticShapes.TinyGptOss, "UD-MXFP4"),
            "gemma4" => (DenseShapes.SparseGemma4, "F16"),
            _ => (SyntheticShapes.TinyBitNet, "TQ2_0"),
        };
        using TemporaryModel model = new(shape, types);
        long head;
        using (GgufFile file = GgufFile.Open(model.Path)) head = file.Tensors.Min(tensor => tensor.FileOffset);
        using (FileStream cut = File.OpenWrite(model.Path)) cut.SetLength(head);
        using GgufFile header = GgufFile.OpenHeader(model.Path);
        using ThreadTeam team = new(2);
        LoadOptions options = new() { ContextLength = 1024 };
        Rehearsal? rehearsal = Rehearsal.Of(header, Plan.Of(header, options, team), options, new MatMul(team, new KernelSet(KernelSet.Best)), 1L << 30, TimeSpan.Zero);
        Assert.NotNull(rehearsal);
        Assert.Equal(512, rehearsal.PromptTokens);
        Assert.Equal(shape.Layers, rehearsal.Layers); // too small to leave any out
        // Which of the two is longer is not asserted: one turn of a tiny model is at the mercy of whatever else runs.
        Assert.True(double.IsFinite(rehearsal.GenerationSeconds) && rehearsal.GenerationSeconds > 0);
        Assert.True(double.IsFinite(rehearsal.PromptSeconds) && rehearsal.PromptSeconds > 0);
    }
}
