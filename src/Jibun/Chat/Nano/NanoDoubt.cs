using Jibun.Chat.Skills;

namespace Jibun.Chat.Nano;

/// <summary>Asks back where two tools were about as likely and together nearly certain.</summary>
internal static class NanoDoubt
{
    private const float EnoughTogether = 0.75f, EnoughEach = 0.2f;

    /// <param name="tools">The caller's own; both candidates must be among them.</param>
    /// <returns>Null where there is no such pair.</returns>
    public static string? Question(IReadOnlyList<NanoCandidate> candidates, IReadOnlyList<ToolDefinition> tools, bool japanese)
    {
        if (candidates is not [var first, var second, ..] || first.Probability + second.Probability < EnoughTogether
            || second.Probability < EnoughEach) return null;
        if (Describe(first, tools, japanese) is not { } one || Describe(second, tools, japanese) is not { } other) return null;
        return japanese ? $"「{one}」と「{other}」のどちらでしょうか。もう一度、言い換えてください。"
            : $"Did you mean “{one}” or “{other}”? Please say it again in other words.";
    }

    // The first clause of the tool's description.
    private static string? Describe(NanoCandidate candidate, IReadOnlyList<ToolDefinition> tools, bool japanese)
    {
        if (candidate.Label is not { } label || label == NanoCall.Handoff
            || (tools.Count > 0 && tools.All(tool => tool.Name != label))) return null;
        if (SkillCatalog.Default.Find(label)?.Description.GetValueOrDefault(japanese ? "ja" : "en") is not { } text) return null;
        int end = text.IndexOfAny([';', '。']);
        text = (end < 0 ? text : text[..end]).TrimEnd('.');
        return char.ToLowerInvariant(text[0]) + text[1..];
    }
}
