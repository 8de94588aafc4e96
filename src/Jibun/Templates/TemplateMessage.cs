using System.Text.Json;

namespace Jibun.Templates;

/// <summary>
/// One turn as templates see it. What is null is left out, except the content, which most templates need: it becomes an empty
/// text.
/// </summary>
public sealed record TemplateMessage
{
    public required string Role { get; init; }

    public string? Content { get; init; }

    /// <summary>What the assistant thought, `reasoning_content` in most templates.</summary>
    public string? Reasoning { get; init; }

    public IReadOnlyList<TemplateToolCall> ToolCalls { get; init; } = [];

    public string? ToolCallId { get; init; }

    /// <summary>Of the tool whose result this is.</summary>
    public string? Name { get; init; }

    internal Value ToValue(TemplateCapabilities capabilities)
    {
        Value missing = capabilities.NeedsNoneForMissingContent ? Value.None : Value.From("");
        List<KeyValuePair<string, Value>> entries = [new("role", Value.From(Role)),
            new("content", Content is null ? missing : Value.From(Content))];
        if (Reasoning is not null) entries.Add(new(capabilities.ReasoningField ?? "reasoning_content", Value.From(Reasoning)));
        if (ToolCalls.Count > 0)
            entries.Add(new("tool_calls", Value.List(ToolCalls.Select(call => call.ToValue(capabilities.ObjectArguments)))));
        if (ToolCallId is not null) entries.Add(new("tool_call_id", Value.From(ToolCallId)));
        if (Name is not null) entries.Add(new("name", Value.From(Name)));
        return Value.Dictionary(entries);
    }
}

/// <param name="ArgumentsJson">A JSON object.</param>
public sealed record TemplateToolCall(string Id, string Name, string ArgumentsJson)
{
    internal Value ToValue(bool objectArguments)
    {
        return Value.Dictionary(
        [
            new("id", Value.From(Id)),
            new("type", Value.From("function")),
            new("function", Value.Dictionary(
            [
                new("name", Value.From(Name)),
                new("arguments", objectArguments ? ReadArguments() : Value.From(ArgumentsJson)),
            ])),
        ]);
    }

    /// <summary>The text of the arguments.</summary>
    /// <exception cref="TemplateException">They are not a JSON object.</exception>
    internal string CheckArguments()
    {
        ReadArguments();
        return Text;
    }

    private string Text => ArgumentsJson.Trim() is { Length: > 0 } text ? text : "{}";

    private Value ReadArguments()
    {
        try
        {
            using JsonDocument arguments = JsonDocument.Parse(Text);
            if (arguments.RootElement.ValueKind == JsonValueKind.Object) return Value.FromJson(arguments.RootElement);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or TemplateException) // the latter two for half a surrogate pair
        {
            throw new TemplateException($"the arguments of the tool call {Id} ({Name}) are not JSON: {error.Message}", error);
        }
        throw new TemplateException($"the arguments of the tool call {Id} ({Name}) are not a JSON object");
    }
}

/// <param name="Parameters">A JSON schema.</param>
public sealed record TemplateTool(string Name, string? Description, JsonElement Parameters)
{
    internal Value ToValue()
    {
        List<KeyValuePair<string, Value>> function = [new("name", Value.From(Name))];
        if (Description is not null) function.Add(new("description", Value.From(Description)));
        if (Parameters.ValueKind != JsonValueKind.Undefined) function.Add(new("parameters", Value.FromJson(Parameters)));
        return Value.Dictionary([new("type", Value.From("function")), new("function", Value.Dictionary(function))]);
    }
}
