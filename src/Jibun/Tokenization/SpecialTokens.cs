using Jibun.Gguf;

namespace Jibun.Tokenization;

/// <summary>The ids with a role, from the metadata and, where it is silent, from texts that are known to have one.</summary>
internal sealed class SpecialTokens
{
    private static readonly string[] EndOfTurnTexts =
    [
        "<|eot_id|>", "<|im_end|>", "<|end|>", "<end_of_turn>", "<|endoftext|>", "<|end_of_text|>", "<EOT>", "_<EOT>", "[EOT]",
        "<｜end▁of▁sentence｜>", "<end_of_utterance>",
    ];

    private static readonly string[] EndOfGenerationTexts =
    [
        .. EndOfTurnTexts, "<|eom_id|>", "<|return|>", "<|call|>", "<|flush|>", "<|calls|>", "</s>", "[EOS]", "<eos>", "<turn|>",
        "<|tool_response>", "[e~[",
    ];

    // Fill-in-the-middle: where a completion of code is to stop.
    private static readonly string[] PrefixTexts =
        ["<|fim_prefix|>", "<fim-prefix>", "<fim_prefix>", "<｜fim▁begin｜>", "<PRE>", "▁<PRE>", "<|code_prefix|>", "<|prefix|>"];

    private static readonly string[] SuffixTexts =
        ["<|fim_suffix|>", "<fim-suffix>", "<fim_suffix>", "<｜fim▁hole｜>", "<SUF>", "▁<SUF>", "<|code_suffix|>", "<|suffix|>"];

    private static readonly string[] MiddleTexts =
        ["<|fim_middle|>", "<fim-middle>", "<fim_middle>", "<｜fim▁end｜>", "<MID>", "▁<MID>", "<|code_middle|>", "<|middle|>"];

    private static readonly string[] PadTexts = ["<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>", "[PAD]"];
    private static readonly string[] RepositoryTexts = ["<|fim_repo|>", "<|repo_name|>", "<fim-repo>", "<REPO>", "<reponame>"];
    private static readonly string[] FileTexts = ["<|file_sep|>"];

    // Always printed: who reads the answer takes it apart by them.
    private static readonly string[] HarmonyTexts = ["<|channel|>", "<|message|>", "<|start|>", "<|constrain|>"];

    private readonly GgufMetadata metadata;
    private readonly Vocabulary vocabulary;

    /// <param name="defaults">The ids that hold when the metadata is silent.</param>
    public SpecialTokens(GgufMetadata metadata, Vocabulary vocabulary, SpecialTokenDefaults defaults)
    {
        this.metadata = metadata;
        this.vocabulary = vocabulary;
        Bos = Read("bos", defaults.Bos);
        Eos = Read("eos", defaults.Eos);
        Eot = Read("eot", null) ?? FindControl(EndOfTurnTexts);
        Eom = Read("eom", null) ?? FindControl(["<|eom_id|>"]);
        Unknown = Read("unknown", defaults.Unknown);
        Separator = Read("seperator", defaults.Separator, optional: true); // the specification spells it so
        Padding = Read("padding", defaults.Padding, optional: true);
        AddBos = metadata.GetBoolean("tokenizer.ggml.add_bos_token", defaults.AddBos);
        AddEos = metadata.GetBoolean("tokenizer.ggml.add_eos_token", defaults.AddEos);
        FindEndOfGeneration();
    }

    public int? Bos { get; }

    public int? Eos { get; }

    public int? Eot { get; }

    public int? Eom { get; }

    public int? Unknown { get; }

    public int? Separator { get; }

    public int? Padding { get; }

    public bool AddBos { get; }

    public bool AddEos { get; }

    public HashSet<int> EndOfGeneration { get; } = [];

    private void FindEndOfGeneration()
    {
        _ = ReadFill("fim_pre", "prefix") ?? FindControl(PrefixTexts);
        _ = ReadFill("fim_suf", "suffix") ?? FindControl(SuffixTexts);
        _ = ReadFill("fim_mid", "middle") ?? FindControl(MiddleTexts);
        Add(ReadFill("fim_pad") ?? FindControl(PadTexts));
        Add(ReadFill("fim_rep") ?? FindControl(RepositoryTexts));
        Add(ReadFill("fim_sep") ?? FindControl(FileTexts));
        foreach (string text in EndOfGenerationTexts) Add(FindControl([text]));
        foreach (string text in HarmonyTexts)
            if (vocabulary.Find(text) is int id and >= 0) vocabulary.Set(id, TokenKinds.UserDefined);
        Add(Eos);
        Add(Eot);
        Add(Eom);

        // Harmony and Solar: "<|end|>" closes a message, not the turn.
        if (Ends("<|end|>") && (Ends("<|call|>") || Ends("<|calls|>")) && (Ends("<|return|>") || Ends("<|flush|>")))
            Continue("<|end|>", TokenKinds.UserDefined);
        if (Ends("</s>") && Ends("<|tool_response>")) Continue("</s>", TokenKinds.Normal); // Gemma 4: plain text there
    }

    private void Add(int? id)
    {
        if (id is int token) EndOfGeneration.Add(token);
    }

    private bool Ends(string text) => EndOfGeneration.Contains(vocabulary.Find(text));

    private void Continue(string text, TokenKinds kinds)
    {
        int id = vocabulary.Find(text);
        EndOfGeneration.Remove(id);
        vocabulary.Set(id, kinds);
    }

    /// <summary>The first of the texts that is a token, which becomes a control token.</summary>
    private int? FindControl(ReadOnlySpan<string> texts)
    {
        foreach (string text in texts)
        {
            int id = vocabulary.Find(text);
            if (id < 0) continue;
            vocabulary.Set(id, vocabulary.Kinds(id) | TokenKinds.Control);
            return id;
        }
        return null;
    }

    private int? ReadFill(string role, string? oldRole = null) =>
        (oldRole is null ? null : Read(oldRole, null, optional: true)) ?? Read(role, null, optional: true);

    /// <param name="optional">An id beyond the vocabulary is ignored: nothing hangs on the role.</param>
    private int? Read(string role, int? missing, bool optional = false)
    {
        string key = $"tokenizer.ggml.{role}_token_id";
        if (missing >= vocabulary.Count) missing = null;
        long id = metadata.GetInteger(key, -1);
        if (id is < 0 or uint.MaxValue) return missing; // converters write -1 for "none"
        if (id < vocabulary.Count) return (int)id;
        if (optional) return missing;
        throw new ModelException(
            $"{metadata.Source}: {key} is {id}, but the vocabulary ends at {vocabulary.Count - 1}; convert the model again.");
    }
}

/// <summary>What holds for a kind of vocabulary when the metadata is silent.</summary>
internal sealed record SpecialTokenDefaults(
    int? Bos = null, int? Eos = null, int? Unknown = null, int? Separator = null, int? Padding = null, bool AddBos = false,
    bool AddEos = false);
