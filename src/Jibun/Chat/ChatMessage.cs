namespace Jibun.Chat;

/// <summary>One turn of a conversation, as chat templates and the HTTP protocols know it.</summary>
public sealed record ChatMessage
{
    /// <summary>"system", "user", "assistant" or "tool"; templates may know more.</summary>
    public required string Role { get; init; }

    /// <summary>Null only for an assistant turn that calls tools and says nothing.</summary>
    public string? Content { get; init; }

    public IReadOnlyList<ToolCall> ToolCalls { get; init; } = [];

    /// <summary>The call that a "tool" message answers.</summary>
    public string? ToolCallId { get; init; }

    public string? Name { get; init; }

    /// <summary>What the assistant thought before it answered.</summary>
    public string? Reasoning { get; init; }
}
