using System.Text.Json;

namespace Jibun.Chat;

/// <summary>A tool that the model may call; <paramref name="Parameters"/> is a JSON schema, or undefined for a tool without any.</summary>
public sealed record ToolDefinition(string Name, string? Description, JsonElement Parameters);
