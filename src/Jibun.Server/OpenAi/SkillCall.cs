using System.Text.Json;
using Jibun.Chat;
using Jibun.Chat.Skills;
using Jibun.Server.Http;

namespace Jibun.Server.OpenAi;

/// <summary>
/// What a built-in tool did on the way to an answer. No client of OpenAI's API offered it, so it is none of the message's
/// tool_calls: it stands in a member of its own, "skills", which clients may show and send back with the message.
/// </summary>
internal static class SkillCall
{
    private const string Member = "skills";

    public static void Write(Utf8JsonWriter message, params ReadOnlySpan<SkillDelta> skills)
    {
        if (skills.Length == 0) return;
        message.WriteStartArray(Member);
        foreach ((ToolCall call, SkillResult result) in skills)
        {
            message.WriteStartObject();
            message.WriteString("id", call.Id);
            message.WriteString("name", call.Name);
            message.WritePropertyName("arguments");
            message.WriteRawValue(call.ArgumentsJson);
            message.WritePropertyName("result");
            result.WriteTo(message);
            message.WriteEndObject();
        }
        message.WriteEndArray();
    }

    /// <summary>The calls of an assistant's message that came back.</summary>
    public static ToolCall[] Parse(JsonElement message, string at)
    {
        if (message.FindArray(Member, at) is not { } skills) return [];
        ToolCall[] calls = new ToolCall[skills.GetArrayLength()];
        for (int i = 0; i < calls.Length; i++)
        {
            string skillAt = $"{at}{Member}[{i}]";
            if (skills[i].ValueKind != JsonValueKind.Object) throw JsonFields.WrongType(skillAt, "an object", skills[i]);
            skillAt += ".";
            calls[i] = new ToolCall(
                skills[i].RequireString("id", skillAt),
                skills[i].RequireString("name", skillAt),
                skills[i].FindObject("arguments", skillAt)?.GetRawText() ?? "{}");
        }
        return calls;
    }
}
