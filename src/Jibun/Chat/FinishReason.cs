namespace Jibun.Chat;

public enum FinishReason
{
    /// <summary>The model ended its turn, or a stop string was met.</summary>
    Stop,

    /// <summary>The token limit or the end of the context was reached.</summary>
    Length,

    ToolCalls,
}
