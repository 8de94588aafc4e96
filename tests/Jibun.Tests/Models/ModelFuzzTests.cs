using Jibun.Formats;
using Jibun.Generation;
using Jibun.Gguf;
using Jibun.Models;
using Jibun.Peers;

namespace Jibun.Tests.Models;

/// <summary>
/// Seeded contradictions between metadata and tensors, in every family: a reason, or numbers. Never a crash, another exception, a hang or
/// memory without bounds.
/// </summary>
public sealed class ModelFuzzTests
{
    private const int Mutations = 250;
    private const string Name = "fuzz.gguf";
    private static readonly int[] Tokens = [5, 100, 270, 5, 6];

    private static readonly Dictionary<string, SyntheticShape> Shapes = new()
    {
        ["llama"] = SyntheticShapes.TinyLlama,
        ["llama, untied"] = SyntheticShapes.OddLlama,
        ["mixtral"] = SyntheticShapes.TinyMixtral,
        ["qwen2"] = SyntheticShapes.TinyQwen2,
        ["qwen3"] = SyntheticShapes.TinyQwen3,
        ["qwen3moe"] = SyntheticShapes.TinyQwen3Moe with { Experts = new(8, 3, 32) { Scales = true } },
        ["olmoe"] = SyntheticShapes.TinyOlmoe,
        ["granitemoe"] = SyntheticShapes.TinyGraniteMoe with { Experts = new(8, 3, 32) { Shared = 16 } },
        ["gpt-oss"] = SyntheticShapes.TinyGptOss,
        ["bitnet"] = SyntheticShapes.TinyBitNet,
        ["deepseek2"] = SyntheticShapes.TinyR1,
        ["deepseek2, older layout"] = SyntheticShapes.TinyR1 with { Latent = SyntheticShapes.TinyR1.Latent! with { IsSplit = false } },
        ["gemma2"] = DenseShapes.Gemma2,
        ["gemma3"] = DenseShapes.Gemma3,
        ["gemma4"] = DenseShapes.Gemma4,
        ["gemma4, sparse"] = DenseShapes.SparseGemma4,
        ["phi3"] = DenseShapes.Phi3,
        ["smollm3"] = DenseShapes.SmolLm3,
        ["granite"] = DenseShapes.Granite,
        ["olmo2"] = DenseShapes.Olmo3,
        ["mistral3"] = DenseShapes.Mistral3,
        ["bert"] = EmbeddingShapes.Bert,
        ["nomic-bert"] = EmbeddingShapes.NomicBert,
    };

    /// <summary>What some family reads, by the part of the key behind its name.</summary>
    private static readonly string[] Keys =
    [
        "block_count", "context_length", "embedding_length", "feed_forward_length", "attention.head_count", "attention.head_count_kv",
        "attention.key_length", "attention.value_length", "attention.key_length_mla", "attention.value_length_mla", "attention.key_length_swa",
        "attention.value_length_swa", "attention.kv_lora_rank", "attention.q_lora_rank", "attention.sliding_window",
        "attention.sliding_window_pattern", "attention.shared_kv_layers", "attention.layer_norm_rms_epsilon", "attention.layer_norm_epsilon",
        "attention.scale", "attention.temperature_scale", "attn_logit_softcapping", "final_logit_softcapping", "embedding_length_per_layer_input",
        "rope.dimension_count", "rope.dimension_count_swa", "rope.freq_base", "rope.freq_base_swa", "rope.scaling.type", "rope.scaling.factor",
        "rope.scaling.original_context_length", "rope.scaling.attn_factor", "rope.scaling.yarn_log_multiplier", "rope.scaling.yarn_beta_fast",
        "rope.scaling.yarn_beta_slow", "rope.scaling.yarn_ext_factor", "rope.scale_linear", "rope.scaling.finetuned", "expert_count",
        "expert_used_count", "expert_feed_forward_length", "expert_shared_feed_forward_length", "expert_shared_count", "expert_weights_scale",
        "expert_weights_norm", "expert_gating_func", "expert_group_count", "expert_group_used_count", "leading_dense_block_count",
        "nextn_predict_layers", "logit_scale", "embedding_scale", "residual_scale", "pooling_type", "hidden_activation",
    ];

    private static readonly GgufValue[] Extremes =
    [
        -1, 0, 1, int.MinValue, int.MaxValue, uint.MaxValue, long.MinValue, long.MaxValue, ulong.MaxValue, 1L << 20, 1L << 24, (1L << 24) + 1, 1L << 32,
        (byte)255, (sbyte)-1, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.Epsilon, -0f, -1.5f, 0.5f, 1e-30f, 1e30f,
        double.NaN, double.MaxValue, double.Epsilon, true, false, "", "yarn", "linear", "longrope", "none", "su", "gelu",
    ];

    public static TheoryData<string> Families => [.. Shapes.Keys];

    [Theory, MemberData(nameof(Families))]
    public async Task AContradictionIsNamedOrRuns(string family)
    {
        Upstream.Require();
        string path = Path.Combine(Path.GetTempPath(), $"jibun-{Guid.NewGuid():N}.gguf");
        byte[] bytes;
        try
        {
            SyntheticModel.Write(path, Small(Shapes[family]), new TypeMix("F32"));
            bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        }
        finally
        {
            File.Delete(path);
        }
        Assert.Null(RefusalOf(bytes, "untouched"));
        string doing = "";
        Task<int> fuzzing = Task.Run(() =>
        {
            Random random = new(20261126 + Shapes.Keys.ToList().IndexOf(family));
            int refused = 0;
            for (int i = 0; i < Mutations; i++)
            {
                using GgufFile file = GgufFile.Open(bytes, Name);
                var mutant = new Mutant(file, random);
                for (int blow = random.Next(3); blow >= 0; blow--) mutant.Change();
                doing = $"{family} {i}: {mutant.Changes}";
                if (RefusalOf(mutant.ToBytes(), doing) is not null) refused++;
            }
            return refused;
        }, TestContext.Current.CancellationToken);
        try
        {
            Assert.InRange(await fuzzing.WaitAsync(TimeSpan.FromSeconds(120), TestContext.Current.CancellationToken), Mutations / 4, Mutations - 10); // both ends, or it proves nothing
        }
        catch (TimeoutException)
        {
            Assert.Fail($"no end: {doing}");
        }
    }

    [Theory]
    [InlineData("blk.1.ffn_gate.lora", true)]
    [InlineData("output.scale", true)]
    [InlineData("blk.7.attn_norm.weight", false)] // behind the last layer
    [InlineData("v.patch_embd.weight", false)] // another sense
    [InlineData("blk.1.ffn_gate.input_scale", false)] // of no use without integer activations that another engine makes
    public void ATensorThatNothingComputesIsRefused(string tensor, bool isRefused)
    {
        Upstream.Require();
        string path = Path.Combine(Path.GetTempPath(), $"jibun-{Guid.NewGuid():N}.gguf");
        try
        {
            SyntheticModel.Write(path, Small(SyntheticShapes.TinyLlama), new TypeMix("F32"));
            using GgufFile file = GgufFile.Open(path);
            GgufWriter writer = new();
            writer.AddAll(file.Metadata);
            foreach (GgufTensor known in file.Tensors) writer.AddTensor(known);
            writer.AddTensor(tensor, GgmlType.F32, [1], new byte[4]);
            using MemoryStream stream = new();
            writer.Write(stream);
            string? refusal = RefusalOf(stream.ToArray(), tensor);
            Assert.Equal(isRefused, refusal is not null);
            if (isRefused) Assert.Contains($"does not know what tensor {tensor} does in a model of the architecture llama", refusal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Null: it ran.</summary>
    private static string? RefusalOf(byte[] bytes, string what)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        string? refusal = null;
        try
        {
            GgufFile file = GgufFile.Open(bytes, Name);
            if (EmbeddingModels.Architectures.Contains(file.Metadata.GetString("general.architecture"))) Embed(file);
            else Predict(file);
        }
        catch (JibunException refused)
        {
            refusal = refused.Message;
            Assert.InRange(refusal.Length, 20, 900);
            Assert.DoesNotContain(refusal, char.IsControl);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            Assert.Fail($"{what}: {fault}");
        }
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated < 16 << 20, $"{what}: {allocated} bytes allocated: {refusal}");
        return refusal;
    }

    private static void Predict(GgufFile file)
    {
        using LoadedModel model = LoadedModel.Open(file, new LoadOptions { Threads = 1, ContextLength = 8, MemoryBudget = 256 << 20 });
        Assert.All(model.Logits(Tokens, all: true), logit => Assert.True(float.IsFinite(logit)));
        model.Logits(Tokens.AsSpan(0, 1), all: false);
    }

    private static void Embed(GgufFile file)
    {
        using EmbeddingModel model = EmbeddingModel.Open(file, new EmbeddingOptions { Threads = 1 });
        model.Embed([Tokens], CancellationToken.None);
    }

    private static SyntheticShape Small(SyntheticShape shape) => shape with
    {
        Hidden = 32,
        Layers = shape.Gemma4 is null ? Math.Min(shape.Layers, 3) : 6,
        Heads = 2,
        KvHeads = shape.KvHeads == shape.Heads ? 2 : 1,
        HeadSize = 16,
        FeedForward = 32,
        Vocabulary = 280,
        ContextLength = 64,
        Rotated = shape.Rotated == 0 ? 0 : 12,
        Experts = shape.Experts is not { } e ? null : e with { Count = 8, Used = 3, Width = 32, Groups = e.Groups == 0 ? 0 : 4 },
        Latent = shape.Latent is not { } l ? null : l with { KvRank = 24, QueryRank = l.QueryRank == 0 ? 0 : 16, Plain = 12, Rotated = 8, Value = 12 },
        Gemma4 = shape.Gemma4 is not { } g ? null : g with { GlobalHeadSize = 32, PerLayer = g.PerLayer == 0 ? 0 : 8 },
    };

    /// <summary>A model's parts, changed one by one.</summary>
    private sealed class Mutant(GgufFile file, Random random)
    {
        private readonly Dictionary<string, GgufValue> _metadata = file.Metadata.ToDictionary();
        private readonly List<(string Name, GgmlType Type, long[] Shape, byte[] Data)> _tensors =
            [.. file.Tensors.Select(tensor => (tensor.Name, tensor.Type, tensor.Shape.ToArray(), tensor.Bytes.ToArray()))];

        public string Changes { get; private set; } = "";

        public void Change()
        {
            if (random.Next(10) < 7) ChangeKey();
            else ChangeTensor();
        }

        public byte[] ToBytes()
        {
            GgufWriter writer = new();
            foreach ((string key, GgufValue value) in _metadata) writer.Add(key, value);
            foreach ((string name, GgmlType type, long[] shape, byte[] data) in _tensors) writer.AddTensor(name, type, shape, data);
            using MemoryStream stream = new();
            writer.Write(stream);
            return stream.ToArray();
        }

        private void ChangeKey()
        {
            string architecture = file.Metadata.GetString("general.architecture"), prefix = architecture + ".";
            string[] own = [.. _metadata.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal))];
            if (random.Next(20) == 0)
            {
                string other = random.GetItems<string>([.. LanguageModels.Architectures, .. EmbeddingModels.Architectures], 1)[0];
                _metadata["general.architecture"] = other;
                foreach (string known in own)
                {
                    _metadata[other + known[architecture.Length..]] = _metadata[known];
                    if (other != architecture) _metadata.Remove(known);
                }
                Changes += $"architecture = {other}; ";
                return;
            }
            string key = random.Next(3) == 0 || own.Length == 0 ? prefix + random.GetItems(Keys, 1)[0] : random.GetItems(own, 1)[0];
            if (random.Next(8) == 0)
            {
                _metadata.Remove(key);
                Changes += $"without {key}; ";
                return;
            }
            _metadata[key] = Draw(key);
            Changes += $"{key} = {_metadata[key]}; ";
        }

        private GgufValue Draw(string key)
        {
            long near = _metadata.TryGetValue(key, out GgufValue? old) && old.TryGetInteger(out long value) && value is > 0 and < 1 << 20 ? value : 8;
            return random.Next(8) switch
            {
                0 => near + 1,
                1 => Math.Max(0, near - 1),
                2 => near * 2,
                3 => (near + 1) / 2,
                4 => random.Next(1, 70),
                5 => DrawArray(),
                _ => random.GetItems(Extremes, 1)[0],
            };
        }

        private GgufValue DrawArray()
        {
            int count = random.Next(3) == 0 ? random.Next(3) : random.Next(2, 12);
            return random.Next(4) switch
            {
                0 => Enumerable.Range(0, count).Select(_ => random.Next(-1, 40)).ToArray(),
                1 => Enumerable.Range(0, count).Select(_ => random.Next(2) == 0).ToArray(),
                2 => Enumerable.Range(0, count).Select(_ => random.Next(4) == 0 ? float.NaN : random.NextSingle()).ToArray(),
                _ => Enumerable.Range(0, count).Select(_ => "x").ToArray(),
            };
        }

        private void ChangeTensor()
        {
            int index = random.Next(_tensors.Count);
            (string name, GgmlType type, long[] shape, byte[] data) = _tensors[index];
            Changes += $"{name}: ";
            switch (random.Next(5))
            {
                case 0:
                    _tensors.RemoveAt(index);
                    Changes += "gone; ";
                    return;
                case 1:
                    shape = [.. shape.Reverse()];
                    break;
                case 2: // another number of numbers
                    shape = [.. shape];
                    shape[random.Next(shape.Length)] = random.Next(1, 80);
                    (type, data) = (GgmlType.F32, []);
                    break;
                case 3: // another type, any bytes
                    type = random.GetItems<GgmlType>([GgmlType.F16, GgmlType.BF16, GgmlType.Q8_0, GgmlType.Q4_0, GgmlType.IQ4_NL, GgmlType.MXFP4, GgmlType.I2_S], 1)[0];
                    if (!GgmlTypeLayout.TryGet(type, out GgmlTypeLayout? layout) || shape[0] % layout.BlockSize != 0) return;
                    data = [];
                    break;
                default: // numbers that are none, or make no sense
                    data = [.. data];
                    float[] bad = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0, -1, 3e38f, 1e-45f];
                    for (int i = random.Next(1, 4); i > 0 && type == GgmlType.F32; i--)
                        BitConverter.TryWriteBytes(data.AsSpan(random.Next(data.Length / 4) * 4), bad[random.Next(bad.Length)]);
                    break;
            }
            Changes += $"{type} [{string.Join(", ", shape)}]; ";
            _tensors[index] = (name, type, shape, data.Length > 0 ? data : RandomBytes(type, shape));
        }

        private byte[] RandomBytes(GgmlType type, long[] shape)
        {
            GgmlTypeLayout.TryGet(type, out GgmlTypeLayout? layout);
            byte[] bytes = new byte[layout!.BytesPerTensor(shape[0], shape[1..].Aggregate(1L, (product, size) => product * size))];
            random.NextBytes(bytes);
            return bytes;
        }
    }
}
