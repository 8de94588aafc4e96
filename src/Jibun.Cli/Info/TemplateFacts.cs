using System.Text.Json;
using Jibun.Chat;
using Jibun.Gguf;
using Jibun.Templates;

namespace Jibun.Cli.Info;

/// <summary>What a model's chat template can do, for people and for programs.</summary>
internal sealed class TemplateFacts
{
    private readonly TemplateCapabilities? _found;
    private readonly ToolUse? _tools;
    private readonly string? _error;

    private TemplateFacts(string source)
    {
        try
        {
            ChatTemplate template = ChatTemplate.Parse(source, "tokenizer.chat_template");
            _found = TemplateCapabilities.Probe(template);
            _tools = ToolUse.Of(template, _found);
        }
        catch (TemplateException unusable)
        {
            _error = unusable.Message;
        }
    }

    /// <summary>"system messages, tools …"</summary>
    public string Can
    {
        get
        {
            if (_found is null) return $"cannot be used: {_error}";
            (bool Has, string What)[] abilities =
            [
                (_found.SystemRole, "system messages"), (_found.Tools, "tools"), (_found.ToolCalls, "tool calls"), (_found.ToolResults, "tool results"),
                (_found.ParallelCalls, "parallel calls"), (_found.ToolCalls && _found.ObjectArguments, "arguments as objects"),
                (_found.ToolCalls && !_found.ObjectArguments, "arguments as text"), (_found.ReasoningField is not null, "earlier thoughts"),
            ];
            return string.Join(", ", abilities.Where(ability => ability.Has).Select(ability => ability.What).DefaultIfEmpty("plain turns only"));
        }
    }

    /// <summary>In which form calls are asked for, and who says so; null where the template cannot be used.</summary>
    public string? ToolCalls => _tools is null ? null : $"{_tools.FormName} form, " + _tools.DescribedBy switch
    {
        null => "the template's own",
        "system" => "described in the system message",
        _ => "described before the first question",
    };

    /// <summary>Null where the template shows nothing of it.</summary>
    public string? Thinking
    {
        get
        {
            if (_found is null || (_found.Thoughts is null && _found.ThinkingSwitch is null)) return null;
            string marks = _found.Thoughts is { } thoughts ? $"{thoughts.Open.TrimEnd()} … {thoughts.Close}, " : "";
            string on = _found.ThinkingSwitch is { } known
                ? $"{(_found.ThinksByDefault ? "on" : "off")} by default, switched by {known.Variable}"
                : _found.ThinksByDefault ? "always on" : "as the model likes";
            return marks + on + (_found.TakesEffort ? ", takes reasoning_effort" : "");
        }
    }

    public static TemplateFacts? Of(GgufMetadata metadata) =>
        metadata.TryGetValue("tokenizer.chat_template", out GgufValue? value) && value.TryGetString(out string? source) ? new(source) : null;

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("template");
        if (_found is null) json.WriteString("error", _error);
        else
        {
            json.WriteBoolean("system_role", _found.SystemRole);
            json.WriteBoolean("tools", _found.Tools);
            json.WriteBoolean("tool_calls", _found.ToolCalls);
            json.WriteBoolean("tool_results", _found.ToolResults);
            json.WriteBoolean("parallel_calls", _found.ParallelCalls);
            json.WriteBoolean("object_arguments", _found.ObjectArguments);
            json.WriteString("tool_call_form", _tools!.FormName);
            json.WriteString("tools_described_by", _tools.DescribedBy);
            json.WriteString("reasoning_field", _found.ReasoningField);
            json.WriteString("thought_open", _found.Thoughts?.Open);
            json.WriteString("thought_close", _found.Thoughts?.Close);
            json.WriteString("thinking_switch", _found.ThinkingSwitch?.Variable);
            json.WriteBoolean("thinks_by_default", _found.ThinksByDefault);
            json.WriteBoolean("takes_effort", _found.TakesEffort);
        }
        json.WriteEndObject();
    }
}
