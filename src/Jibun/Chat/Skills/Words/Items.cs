namespace Jibun.Chat.Skills.Words;

/// <summary>Things for a list: "apples, pears and plums" are three.</summary>
internal static class Items
{
    private static readonly string[] s_pairs =
    [
        "salt and pepper", "mac and cheese", "macaroni and cheese", "fish and chips", "oil and vinegar",
        "peanut butter and jelly", "bread and butter pickles",
        "half and half", "pork and beans", "rock and roll", "black and white", "lost and found",
    ];

    /// <param name="splitsAnd">Whether "and" separates; it does not in "call mom and dad".</param>
    public static IEnumerable<string> Split(string text, bool splitsAnd)
    {
        foreach (string part in text.Split([',', '、', '，', ';'],
            StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string item = part.StartsWith("and ", StringComparison.OrdinalIgnoreCase) ? part[4..].Trim() : part;
            if (!splitsAnd || s_pairs.Contains(Folding.Fold(item)))
            {
                yield return Shown(item);
                continue;
            }
            foreach (string single in SplitAnd(item))
                if (Shown(single) is { Length: > 0 } shown) yield return shown;
        }
    }

    private static IEnumerable<string> SplitAnd(string item)
    {
        if (Script.IsJapanese(item)) return SplitTo(item);
        string[] parts = item.Split(" and ", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return parts.All(part => part.Count(c => c == ' ') <= 3) ? parts : [item];
    }

    // The と between nouns: a change of script or a noun of two characters before it, never inside a run of hiragana.
    private static IEnumerable<string> SplitTo(string item)
    {
        int start = 0;
        for (int at = 1; at + 1 < item.Length; at++)
        {
            if (item[at] != 'と' || at == start) continue;
            bool before = !Script.IsHiragana(item[at - 1]), after = !Script.IsHiragana(item[at + 1]);
            if (!(before || (after && at - start > 1))) continue;
            yield return item[start..at];
            start = at + 1;
        }
        yield return item[start..];
    }

    private static string Shown(string item)
    {
        foreach (string word in (ReadOnlySpan<string>)["some ", "the ", "my ", "our "])
            if (item.Length > word.Length
                && item.StartsWith(word, StringComparison.OrdinalIgnoreCase)) item = item[word.Length..];
        return item.TrimEnd('.', '。', '!', '?', '！', '？', ' ');
    }
}
