using Jibun.Formats;
using Jibun.Gguf;

namespace Jibun.Peers;

/// <summary>
/// GGUF models with random weights but true structure and metadata. One shape and seed give the same weights in every type,
/// as far as the type can hold them.
/// </summary>
public static class SyntheticModel
{
    /// <summary>The model "SHAPE-MIX", such as llama-1b-Q4_K_M, in a folder; written when it is not there.</summary>
    /// <exception cref="ArgumentException">There is no such shape or mix.</exception>
    public static string InCache(string folder, string name)
    {
        (string shapeName, TypeMix mix) = Parse(name);
        string path = Path.Combine(folder, name + ".gguf");
        if (File.Exists(path)) return path;
        Directory.CreateDirectory(folder);
        Write(path, SyntheticShapes.ByName[shapeName], mix);
        return path;
    }

    /// <summary>The model with the same weights that upstream can read: the name itself but for types of forks.</summary>
    /// <exception cref="ArgumentException">There is no such shape or mix.</exception>
    public static string NameForUpstream(string name)
    {
        (string shapeName, TypeMix mix) = Parse(name);
        return $"{shapeName}-{mix.ForUpstream.Name}";
    }

    private static (string Shape, TypeMix Mix) Parse(string name)
    {
        IEnumerable<string> shapes = SyntheticShapes.ByName.Keys;
        string shapeName = shapes.FirstOrDefault(shape => name.StartsWith(shape + "-", StringComparison.Ordinal))
            ?? throw new ArgumentException($"{name} is no synthetic model; shapes: {string.Join(", ", shapes)}");
        return (shapeName, new TypeMix(name[(shapeName.Length + 1)..]));
    }

    /// <summary>Writes a model with a made-up vocabulary; tensors are drawn and encoded one at a time.</summary>
    /// <param name="vocabulary">A file whose tokenizer to take; its size must be the shape's.</param>
    public static void Write(string path, SyntheticShape shape, TypeMix mix, ulong seed = 1, GgufMetadata? vocabulary = null)
    {
        GgufWriter writer = new();
        AddMetadata(writer, shape, mix);
        if (vocabulary is null) AddVocabulary(writer, shape.Vocabulary);
        else foreach ((string key, GgufValue value) in vocabulary.Where(entry => entry.Key.StartsWith("tokenizer.", StringComparison.Ordinal))) writer.Add(key, value);
        if (shape.IsEncoder) writer.Set("tokenizer.ggml.token_type_count", 2u);
        foreach (SyntheticTensor tensor in SyntheticTensor.Of(shape))
        {
            GgmlType type = mix.TypeOf(tensor, shape);
            writer.AddTensor(tensor.Name, type, tensor.Shape, stream => SyntheticWeights.Write(stream, tensor, type, seed));
        }
        writer.Write(path);
    }

    private static void AddMetadata(GgufWriter writer, SyntheticShape shape, TypeMix mix)
    {
        string family = shape.Architecture;
        writer.Add("general.architecture", family);
        writer.Add("general.type", "model");
        writer.Add("general.name", $"synthetic {mix.Name}");
        writer.Add("general.quantization_version", 2u);
        writer.Add($"{family}.block_count", (uint)shape.Layers);
        writer.Add($"{family}.context_length", (uint)shape.ContextLength);
        writer.Add($"{family}.embedding_length", (uint)shape.Hidden);
        writer.Add($"{family}.feed_forward_length", (uint)shape.FeedForward);
        writer.Add($"{family}.vocab_size", (uint)shape.Vocabulary);
        writer.Add($"{family}.attention.head_count", (uint)shape.Heads);
        writer.Add($"{family}.attention.layer_norm{(shape.IsEncoder ? "" : "_rms")}_epsilon", shape.Epsilon);
        if (shape.IsEncoder) writer.Add($"{family}.attention.causal", false);
        writer.Add($"{family}.rope.freq_base", shape.RopeBase);
        if (shape.Latent is { } latent)
        {
            AddLatent(writer, family, shape.Heads, latent);
        }
        else if (shape.Gemma4 is { } gemma)
        {
            SyntheticGemma4Tensors.AddMetadata(writer, shape, gemma);
        }
        else
        {
            writer.Add($"{family}.attention.head_count_kv", (uint)shape.KvHeads);
            writer.Add($"{family}.attention.key_length", (uint)shape.HeadSize);
            writer.Add($"{family}.attention.value_length", (uint)shape.HeadSize);
            writer.Add($"{family}.rope.dimension_count", (uint)(shape.Rotated != 0 ? shape.Rotated : shape.HeadSize));
        }
        foreach ((string key, GgufValue value) in shape.Metadata) writer.Add($"{family}.{key}", value);
        if (shape.Yarn is { } yarn) AddYarn(writer, family, yarn);
        if (shape.Experts is { } experts) AddExperts(writer, family, experts);
    }

    private static void AddYarn(GgufWriter writer, string family, SyntheticYarn yarn)
    {
        writer.Add($"{family}.rope.scaling.type", "yarn");
        writer.Add($"{family}.rope.scaling.factor", yarn.Factor);
        writer.Add($"{family}.rope.scaling.original_context_length", (uint)yarn.OriginalContext);
        if (yarn.LogMultiplier != 0) writer.Add($"{family}.rope.scaling.yarn_log_multiplier", yarn.LogMultiplier);
    }

    private static void AddExperts(GgufWriter writer, string family, SyntheticExperts experts)
    {
        writer.Add($"{family}.expert_count", (uint)experts.Count);
        writer.Add($"{family}.expert_used_count", (uint)experts.Used);
        writer.Add($"{family}.expert_feed_forward_length", (uint)experts.Width);
        writer.Add($"{family}.expert_weights_norm", experts.Normalized);
        if (experts.Gating != 0) writer.Add($"{family}.expert_gating_func", (uint)experts.Gating);
        if (experts.Scale != 0) writer.Add($"{family}.expert_weights_scale", experts.Scale);
        if (experts.Shared != 0) writer.Add($"{family}.expert_shared_count", (uint)experts.Shared);
        if (experts.LeadingDense != 0) writer.Add($"{family}.leading_dense_block_count", (uint)experts.LeadingDense);
        if (experts.Groups == 0) return;
        writer.Add($"{family}.expert_group_count", (uint)experts.Groups);
        writer.Add($"{family}.expert_group_used_count", (uint)experts.GroupsUsed);
    }

    private static void AddLatent(GgufWriter writer, string family, int heads, SyntheticLatent latent)
    {
        int key = latent.Plain + latent.Rotated;
        writer.Add($"{family}.attention.kv_lora_rank", (uint)latent.KvRank);
        if (latent.QueryRank != 0) writer.Add($"{family}.attention.q_lora_rank", (uint)latent.QueryRank);
        writer.Add($"{family}.rope.dimension_count", (uint)latent.Rotated);
        writer.Add($"{family}.attention.head_count_kv", (uint)(latent.IsSplit ? 1 : heads));
        writer.Add($"{family}.attention.key_length", (uint)(latent.IsSplit ? latent.KvRank + latent.Rotated : key));
        writer.Add($"{family}.attention.value_length", (uint)(latent.IsSplit ? latent.KvRank : latent.Value));
        if (!latent.IsSplit) return;
        writer.Add($"{family}.attention.key_length_mla", (uint)key);
        writer.Add($"{family}.attention.value_length_mla", (uint)latent.Value);
    }

    private static void AddVocabulary(GgufWriter writer, int size)
    {
        (string[] tokens, float[] scores, int[] kinds) = SyntheticVocabulary.Create(size);
        writer.Add("tokenizer.ggml.model", "llama");
        writer.Add("tokenizer.ggml.pre", "default");
        writer.Add("tokenizer.ggml.tokens", tokens);
        writer.Add("tokenizer.ggml.scores", scores);
        writer.Add("tokenizer.ggml.token_type", kinds);
        writer.Add("tokenizer.ggml.bos_token_id", (uint)SyntheticVocabulary.Bos);
        writer.Add("tokenizer.ggml.eos_token_id", (uint)SyntheticVocabulary.Eos);
        writer.Add("tokenizer.ggml.unknown_token_id", (uint)SyntheticVocabulary.Unknown);
        writer.Add("tokenizer.ggml.add_bos_token", true);
        writer.Add("tokenizer.ggml.add_eos_token", false);
    }
}
