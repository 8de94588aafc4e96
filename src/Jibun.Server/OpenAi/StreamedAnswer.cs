using System.Text.Json;
using Jibun.Chat;
using Jibun.Server.Http;
using Microsoft.AspNetCore.Http;

namespace Jibun.Server.OpenAi;

/// <summary>
/// Sends an answer as chat.completion.chunk events: the role first, then pieces, then the reason with an empty delta, then,
/// if asked for, the usage without choices, then [DONE].
/// </summary>
internal sealed class StreamedAnswer(HttpContext context, CompletionHead head, bool includeUsage, TimeSpan pingInterval)
{
    private readonly EventStream _stream = new(context);
    private bool _started;

    /// <summary>A failure before the first event or ping is the caller's to answer; a later one ends the stream with an error event.</summary>
    public async Task SendAsync(IAsyncEnumerable<ChatEvent> events)
    {
        try
        {
            await foreach (ChatEvent? happened in events.WithPauses(pingInterval))
            {
                if (happened is null)
                {
                    await StartAsync();
                    await _stream.PingAsync();
                }
                else await SendAsync(happened);
            }
        }
        catch (Exception failure) when (_started && ApiErrors.From(failure) is { } error)
        {
            await _stream.SendAsync(json => ApiErrors.WriteEnvelope(json, error));
        }
    }

    private async Task SendAsync(ChatEvent happened)
    {
        await StartAsync();
        switch (happened)
        {
            case TextDelta text:
                await SendDeltaAsync(delta => delta.WriteString("content", text.Text));
                break;
            case ReasoningDelta reasoning:
                await SendDeltaAsync(delta => delta.WriteString("reasoning_content", reasoning.Text));
                break;
            case ToolCallDelta call:
                await SendDeltaAsync(delta => WriteToolCall(delta, call.Index, call.Call, ""));
                await SendDeltaAsync(delta => WriteToolCall(delta, call.Index, null, call.Call.ArgumentsJson));
                break;
            case SkillDelta skill:
                await SendDeltaAsync(delta => SkillCall.Write(delta, skill));
                break;
            case Finished finished:
                await SendDeltaAsync(_ => { }, CompletionHead.ReasonName(finished.Reason));
                if (includeUsage) await SendUsageAsync(finished.Usage);
                await _stream.SendDoneAsync();
                break;
        }
    }

    private async Task StartAsync()
    {
        if (_started) return;
        _started = true;
        await _stream.StartAsync();
        await SendDeltaAsync(delta =>
        {
            delta.WriteString("role", "assistant");
            delta.WriteString("content", "");
        });
    }

    private Task SendDeltaAsync(Action<Utf8JsonWriter> writeDelta, string? finishReason = null) => _stream.SendAsync(json =>
    {
        json.WriteStartObject();
        head.Write(json, "chat.completion.chunk");
        json.WriteStartArray("choices");
        json.WriteStartObject();
        json.WriteNumber("index", 0);
        json.WriteStartObject("delta");
        writeDelta(json);
        json.WriteEndObject();
        json.WriteNull("logprobs");
        json.WriteString("finish_reason", finishReason);
        json.WriteEndObject();
        json.WriteEndArray();
        if (includeUsage) json.WriteNull("usage");
        json.WriteEndObject();
    });

    private Task SendUsageAsync(ChatUsage usage) => _stream.SendAsync(json =>
    {
        json.WriteStartObject();
        head.Write(json, "chat.completion.chunk");
        json.WriteStartArray("choices");
        json.WriteEndArray();
        CompletionHead.WriteUsage(json, usage);
        json.WriteEndObject();
    });

    private static void WriteToolCall(Utf8JsonWriter delta, int index, ToolCall? head, string arguments)
    {
        delta.WriteStartArray("tool_calls");
        delta.WriteStartObject();
        delta.WriteNumber("index", index);
        if (head is not null)
        {
            delta.WriteString("id", head.Id);
            delta.WriteString("type", "function");
        }
        delta.WriteStartObject("function");
        if (head is not null) delta.WriteString("name", head.Name);
        delta.WriteString("arguments", arguments);
        delta.WriteEndObject();
        delta.WriteEndObject();
        delta.WriteEndArray();
    }
}
