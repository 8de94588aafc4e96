using System.Security.Cryptography;
using System.Text.Json;
using Jibun.Chat;

namespace Jibun.Server.OpenAi;

/// <summary>What every answer and every chunk of it repeats, and the parts that both have in common.</summary>
internal sealed record CompletionHead(string Model)
{
    public string Id { get; } = "chatcmpl-" + RandomNumberGenerator.GetHexString(24, lowercase: true);

    public long Created { get; } = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    public void Write(Utf8JsonWriter json, string kind)
    {
        json.WriteString("id", Id);
        json.WriteString("object", kind);
        json.WriteNumber("created", Created);
        json.WriteString("model", Model);
        json.WriteString("system_fingerprint", "jibun");
    }

    public static string ReasonName(FinishReason reason) => reason switch
    {
        FinishReason.Length => "length",
        FinishReason.ToolCalls => "tool_calls",
        _ => "stop",
    };

    /// <summary>The standard counts, and beside them how long the answer took.</summary>
    public static void WriteUsage(Utf8JsonWriter json, ChatUsage usage)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", usage.PromptTokens);
        json.WriteNumber("completion_tokens", usage.CompletionTokens);
        json.WriteNumber("total_tokens", usage.PromptTokens + usage.CompletionTokens);
        json.WriteStartObject("prompt_tokens_details");
        json.WriteNumber("cached_tokens", usage.CachedTokens);
        json.WriteEndObject();
        json.WriteStartObject("completion_tokens_details");
        json.WriteNumber("reasoning_tokens", usage.ReasoningTokens);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartObject("timings");
        json.WriteNumber("time_to_first_token_ms", Math.Round(usage.TimeToFirstToken.TotalMilliseconds, 3));
        json.WriteNumber("generation_ms", Math.Round(usage.GenerationTime.TotalMilliseconds, 3));
        if (usage.Guesses.Guessed > 0)
        {
            json.WriteNumber("draft_n", usage.Guesses.Guessed); // as llama.cpp's server names them
            json.WriteNumber("draft_n_accepted", usage.Guesses.Right);
        }
        json.WriteEndObject();
    }
}
