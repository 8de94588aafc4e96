using Jibun.Formats;
using Jibun.Gguf;
using Jibun.Models;
using Jibun.Peers;
using Jibun.Tests.Peers;

namespace Jibun.Tests.Models;

/// <summary>The forms in which DeepSeek's models are published: layouts of latent attention, shards, blocks that predict further tokens.</summary>
public sealed class DeepSeekFileTests
{
    private const int Vocabulary = 512;

    /// <summary>The same weights as attn_k_b and attn_v_b and as attn_kv_b, long prompts and single tokens.</summary>
    [Fact]
    public void BothLayoutsOfOneModelGiveTheSameLogits()
    {
        Upstream.Require();
        using var newer = new TemporaryModel(SyntheticShapes.TinyR1, "F32");
        using TemporaryModel older = newer.Rewritten(Join);
        Parity.AssertClose(Parity.Logits(older.Path), Parity.Logits(newer.Path), Vocabulary, maximum: 1e-4, rms: 1e-5);
        Parity.AssertClose(Parity.LogitsInParts(older.Path), Parity.LogitsInParts(newer.Path), Vocabulary, maximum: 1e-4, rms: 1e-5);
        Parity.AssertClose(Parity.Logits(older.Path), Parity.Upstream(newer.Path), Vocabulary, maximum: 5e-3, rms: 1e-3);
    }

    [Fact]
    public void ShardsOfADynamicMixOpenDirectly()
    {
        Upstream.Require();
        using var whole = new TemporaryModel(SyntheticShapes.TinyR1, "UD-IQ1_S");
        string folder = Directory.CreateTempSubdirectory("jibun-r1-").FullName;
        try
        {
            string[] shards = [.. Enumerable.Range(1, 3).Select(number => Path.Combine(folder, $"R1-UD-IQ1_S-{number:D5}-of-00003.gguf"))];
            Split(whole.Path, shards);
            Assert.Equal(Parity.Logits(whole.Path), Parity.Logits(shards[0]));
            File.Delete(shards[2]);
            Assert.Contains("is missing: all 3 shards", Assert.Throws<ModelException>(() => Parity.Logits(shards[0])).Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>As V3 and R1 are published: a block more, whose tensors are there.</summary>
    [Fact]
    public void BlocksThatPredictFurtherTokensAreSkipped()
    {
        Upstream.Require();
        using var plain = new TemporaryModel(SyntheticShapes.TinyR1, "F32");
        using TemporaryModel predicting = plain.Rewritten((file, writer) =>
        {
            writer.Set("deepseek2.block_count", 5u);
            writer.Set("deepseek2.nextn_predict_layers", 1u);
            foreach (GgufTensor tensor in file.Tensors)
            {
                writer.AddTensor(tensor);
                if (tensor.Name.StartsWith("blk.3.", StringComparison.Ordinal))
                    writer.AddTensor($"blk.4.{tensor.Name["blk.3.".Length..]}", tensor.Type, [.. tensor.Shape], tensor.Bytes.ToArray());
            }
            writer.AddTensor("blk.4.nextn.eh_proj.weight", GgmlType.F32, [512, 256], new byte[512 * 256 * 4]);
        });
        Assert.Equal(Parity.Logits(plain.Path), Parity.Logits(predicting.Path));
    }

    /// <summary>Here rounding turns choices of experts, and with them whole rows: the usual row and the mean say how close it is.</summary>
    [Fact]
    public void TheSharedR1KeepsItsMeanAndItsUsualRow()
    {
        Upstream.Require();
        string path = TestData.Find("parity", "tiny-r1-UD-IQ1_S.gguf");
        using TemporaryModel exact = TemporaryModel.TwinOf(path);
        float[] twin = Parity.Upstream(exact.Path), upstream = Parity.Upstream(path), logits = Parity.Logits(path);
        LogitComparison ours = LogitComparison.Of(logits, twin, Vocabulary), theirs = LogitComparison.Of(upstream, twin, Vocabulary);
        LogitComparison between = LogitComparison.Of(logits, upstream, Vocabulary);
        string report = $"to the twin: {ours}; upstream: {theirs}; between: {between}";
        TestContext.Current.TestOutputHelper?.WriteLine(report);
        Assert.True(ours.MeanDivergence < 0.2 && between.MeanDivergence < 0.2, report);
        Assert.True(ours.MedianDivergence < 1.5 * theirs.MedianDivergence, report);
    }

    // A head's rows of attn_kv_b are its keys' rows, which attn_k_b holds transposed, and its values' rows.
    private static void Join(GgufFile file, GgufWriter writer)
    {
        SyntheticLatent latent = SyntheticShapes.TinyR1.Latent!;
        int heads = SyntheticShapes.TinyR1.Heads;
        writer.Set("deepseek2.attention.head_count_kv", (uint)heads);
        writer.Set("deepseek2.attention.key_length", (uint)(latent.Plain + latent.Rotated));
        writer.Set("deepseek2.attention.value_length", (uint)latent.Value);
        writer.Remove("deepseek2.attention.key_length_mla");
        writer.Remove("deepseek2.attention.value_length_mla");
        foreach (GgufTensor tensor in file.Tensors)
        {
            if (tensor.Name.EndsWith("attn_v_b.weight", StringComparison.Ordinal)) continue;
            if (!tensor.Name.EndsWith("attn_k_b.weight", StringComparison.Ordinal))
            {
                writer.AddTensor(tensor);
                continue;
            }
            float[] keys = Floats(tensor), values = Floats(file.GetTensor(tensor.Name.Replace("attn_k_b", "attn_v_b")));
            List<float> joint = [];
            for (int head = 0; head < heads; head++)
            {
                for (int i = 0; i < latent.Plain; i++)
                    for (int r = 0; r < latent.KvRank; r++) joint.Add(keys[(head * latent.KvRank + r) * latent.Plain + i]);
                joint.AddRange(values[(head * latent.Value * latent.KvRank)..((head + 1) * latent.Value * latent.KvRank)]);
            }
            writer.AddTensor(tensor.Name.Replace("attn_k_b", "attn_kv_b"), GgmlType.F32, [latent.KvRank, heads * (latent.Plain + latent.Value)],
                System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(joint.ToArray()).ToArray());
        }
    }

    private static float[] Floats(GgufTensor tensor) => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(tensor.Bytes).ToArray();

    private static void Split(string path, string[] shards)
    {
        using GgufFile file = GgufFile.Open(path);
        GgufTensor[][] parts = [.. file.Tensors.Chunk((file.Tensors.Count + shards.Length - 1) / shards.Length)];
        for (int shard = 0; shard < shards.Length; shard++)
        {
            GgufWriter writer = new();
            if (shard == 0) writer.AddAll(file.Metadata);
            writer.Add("split.no", (ushort)shard);
            writer.Add("split.count", (ushort)shards.Length);
            writer.Add("split.tensors.count", file.Tensors.Count);
            foreach (GgufTensor tensor in parts[shard]) writer.AddTensor(tensor);
            writer.Write(shards[shard]);
        }
    }
}
