namespace Jibun.Chat;

/// <summary>A piece of an answer. Exactly one <see cref="Finished"/> ends every answer that was not cancelled.</summary>
public abstract record ChatEvent;

/// <summary>Text of the answer; never a part of a UTF-8 character, never a part of a stop string.</summary>
public sealed record TextDelta(string Text) : ChatEvent;

public sealed record ReasoningDelta(string Text) : ChatEvent;

/// <summary>One whole tool call for the caller to carry out; <paramref name="Index"/> counts the calls of this answer from 0.</summary>
public sealed record ToolCallDelta(int Index, ToolCall Call) : ChatEvent;

/// <summary>A call that a built-in tool has carried out, with what came of it as the fields of a card; its words follow as text.</summary>
public sealed record SkillDelta(ToolCall Call, Skills.SkillResult Result) : ChatEvent;

public sealed record Finished(FinishReason Reason, ChatUsage Usage) : ChatEvent;
