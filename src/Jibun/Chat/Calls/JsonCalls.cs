using System.Text.Json;

namespace Jibun.Chat.Calls;

/// <summary><c>{"name": "f", "arguments": {…}}</c>, or several of these in an array.</summary>
internal sealed class JsonCalls(string name, string open, string? close) : IToolCallForm
{
    public string Name => name;

    public string Open => open;

    public string? Close => close;

    public IReadOnlyList<ToolCall>? Parse(string text, IReadOnlyList<ToolDefinition> tools) => Read(text);

    public string Write(IReadOnlyList<ToolCall> calls)
    {
        IEnumerable<string> written = calls.Select(call => $"{{\"name\": {JsonText.Quote(call.Name)}, \"arguments\": {call.ArgumentsJson}}}");
        return close is null ? $"{open}[{string.Join(", ", written)}]" : string.Join('\n', written.Select(call => $"{open}\n{call}\n{close}"));
    }

    /// <summary>One object or an array of them; null where one is no call.</summary>
    public static IReadOnlyList<ToolCall>? Read(string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            JsonElement[] written = root.ValueKind == JsonValueKind.Array ? [.. root.EnumerateArray()] : [root];
            ToolCall[] calls = [.. written.Select(ReadCall).OfType<ToolCall>()];
            return calls.Length > 0 && calls.Length == written.Length ? calls : null;
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException) // the latter for half a surrogate pair
        {
            return null;
        }
    }

    // Llama calls the arguments parameters; some models write down what OpenAI's protocol wraps around a call.
    private static ToolCall? ReadCall(JsonElement call)
    {
        if (call.ValueKind != JsonValueKind.Object) return null;
        string? id = TryGetText(call, "id");
        if (call.TryGetProperty("function", out JsonElement wrapped) && wrapped.ValueKind == JsonValueKind.Object) call = wrapped;
        if (TryGetText(call, "name") is not { Length: > 0 } name) return null;
        if (!call.TryGetProperty("arguments", out JsonElement given) && !call.TryGetProperty("parameters", out given)) return ToolCall.Create(name, "{}", id);
        return given.ValueKind switch
        {
            JsonValueKind.Object => ToolCall.Create(name, given.GetRawText(), id),
            JsonValueKind.Null => ToolCall.Create(name, "{}", id),
            JsonValueKind.String when JsonText.IsObject(given.GetString()!) => ToolCall.Create(name, given.GetString()!, id),
            _ => null,
        };
    }

    private static string? TryGetText(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
