using System.Text.Json;

namespace Jibun.Chat.Calls;

/// <summary>
/// Arguments that a model wrote as plain text, one by one, made JSON by the tool's schema: a text where it wants one, else what the text means
/// in JSON or Python, and a text where it means nothing.
/// </summary>
internal sealed class WrittenArguments(string tool, IReadOnlyList<ToolDefinition> tools)
{
    private readonly JsonElement _schema = tools.FirstOrDefault(known => known.Name == tool)?.Parameters ?? default;
    private readonly Dictionary<string, string> _values = []; // as JSON

    public void Add(string name, string text) => _values[name] = WantsText(name) ? JsonText.Quote(text) : text.Trim() switch
    {
        "True" => "true",
        "False" => "false",
        "None" => "null",
        { Length: > 0 } value when JsonText.LengthOfValue(value) == value.Length => value,
        _ => JsonText.Quote(text),
    };

    public string ToJson() => "{" + string.Join(", ", _values.Select(value => $"{JsonText.Quote(value.Key)}: {value.Value}")) + "}";

    private bool WantsText(string name) =>
        TryGet(_schema, "properties", out JsonElement properties) && TryGet(properties, name, out JsonElement property) && IsText(property);

    private static bool IsText(JsonElement schema)
    {
        if (TryGet(schema, "type", out JsonElement type))
            return IsString(type) || (type.ValueKind == JsonValueKind.Array && type.EnumerateArray().Any(IsString));
        return TryGet(schema, "anyOf", out JsonElement any) && any.ValueKind == JsonValueKind.Array && any.EnumerateArray().Any(IsText);
    }

    private static bool IsString(JsonElement type) => type.ValueKind == JsonValueKind.String && type.ValueEquals("string");

    private static bool TryGet(JsonElement parent, string name, out JsonElement value)
    {
        value = default;
        return parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out value);
    }
}
