using System.Text.Json;

namespace Jibun.Templates;

/// <summary>A conversation and what belongs to it, in the shape that chat templates expect.</summary>
public sealed record TemplateContext
{
    public required IReadOnlyList<TemplateMessage> Messages { get; init; }

    /// <summary>
    /// Without any the template's `tools` is undefined, which most templates take better than none or an empty list.
    /// </summary>
    public IReadOnlyList<TemplateTool> Tools { get; init; } = [];

    public bool AddGenerationPrompt { get; init; } = true;

    public string BosToken { get; init; } = "";

    public string EosToken { get; init; } = "";

    /// <summary>Further variables such as "enable_thinking"; they cannot replace those above.</summary>
    public IReadOnlyDictionary<string, Value> Variables { get; init; } = new Dictionary<string, Value>();

    /// <summary>What the template was found to need; without it the messages have the form that most templates take.</summary>
    public TemplateCapabilities Capabilities { get; init; } = TemplateCapabilities.Common;

    /// <exception cref="TemplateException">The arguments of a tool call are not a JSON object.</exception>
    public IReadOnlyDictionary<string, Value> ToVariables()
    {
        Dictionary<string, Value> variables = new(Variables)
        {
            ["messages"] = Value.List(Messages.Select(message => message.ToValue(Capabilities))),
            ["add_generation_prompt"] = Value.From(AddGenerationPrompt),
            ["bos_token"] = Value.From(BosToken),
            ["eos_token"] = Value.From(EosToken),
        };
        variables.Remove("tools");
        if (Tools.Count > 0) variables.Add("tools", Value.List(Tools.Select(static tool => tool.ToValue())));
        else if (Capabilities.NeedsNoneForMissingTools) variables.Add("tools", Value.None);
        return variables;
    }

    /// <summary>A whole context written as a JSON object, taken as it is.</summary>
    /// <exception cref="TemplateException">The JSON is no object.</exception>
    public static IReadOnlyDictionary<string, Value> ReadVariables(JsonElement context)
    {
        if (context.ValueKind != JsonValueKind.Object)
            throw new TemplateException("the context of a template must be a JSON object");
        Dictionary<string, Value> variables = [];
        foreach (JsonProperty variable in context.EnumerateObject()) variables[variable.Name] = Value.FromJson(variable.Value);
        return variables;
    }
}
