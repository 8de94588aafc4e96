using System.Text;
using System.Text.Json;
using Jibun.Chat;
using Jibun.Server.Http;
using Microsoft.AspNetCore.Http;

namespace Jibun.Server.OpenAi;

/// <summary>Collects an answer and sends it as one chat.completion object.</summary>
internal static class WholeAnswer
{
    public static async Task SendAsync(HttpContext context, IAsyncEnumerable<ChatEvent> events, CompletionHead head)
    {
        StringBuilder text = new(), reasoning = new();
        List<ToolCall> calls = [];
        List<SkillDelta> skills = [];
        Finished? finished = null;
        await foreach (ChatEvent happened in events)
        {
            switch (happened)
            {
                case TextDelta delta: text.Append(delta.Text); break;
                case ReasoningDelta delta: reasoning.Append(delta.Text); break;
                case ToolCallDelta delta: calls.Add(delta.Call); break;
                case SkillDelta skill: skills.Add(skill); break;
                case Finished end: finished = end; break;
            }
        }
        if (finished is null) throw new InvalidOperationException("the model ended an answer without saying why");
        await Json.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            head.Write(json, "chat.completion");
            json.WriteStartArray("choices");
            json.WriteStartObject();
            json.WriteNumber("index", 0);
            WriteMessage(json, text.ToString(), reasoning.ToString(), calls, skills);
            json.WriteNull("logprobs");
            json.WriteString("finish_reason", CompletionHead.ReasonName(finished.Reason));
            json.WriteEndObject();
            json.WriteEndArray();
            CompletionHead.WriteUsage(json, finished.Usage);
            json.WriteEndObject();
        });
    }

    private static void WriteMessage(Utf8JsonWriter json, string text, string reasoning, List<ToolCall> calls, List<SkillDelta> skills)
    {
        json.WriteStartObject("message");
        json.WriteString("role", "assistant");
        json.WriteString("content", text.Length == 0 && calls.Count > 0 ? null : text);
        json.WriteNull("refusal");
        if (reasoning.Length > 0) json.WriteString("reasoning_content", reasoning);
        SkillCall.Write(json, [.. skills]);
        if (calls.Count > 0)
        {
            json.WriteStartArray("tool_calls");
            foreach (ToolCall call in calls)
            {
                json.WriteStartObject();
                json.WriteString("id", call.Id);
                json.WriteString("type", "function");
                json.WriteStartObject("function");
                json.WriteString("name", call.Name);
                json.WriteString("arguments", call.ArgumentsJson);
                json.WriteEndObject();
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }
}
