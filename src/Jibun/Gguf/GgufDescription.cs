namespace Jibun.Gguf;

/// <summary>Tensors of one type: how many, how many weights, how many bytes.</summary>
public sealed record GgufTypeShare(string Type, int Tensors, long Weights, long Bytes);

/// <summary>A metadata key for people: long values are cut (<see cref="GgufValue.ToString"/>).</summary>
public sealed record GgufKeyDescription(string Key, string Type, string Value);

/// <param name="Shape">In GGUF's order: [columns, rows, …].</param>
/// <param name="Offset">Bytes from the start of the shard.</param>
public sealed record GgufTensorDescription(
    string Name, string Type, IReadOnlyList<long> Shape, long Bytes, int Shard, long Offset);

/// <summary>What a model file says about itself. A key that is missing or of an unexpected type leaves its fact null.</summary>
public sealed record GgufDescription
{
    /// <summary>general.name, or else the file's name.</summary>
    public required string Name { get; init; }

    public required string? Architecture { get; init; }

    /// <summary>general.type: "model", "adapter", "imatrix", …</summary>
    public required string? Kind { get; init; }

    public required uint Version { get; init; }

    /// <summary>Weights of all tensors.</summary>
    public required long Parameters { get; init; }

    /// <summary>Of all shards.</summary>
    public required long FileBytes { get; init; }

    /// <summary>Bytes of all tensors.</summary>
    public required long TensorBytes { get; init; }

    /// <summary>Of the tensors' bytes; 0 without tensors.</summary>
    public required double BitsPerWeight { get; init; }

    public required long? ContextLength { get; init; }

    public required long? Layers { get; init; }

    public required long? EmbeddingLength { get; init; }

    /// <summary>Routed experts per layer; null for a dense model.</summary>
    public required long? Experts { get; init; }

    public required long? ExpertsUsed { get; init; }

    /// <summary>tokenizer.ggml.model, with tokenizer.ggml.pre where it has one: "gpt2 (llama-bpe)".</summary>
    public required string? Tokenizer { get; init; }

    public required int? VocabularySize { get; init; }

    public required bool HasChatTemplate { get; init; }

    public required IReadOnlyList<string> Shards { get; init; }

    /// <summary>The type with the most bytes first.</summary>
    public required IReadOnlyList<GgufTypeShare> Types { get; init; }

    public required IReadOnlyList<GgufKeyDescription> Metadata { get; init; }

    public required IReadOnlyList<GgufTensorDescription> Tensors { get; init; }

    public static GgufDescription Of(GgufFile file)
    {
        GgufMetadata metadata = file.Metadata;
        string? architecture = Text("general.architecture");
        string? tokenizer = Text("tokenizer.ggml.model"), pre = Text("tokenizer.ggml.pre");
        long parameters = file.Tensors.Sum(tensor => tensor.ElementCount), bytes = file.Tensors.Sum(tensor => tensor.ByteLength);
        return new GgufDescription
        {
            Name = Text("general.name") is { Length: > 0 } name ? name : Path.GetFileNameWithoutExtension(file.Path),
            Architecture = architecture,
            Kind = Text("general.type"),
            Version = file.Version,
            Parameters = parameters,
            FileBytes = file.FileBytes,
            TensorBytes = bytes,
            BitsPerWeight = parameters == 0 ? 0 : 8.0 * bytes / parameters,
            ContextLength = Integer($"{architecture}.context_length"),
            Layers = Integer($"{architecture}.block_count"),
            EmbeddingLength = Integer($"{architecture}.embedding_length"),
            Experts = Integer($"{architecture}.expert_count") is > 0 and long experts ? experts : null,
            ExpertsUsed = Integer($"{architecture}.expert_used_count") is > 0 and long used ? used : null,
            Tokenizer = pre is null ? tokenizer : $"{tokenizer} ({pre})",
            VocabularySize = Value("tokenizer.ggml.tokens") is { IsArray: true } tokens ? tokens.Count : null,
            HasChatTemplate = metadata.ContainsKey("tokenizer.chat_template"),
            Shards = file.Shards,
            Types = [.. file.Tensors.GroupBy(tensor => tensor.Layout.Name)
                .Select(type => new GgufTypeShare(
                    type.Key, type.Count(), type.Sum(tensor => tensor.ElementCount), type.Sum(tensor => tensor.ByteLength)))
                .OrderByDescending(type => type.Bytes).ThenBy(type => type.Type, StringComparer.Ordinal)],
            Metadata = [.. metadata.Select(entry =>
                new GgufKeyDescription(entry.Key, entry.Value.TypeName, entry.Value.ToString()))],
            Tensors = [.. file.Tensors.Select(tensor => new GgufTensorDescription(
                tensor.Name, tensor.Layout.Name, tensor.Shape, tensor.ByteLength, tensor.Shard, tensor.FileOffset))],
        };

        GgufValue? Value(string key) => metadata.GetValueOrDefault(key);
        string? Text(string key) => Value(key) is { } value && value.TryGetString(out string? text) ? Quote.Shorten(text, 200) : null;
        long? Integer(string key) => Value(key) is { } value && value.TryGetInteger(out long number) ? number : null;
    }
}
