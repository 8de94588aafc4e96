using Jibun.Formats;
using Jibun.Gguf;

namespace Jibun.Cli.Info;

/// <summary>What a model file says about itself, without loading the model.</summary>
internal sealed class ModelFacts(GgufFile file)
{
    private readonly GgufMetadata _metadata = file.Metadata;

    public string Architecture { get; } = file.Metadata.GetString("general.architecture", "unknown");

    public string? Name => _metadata.TryGetString("general.name");

    public string? License => _metadata.TryGetString("general.license");

    public long Parameters => file.Tensors.Sum(tensor => tensor.ElementCount);

    public double BitsPerWeight => Parameters == 0 ? 0 : 8.0 * file.Tensors.Sum(tensor => tensor.ByteLength) / Parameters;

    public long? ContextLength => Integer("context_length");

    public long? Blocks => Integer("block_count");

    public long? EmbeddingLength => Integer("embedding_length");

    public long? FeedForwardLength => Integer("feed_forward_length");

    public long? Heads => Integer("attention.head_count");

    public long? KeyValueHeads => Integer("attention.head_count_kv") ?? Heads;

    public long? VocabularySize => _metadata.TryGetValue("tokenizer.ggml.tokens", out GgufValue? tokens) ? tokens.Count : null;

    /// <summary>"gpt2 / qwen2": the tokenizer's model and its pre-tokenizer.</summary>
    public string? Tokenizer => (_metadata.TryGetString("tokenizer.ggml.model"), _metadata.TryGetString("tokenizer.ggml.pre")) switch
    {
        (null, _) => null,
        ({ } model, null) => model,
        ({ } model, { } pre) => $"{model} / {pre}",
    };

    public bool HasChatTemplate => _metadata.ContainsKey("tokenizer.chat_template");

    /// <summary>Tensor types by the bytes they take, largest first.</summary>
    public IReadOnlyList<TypeShare> Types { get; } =
    [
        .. from tensor in file.Tensors
           group tensor by tensor.Layout into share
           let bytes = share.Sum(tensor => tensor.ByteLength)
           orderby bytes descending
           select new TypeShare(share.Key, share.Count(), bytes),
    ];

    // Models whose layers differ have arrays here; those have no one answer.
    private long? Integer(string key) => _metadata.TryGetValue($"{Architecture}.{key}", out GgufValue? value) && value.TryGetInteger(out long integer) ? integer : null;

    internal sealed record TypeShare(GgmlTypeLayout Layout, int Tensors, long Bytes)
    {
        public bool IsReadable => BlockFormats.TryGet(Layout.Type, out _);
    }
}
