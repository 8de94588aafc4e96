namespace Jibun.Chat;

/// <summary>Splits an answer, as it streams, into thoughts, text and tool calls.</summary>
internal interface IAnswerSplitter
{
    /// <summary>Tool calls so far.</summary>
    int Calls { get; }

    /// <summary>What comes now belongs to a thought.</summary>
    bool IsThinking { get; }

    IEnumerable<ChatEvent> Append(string text);

    /// <summary>The answer is over: what was held back becomes certain.</summary>
    IEnumerable<ChatEvent> Finish();
}
