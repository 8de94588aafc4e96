namespace Jibun.Chat.Skills.Words;

/// <summary>Names that people give things, so that "The Kitchen Lights" and "kitchen" are one.</summary>
internal static class Names
{
    private static readonly string[] s_articles = ["the ", "my ", "our ", "a ", "an ", "all the ", "all of the ", "all "];

    /// <summary>Everything, each and every one.</summary>
    public static bool IsAll(string? name) => name is not null && Folding.Fold(name) is
        "all" or "every" or "each" or "everything" or "all of them" or "all the" or "every one"
        or "全部" or "すべて" or "全て" or "ぜんぶ" or "全部の";

    /// <summary>The name for comparing: folded, without an article and without the word for what it is.</summary>
    public static string Key(string name, params ReadOnlySpan<string> kinds)
    {
        string key = Folding.Fold(name);
        foreach (string article in s_articles)
            if (key.Length > article.Length && key.StartsWith(article, StringComparison.Ordinal)) key = key[article.Length..];
        foreach (string kind in kinds)
        {
            if (key.Length <= kind.Length || !key.EndsWith(kind, StringComparison.Ordinal)) continue;
            string rest = key[..^kind.Length].TrimEnd();
            if (rest.EndsWith('の')) rest = rest[..^1];
            if (rest.Length > 0 && (kind[0] > 0x7F || rest.Length < key.Length - kind.Length)) key = rest;
        }
        return key;
    }

    /// <summary>The name as it is said back: without an article.</summary>
    public static string Shown(string name)
    {
        name = name.Trim();
        foreach (string article in s_articles)
            if (name.Length > article.Length
                && name.StartsWith(article, StringComparison.OrdinalIgnoreCase)) name = name[article.Length..];
        return name.TrimEnd('.', '。', '、', ',', '!', '?', '！', '？').Trim();
    }

    public static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];
}
