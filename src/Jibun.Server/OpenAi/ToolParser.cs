using System.Text.Json;
using Jibun.Chat;
using Jibun.Server.Http;

namespace Jibun.Server.OpenAi;

internal static class ToolParser
{
    public static ToolDefinition[] Parse(JsonElement body)
    {
        if (body.FindArray("tools") is not { } tools) return [];
        ToolDefinition[] parsed = new ToolDefinition[tools.GetArrayLength()];
        for (int i = 0; i < parsed.Length; i++)
        {
            JsonElement tool = tools[i];
            string at = $"tools[{i}]";
            if (tool.ValueKind != JsonValueKind.Object) throw JsonFields.WrongType(at, "an object", tool);
            string type = tool.RequireString("type", at + ".");
            if (type != "function") throw ApiException.Unsupported(at + ".type", $"\"{type}\" is not supported, only function");
            JsonElement function = tool.FindObject("function", at + ".") ?? throw ApiException.Invalid(at + ".function", "is required");
            at += ".function.";
            string name = function.RequireString("name", at);
            if (name.Length == 0) throw ApiException.Invalid(at + "name", "must not be empty");
            parsed[i] = new ToolDefinition(name, function.FindString("description", at), function.FindObject("parameters", at) ?? default);
        }
        return parsed;
    }

    /// <summary>tool_choice is "none".</summary>
    public static bool IsForbidden(JsonElement body) => body.Find("tool_choice") switch
    {
        null => false,
        { ValueKind: JsonValueKind.String } choice when choice.ValueEquals("auto") => false,
        { ValueKind: JsonValueKind.String } choice when choice.ValueEquals("none") => true,
        { ValueKind: JsonValueKind.String or JsonValueKind.Object } =>
            throw ApiException.Unsupported("tool_choice", "only \"auto\" and \"none\" are supported; a call cannot be forced"),
        { } choice => throw JsonFields.WrongType("tool_choice", "a string or an object", choice),
    };
}
