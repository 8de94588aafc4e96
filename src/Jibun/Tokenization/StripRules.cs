using Jibun.Gguf;

namespace Jibun.Tokenization;

/// <summary>
/// Which added tokens swallow the white space beside them. Files do not say; upstream goes by the model's name, and so do we.
/// </summary>
internal static class StripRules
{
    public static void Apply(GgufMetadata metadata, Vocabulary vocabulary)
    {
        string name = metadata.GetString("general.name", "").ToLowerInvariant();
        string architecture = metadata.GetString("general.architecture", "");
        string pre = metadata.GetString("tokenizer.ggml.pre", "");
        if (pre.Contains("jina-v2-de") || pre.Contains("jina-v2-es") || pre.Contains("jina-v2-code") ||
            architecture.Contains("nomic-bert-moe") || architecture.Contains("jina-bert-v3"))
        {
            Set(vocabulary, "<mask>", TokenKinds.StripsLeft, true);
        }
        else if (name.Contains("phi-3") || name.Contains("phi3"))
        {
            for (int id = 0; id < vocabulary.Count; id++)
                if (vocabulary.Is(id, TokenKinds.Added)) vocabulary.Set(id, vocabulary.Kinds(id) | TokenKinds.StripsRight);
            Set(vocabulary, "</s>", TokenKinds.StripsRight, true);
            foreach (string text in (ReadOnlySpan<string>)["<unk>", "<s>", "<|endoftext|>"])
                Set(vocabulary, text, TokenKinds.StripsRight, false);
        }
        else if (name.Contains("modern-bert"))
        {
            Set(vocabulary, "[MASK]", TokenKinds.StripsLeft, true);
        }
    }

    private static void Set(Vocabulary vocabulary, string text, TokenKinds kind, bool value)
    {
        int id = vocabulary.Find(text);
        if (id >= 0) vocabulary.Set(id, value ? vocabulary.Kinds(id) | kind : vocabulary.Kinds(id) & ~kind);
    }
}
