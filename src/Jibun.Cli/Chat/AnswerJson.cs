using System.Text;
using System.Text.Json;
using Jibun.Chat;
using Jibun.Chat.Skills;

namespace Jibun.Cli.Chat;

/// <summary>Collects an answer and writes it as one JSON object.</summary>
internal sealed class AnswerJson(string model)
{
    private readonly StringBuilder _text = new(), _reasoning = new();
    private readonly List<(ToolCall Call, SkillResult? Result)> _calls = [];
    private Finished? _finished;

    public void Add(ChatEvent happened)
    {
        switch (happened)
        {
            case TextDelta text: _text.Append(text.Text); break;
            case ReasoningDelta thought: _reasoning.Append(thought.Text); break;
            case ToolCallDelta call: _calls.Add((call.Call, null)); break;
            case SkillDelta skill: _calls.Add((skill.Call, skill.Result)); break;
            case Finished finished: _finished = finished; break;
        }
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("model", model);
        json.WriteString("text", _text.ToString());
        if (_reasoning.Length > 0) json.WriteString("reasoning", _reasoning.ToString());
        json.WriteStartArray("tool_calls");
        foreach ((ToolCall call, SkillResult? result) in _calls)
        {
            json.WriteStartObject();
            json.WriteString("id", call.Id);
            json.WriteString("name", call.Name);
            json.WritePropertyName("arguments");
            WriteArguments(json, call.ArgumentsJson);
            if (result is not null)
            {
                json.WritePropertyName("result");
                result.WriteTo(json);
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (_finished is not null) WriteEnd(json, _finished);
        json.WriteEndObject();
    }

    private static void WriteArguments(Utf8JsonWriter json, string arguments)
    {
        try
        {
            using JsonDocument parsed = JsonDocument.Parse(arguments);
            json.WriteRawValue(arguments);
        }
        catch (JsonException)
        {
            json.WriteStringValue(arguments); // as the model wrote it
        }
    }

    private static void WriteEnd(Utf8JsonWriter json, Finished finished)
    {
        json.WriteString("finish_reason", finished.Reason switch
        {
            FinishReason.Length => "length",
            FinishReason.ToolCalls => "tool_calls",
            _ => "stop",
        });
        ChatUsage usage = finished.Usage;
        json.WriteNumber("prompt_tokens", usage.PromptTokens);
        json.WriteNumber("cached_tokens", usage.CachedTokens);
        json.WriteNumber("completion_tokens", usage.CompletionTokens);
        if (usage.ReasoningTokens > 0) json.WriteNumber("reasoning_tokens", usage.ReasoningTokens);
        json.WriteNumber("time_to_first_token_seconds", Math.Round(usage.TimeToFirstToken.TotalSeconds, 6));
        json.WriteNumber("generation_seconds", Math.Round(usage.GenerationTime.TotalSeconds, 6));
        if (FactLine.TokensPerSecond(usage) is { } rate) json.WriteNumber("tokens_per_second", Math.Round(rate, 2));
        if (usage.ExpertHitRate is { } hits) json.WriteNumber("expert_hit_rate", Math.Round(hits, 4));
        WriteGuesses(json, usage);
    }

    public static void WriteGuesses(Utf8JsonWriter json, ChatUsage usage)
    {
        if (usage.Guesses.Guessed == 0) return;
        json.WriteNumber("draft_tokens", usage.Guesses.Guessed);
        json.WriteNumber("draft_tokens_accepted", usage.Guesses.Right);
    }
}
