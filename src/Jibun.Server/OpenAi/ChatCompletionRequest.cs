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
                TemplateVariables = ParseTemplateVariables(body),
            },
        };
    }

    private static SamplingOptions ParseSampling(JsonElement body)
    {
        SamplingOptions defaults = new();
        return new SamplingOptions
        {
            Temperature = body.FindNumber("temperature", 0, 2) ?? defaults.Temperature,
            TopK = body.FindInteger("top_k", 0, int.MaxValue) ?? defaults.TopK,
            TopP = body.FindNumber("top_p", 0, 1) ?? defaults.TopP,
            MinP = body.FindNumber("min_p", 0, 1) ?? defaults.MinP,
            RepetitionPenalty = body.FindNumber("repetition_penalty", 0.01, 100) ?? defaults.RepetitionPenalty,
            FrequencyPenalty = body.FindNumber("frequency_penalty", -2, 2) ?? defaults.FrequencyPenalty,
            PresencePenalty = body.FindNumber("presence_penalty", -2, 2) ?? defaults.PresencePenalty,
            Seed = ParseSeed(body),
        };
    }

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

    private static Dictionary<string, JsonElement> ParseTemplateVariables(JsonElement body)
    {
        Dictionary<string, JsonElement> variables = [];
        if (body.FindString("reasoning_effort") is not null) variables["reasoning_effort"] = body.GetProperty("reasoning_effort");
        if (body.FindObject("chat_template_kwargs") is { } given)
            foreach (JsonProperty variable in given.EnumerateObject())
                variables[variable.Name] = variable.Value;
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
