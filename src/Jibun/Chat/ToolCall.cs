namespace Jibun.Chat;

/// <summary>A call that the model asks for. The arguments are the text of a JSON object; templates get them parsed.</summary>
public sealed record ToolCall(string Id, string Name, string ArgumentsJson)
{
    internal static ToolCall WithNewId(string name, string argumentsJson) => new($"call_{Guid.NewGuid():N}"[..13], name, argumentsJson);
}
