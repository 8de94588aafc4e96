using System.Text.Json;
using Jibun.Chat;
using Jibun.Generation;
using Jibun.Server.Http;

namespace Jibun.Server.OpenAi;

/// <summary>
/// A body of POST /v1/chat/completions. Unknown members are ignored; a known one that would change the answer and cannot be
/// honoured is refused.
/// </summary>
internal sealed record ChatCompletionRequest
{
    private const int MaxStopStrings = 16;

    private static readonly JsonDocument s_true = JsonDocument.Parse("true");

    public required string? Model { get; init; }

    public required ChatRequest Chat { get; init; }

    public required bool Stream { get; init; }

    public required bool IncludeUsage { get; init; }

    /// <summary>Parallel calls are switched off: only the first call of an answer is passed on.</summary>
    public required bool SingleToolCall { get; init; }

    public static ChatCompletionRequest Parse(JsonElement body)
    {
        RefuseWhatCannotBeHonoured(body);
        ToolDefinition[] tools = ToolParser.Parse(body);
        bool forbidsTools = ToolParser.IsForbidden(body);
        return new ChatCompletionRequest
        {
            Model = body.FindString("model"),
            Stream = body.FindBoolean("stream") ?? false,
            IncludeUsage = body.FindObject("stream_options")?.FindBoolean("include_usage") ?? false,
            SingleToolCall = body.FindBoolean("parallel_tool_calls") == false,
            Chat = new ChatRequest
            {
                Messages = MessageParser.Parse(body),
                Tools = forbidsTools ? [] : tools,
                ForbidsTools = forbidsTools,
                Sampling = ParseSampling(body),
                MaxTokens = body.FindInteger("max_completion_tokens", 1, int.MaxValue) ?? body.FindInteger("max_tokens", 1, int.MaxValue),
                Stop = ParseStop(body),
                Thinks = ParseThinking(body),
                ThoughtTokens = ParseBudget(body),
                TemplateVariables = ParseTemplateVariables(body),
            },
        };
    }

    private static SamplingChoice ParseSampling(JsonElement body) => new()
    {
        Temperature = body.FindNumber("temperature", 0, 2),
        TopK = body.FindInteger("top_k", 0, int.MaxValue),
        TopP = body.FindNumber("top_p", 0, 1),
        MinP = body.FindNumber("min_p", 0, 1),
        RepetitionPenalty = body.FindNumber("repetition_penalty", 0.01, 100),
        FrequencyPenalty = body.FindNumber("frequency_penalty", -2, 2),
        PresencePenalty = body.FindNumber("presence_penalty", -2, 2),
        Seed = ParseSeed(body),
    };

    private static ulong? ParseSeed(JsonElement body)
    {
        if (body.Find("seed") is not { } seed) return null;
        if (seed.ValueKind != JsonValueKind.Number) throw JsonFields.WrongType("seed", "an integer", seed);
        if (seed.TryGetUInt64(out ulong positive)) return positive;
        return seed.TryGetInt64(out long signed) ? unchecked((ulong)signed) : throw ApiException.Invalid("seed", "must be a 64-bit integer");
    }

    private static string[] ParseStop(JsonElement body)
    {
        if (body.Find("stop") is not { } stop) return [];
        string[] texts = stop.ValueKind switch
        {
            JsonValueKind.String => [stop.GetString()!],
            JsonValueKind.Array when stop.EnumerateArray().All(text => text.ValueKind == JsonValueKind.String) =>
                [.. stop.EnumerateArray().Select(text => text.GetString()!)],
            _ => throw ApiException.Invalid("stop", "must be a string or an array of strings"),
        };
        if (texts.Length > MaxStopStrings) throw ApiException.Invalid("stop", $"may hold at most {MaxStopStrings} strings");
        if (texts.Contains("")) throw ApiException.Invalid("stop", "must not hold an empty string");
        return texts;
    }

    // "none" is OpenAI's word for an answer without a thought; every other effort asks for one where the template can choose.
    private static bool? ParseThinking(JsonElement body) => body.FindString("reasoning_effort") == "none" ? false : null;

    // Both names are in use; −1 sets no bound.
    private static int? ParseBudget(JsonElement body)
    {
        int? budget = body.FindInteger("thinking_budget_tokens", -1, int.MaxValue) ?? body.FindInteger("reasoning_budget_tokens", -1, int.MaxValue);
        return budget < 0 ? null : budget;
    }

    private static Dictionary<string, JsonElement> ParseTemplateVariables(JsonElement body)
    {
        Dictionary<string, JsonElement> variables = [];
        if (body.FindString("reasoning_effort") is { } effort)
        {
            variables["reasoning_effort"] = body.GetProperty("reasoning_effort");
            if (effort != "none") variables["enable_thinking"] = s_true.RootElement;
        }
        if (body.FindObject("chat_template_kwargs") is { } given)
        {
            given.FindBoolean("enable_thinking", "chat_template_kwargs.");
            foreach (JsonProperty variable in given.EnumerateObject())
                variables[variable.Name] = variable.Value.Clone();
        }
        return variables;
    }

    private static void RefuseWhatCannotBeHonoured(JsonElement body)
    {
        if (body.FindInteger("n", 1, int.MaxValue) > 1) throw ApiException.Unsupported("n", "only one answer a request");
        if (body.FindBoolean("logprobs") == true || body.FindInteger("top_logprobs", 0, 20) > 0)
            throw ApiException.Unsupported("logprobs", "probabilities are not reported");
        if (body.FindObject("logit_bias") is { } bias && bias.EnumerateObject().Any())
            throw ApiException.Unsupported("logit_bias", "is not supported");
        if (body.FindObject("response_format") is { } format && format.RequireString("type", "response_format.") != "text")
            throw ApiException.Unsupported("response_format", "only {\"type\": \"text\"} is supported");
        if (body.FindArray("modalities") is { } modalities && modalities.EnumerateArray().Any(kind => !kind.ValueEquals("text")))
            throw ApiException.Unsupported("modalities", "only [\"text\"] is supported");
        foreach (string old in (ReadOnlySpan<string>)["functions", "function_call"])
            if (body.Find(old) is not null) throw ApiException.Unsupported(old, "was replaced by tools and tool_choice");
        foreach (string online in (ReadOnlySpan<string>)["web_search_options", "audio"])
            if (body.Find(online) is not null) throw ApiException.Unsupported(online, "is not supported");
    }
}
