using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Jibun.Chat.Skills.Words;

namespace Jibun.Chat.Nano;

/// <summary>Between the built-in model's calls and those of the chat contract.</summary>
internal static class OfferedCall
{
    public static ToolCall Of(NanoCall call) => ToolCall.Create(call.Name, Arguments(call.Arguments, default));

    /// <summary>
    /// The call for a caller who offered these tools, or any when none were: arguments that the tool does not know are left out,
    /// words become numbers where its schema wants them. Null when the call fits no tool.
    /// </summary>
    public static ToolCall? Fit(NanoCall call, IReadOnlyList<ToolDefinition> tools)
    {
        if (tools.Count == 0) return Of(call);
        if (tools.FirstOrDefault(tool => tool.Name == call.Name) is not { } wanted) return null;
        if (wanted.Parameters.ValueKind != JsonValueKind.Object) return Of(call);
        JsonElement properties = default;
        IReadOnlyList<NanoArgument> arguments = call.Arguments;
        if (wanted.Parameters.TryGetProperty("properties", out properties) && properties.ValueKind == JsonValueKind.Object)
            arguments = [.. arguments.Where(argument => properties.TryGetProperty(argument.Name, out _))];
        return Missing(arguments, wanted) is null ? ToolCall.Create(call.Name, Arguments(arguments, properties)) : null;
    }

    /// <summary>In words, why the call that the model found cannot be passed on.</summary>
    public static string WhyNot(NanoCall call, ChatRequest request, bool japanese)
    {
        string found = $"{call.Name}({string.Join(", ", call.Arguments.Select(argument => $"{argument.Name}: {argument.Value}"))})";
        ToolDefinition? wanted = request.Tools.FirstOrDefault(tool => tool.Name == call.Name);
        string? missing = wanted is null ? null : Missing(call.Arguments, wanted);
        if (japanese)
        {
            return $"{found} のことだと思いますが、"
                + (request.ForbidsTools ? "この依頼では道具を使えません。"
                : missing is null ? "その道具は渡されていません。私が使えるのは内蔵の道具だけです。"
                : $"渡された道具には {missing} が必要です。");
        }
        return $"I take this for {found}, but "
            + (request.ForbidsTools ? "the request forbids tools."
            : missing is null ? "no such tool was offered, and I can only call my own."
            : $"the tool that was offered needs {missing}.");
    }

    /// <summary>A call of the contract in the model's form; null when its arguments are no JSON object.</summary>
    public static NanoCall? Parse(ToolCall call) =>
        NanoCall.TryParse($"<tool_call>{{\"name\": {Quote(call.Name)}, \"arguments\": {call.ArgumentsJson}}}</tool_call>");

    private static string? Missing(IReadOnlyList<NanoArgument> arguments, ToolDefinition tool) =>
        tool.Parameters.ValueKind == JsonValueKind.Object
            && tool.Parameters.TryGetProperty("required", out JsonElement required) && required.ValueKind == JsonValueKind.Array
            ? required.EnumerateArray().Select(name => name.ToString()).FirstOrDefault(name => arguments.All(argument => argument.Name != name))
            : null;

    private static string Quote(string text) => $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)}\"";

    private static string Arguments(IReadOnlyList<NanoArgument> arguments, JsonElement properties)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer,
            new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            foreach (IGrouping<string, NanoArgument> group in arguments.GroupBy(argument => argument.Name))
            {
                NanoArgument[] values = [.. group];
                string? type = TypeOf(group.Key, properties);
                json.WritePropertyName(group.Key);
                if (values.Length == 1 && type != "array") Write(json, values[0], type);
                else
                {
                    json.WriteStartArray();
                    foreach (NanoArgument value in values) Write(json, value, null);
                    json.WriteEndArray();
                }
            }
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static string? TypeOf(string name, JsonElement properties) =>
        properties.ValueKind == JsonValueKind.Object && properties.TryGetProperty(name, out JsonElement property)
            && property.ValueKind == JsonValueKind.Object
        && property.TryGetProperty("type", out JsonElement type) && type.ValueKind == JsonValueKind.String
            ? type.GetString()
            : null;

    private static void Write(Utf8JsonWriter json, NanoArgument argument, string? type)
    {
        if (argument.IsNumber && type != "string") json.WriteRawValue(argument.Value);
        else if (type is "integer" or "number" && Numbers.TryParse(argument.Value, out Rational number))
        {
            if (number.TryInteger(out int integer)) json.WriteNumberValue(integer);
            else if (type == "number" && double.IsFinite(number.ToDouble())) json.WriteNumberValue(number.ToDouble());
            else json.WriteStringValue(argument.Value);
        }
        else json.WriteStringValue(argument.Value);
    }
}
