namespace Jibun.Chat.Nano;

/// <summary>A conversation as the built-in model can use it: what was said, with the answers in its own form.</summary>
internal sealed class NanoTurns
{
    private const int LongestReport = 4000; // characters

    private readonly List<(string Text, string Answer)> _history = [];

    /// <summary>Turns before the last message, oldest first, without those that this model did not answer by a call.</summary>
    public IReadOnlyList<(string Text, string Answer)> History => _history;

    /// <summary>The words of the answer before this turn.</summary>
    public string? PreviousAnswer { get; private set; }

    /// <summary>The call of the turn before with the sentence it came from, which a question may have been about.</summary>
    public (NanoCall Call, string Utterance)? Asked { get; private set; }

    /// <summary>What the user said in the turn before.</summary>
    public string? PreviousSentence { get; private set; }

    /// <summary>Nothing was answered yet.</summary>
    public bool IsFirst { get; private set; } = true;

    public static NanoTurns From(IReadOnlyList<ChatMessage> messages)
    {
        var turns = new NanoTurns();
        string? said = null;
        foreach (ChatMessage message in messages)
        {
            if (message.Role == "user") said = message.Content;
            else if (message.Role == "assistant")
            {
                turns.IsFirst = false;
                turns.PreviousAnswer = string.IsNullOrEmpty(message.Content) ? turns.PreviousAnswer : message.Content;
                turns.Asked = null;
                turns.PreviousSentence = said;
                if (said is null || message.ToolCalls is not [{ } call, ..]
                    || OfferedCall.Parse(call) is not { } parsed) continue;
                IEnumerable<NanoArgument> arguments = parsed.Arguments.Select(argument =>
                    argument with { Value = Plain(argument.Value) });
                turns._history.Add((Plain(said), (parsed with { Arguments = [.. arguments] }).Render()));
                turns.Asked = (parsed, said);
                said = null;
            }
        }
        return turns;
    }

    private static string Plain(string text) =>
        NanoFormat.Normalize(text, NanoFormat.Assistant).Replace("<|", "< |", StringComparison.Ordinal);

    /// <summary>What the caller's tools answered, in words as good as none: this model cannot phrase it.</summary>
    public static string Report(IReadOnlyList<ChatMessage> messages)
    {
        IEnumerable<string?> results = messages.Reverse().TakeWhile(message => message.Role == "tool").Reverse()
            .Select(message => message.Content?.Trim());
        string report = string.Join('\n', results.Where(result => !string.IsNullOrEmpty(result)));
        return report.Length == 0 ? "Done." : report.Length > LongestReport ? report[..LongestReport] + "…" : report;
    }
}
