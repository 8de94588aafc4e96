using System.Security.Cryptography;

namespace Jibun.Chat;

/// <summary>A call that the model asks for. The arguments are the text of a JSON object; templates get them parsed.</summary>
public sealed record ToolCall(string Id, string Name, string ArgumentsJson)
{
    private const int IdLength = 9, MaxIdLength = 128;

    /// <summary>With the id that the model gave, or a new one of nine letters and digits: Mistral's templates take no other length.</summary>
    internal static ToolCall Create(string name, string argumentsJson, string? id = null) =>
        new(id is { Length: > 0 and <= MaxIdLength } ? id : RandomNumberGenerator.GetString("0123456789abcdefghijklmnopqrstuvwxyz", IdLength), name, argumentsJson);
}
