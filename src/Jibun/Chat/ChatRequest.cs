using System.Text.Json;
using Jibun.Generation;

namespace Jibun.Chat;

public sealed record ChatRequest
{
    public required IReadOnlyList<ChatMessage> Messages { get; init; }

    public IReadOnlyList<ToolDefinition> Tools { get; init; } = [];

    /// <summary>No call shall be made or carried out; what would be one is said in words.</summary>
    public bool ForbidsTools { get; init; }

    /// <summary>What is left open is as the model's makers recommend.</summary>
    public SamplingChoice Sampling { get; init; } = new();

    /// <summary>Whether the model shall think before it answers; null leaves it to its template.</summary>
    public bool? Thinks { get; init; }

    /// <summary>Tokens of a thought before it is ended; null sets no bound.</summary>
    public int? ThoughtTokens { get; init; }

    /// <summary>Tokens of the answer, reasoning included; null means until the context is full.</summary>
    public int? MaxTokens { get; init; }

    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Further variables that the template sees, such as "enable_thinking".</summary>
    public IReadOnlyDictionary<string, JsonElement> TemplateVariables { get; init; } = new Dictionary<string, JsonElement>();
}
