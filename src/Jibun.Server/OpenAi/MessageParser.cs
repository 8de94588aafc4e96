using System.Text;
using System.Text.Json;
using Jibun.Chat;
using Jibun.Server.Http;

namespace Jibun.Server.OpenAi;

internal static class MessageParser
{
    public static List<ChatMessage> Parse(JsonElement body)
    {
        JsonElement messages = body.FindArray("messages") ?? throw ApiException.Invalid("messages", "is required");
        if (messages.GetArrayLength() == 0) throw ApiException.Invalid("messages", "must hold at least one message");
        List<ChatMessage> parsed = new(messages.GetArrayLength());
        foreach (JsonElement message in messages.EnumerateArray())
            parsed.Add(ParseMessage(message, $"messages[{parsed.Count}]"));
        return parsed;
    }

    private static ChatMessage ParseMessage(JsonElement message, string at)
    {
        if (message.ValueKind != JsonValueKind.Object) throw JsonFields.WrongType(at, "an object", message);
        at += ".";
        string role = message.RequireString("role", at);
        ChatMessage parsed = new()
        {
            Role = role == "developer" ? "system" : role,
            Content = ParseContent(message, at),
            Name = message.FindString("name", at),
        };
        switch (role)
        {
            case "system" or "developer" or "user":
                return parsed.Content is null ? throw ApiException.Invalid(at + "content", "is required") : parsed;
            case "assistant":
                ToolCall[] calls = [.. SkillCall.Parse(message, at), .. ParseToolCalls(message, at)];
                if (parsed.Content is null && calls.Length == 0)
                    throw ApiException.Invalid(at + "content", "is required where the message has no tool_calls");
                return parsed with { ToolCalls = calls, Reasoning = message.FindString("reasoning_content", at) };
            case "tool":
                if (parsed.Content is null) throw ApiException.Invalid(at + "content", "is required");
                return parsed with { ToolCallId = message.RequireString("tool_call_id", at) };
            default:
                throw ApiException.Invalid(at + "role", "must be system, developer, user, assistant or tool");
        }
    }

    private static string? ParseContent(JsonElement message, string at)
    {
        at += "content";
        if (message.Find("content") is not { } content) return null;
        if (content.ValueKind == JsonValueKind.String) return content.GetString();
        if (content.ValueKind != JsonValueKind.Array) throw JsonFields.WrongType(at, "a string or an array of parts", content);
        StringBuilder text = new();
        int index = 0;
        foreach (JsonElement part in content.EnumerateArray())
        {
            string partAt = $"{at}[{index++}]";
            if (part.ValueKind != JsonValueKind.Object) throw JsonFields.WrongType(partAt, "an object", part);
            string type = part.RequireString("type", partAt + ".");
            text.Append(type switch
            {
                "text" => part.RequireString("text", partAt + "."),
                "refusal" => part.RequireString("refusal", partAt + "."),
                _ => throw ApiException.Unsupported(partAt + ".type", $"\"{type}\" is not supported, only text"),
            });
        }
        return text.ToString();
    }

    private static ToolCall[] ParseToolCalls(JsonElement message, string at)
    {
        if (message.FindArray("tool_calls", at) is not { } calls) return [];
        ToolCall[] parsed = new ToolCall[calls.GetArrayLength()];
        for (int i = 0; i < parsed.Length; i++)
        {
            JsonElement call = calls[i];
            string callAt = $"{at}tool_calls[{i}]";
            if (call.ValueKind != JsonValueKind.Object) throw JsonFields.WrongType(callAt, "an object", call);
            JsonElement function = call.FindObject("function", callAt + ".") ?? throw ApiException.Invalid(callAt + ".function", "is required");
            string arguments = function.FindString("arguments", callAt + ".function.") ?? "";
            parsed[i] = new ToolCall(
                call.RequireString("id", callAt + "."),
                function.RequireString("name", callAt + ".function."),
                arguments.Length == 0 ? "{}" : arguments);
        }
        return parsed;
    }
}
