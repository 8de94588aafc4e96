using Jibun.Chat.Calls;
using Jibun.Templates;

namespace Jibun.Chat;

/// <summary>
/// How a model is spoken to about tools. What its template has no place for is written into the conversation: tools into the system message, earlier
/// calls into the turn that made them, their results into the next user's turn.
/// </summary>
public sealed class ToolUse
{
    private readonly TemplateCapabilities _template;
    private readonly bool _isListed, _takesCalls, _takesResults;

    private ToolUse(TemplateCapabilities template, IToolCallForm? known)
    {
        _template = template;
        bool isHarmony = template.Thoughts == ThoughtMarks.Harmony;
        _isListed = template.Tools && (known is not null || isHarmony);
        _takesCalls = _isListed && template.ToolCalls;
        _takesResults = _takesCalls ? template.ToolResults : template.ResultsBehindText;
        Form = known is not null && (_isListed || known.Write([]) is not null) ? known : ToolCallForms.Hermes;
        FormName = isHarmony && _isListed ? "Harmony" : Form.Name;
    }

    /// <summary>The family in whose form the model writes its calls.</summary>
    public string FormName { get; }

    /// <summary>The role of the message that tells of the tools; null where the template lists them, and asks for a form that can be read.</summary>
    public string? DescribedBy => _isListed ? null : _template.SystemRole ? "system" : "user";

    /// <summary>How the model writes calls and how they are read.</summary>
    internal IToolCallForm Form { get; }

    public static ToolUse Of(ChatTemplate template, TemplateCapabilities found) => new(found, ToolCallForms.Find(template.Source));

    /// <summary>The conversation as the template can render it.</summary>
    /// <exception cref="TemplateException">The arguments of a tool call are not a JSON object.</exception>
    internal TemplateContext Fit(TemplateContext context)
    {
        List<TemplateMessage> turns = [];
        List<string> results = []; // not yet in a turn
        foreach (TemplateMessage message in OneCallATurn([.. context.Messages.Select(WithCalls)]))
        {
            if (message.Role == "tool" && !_takesResults)
            {
                results.Add($"<tool_response>\n{message.Content}\n</tool_response>");
                continue;
            }
            bool joins = message.Role == "user" && results.Count > 0;
            if (joins) results.Add(message.Content ?? "");
            else TellResults();
            turns.Add(joins ? message with { Content = TakeResults() } : message);
        }
        TellResults();
        if (_isListed) return context with { Messages = turns };
        if (context.Tools.Count > 0) Describe(context.Tools, turns);
        return context with { Messages = turns, Tools = [] };

        void TellResults()
        {
            if (results.Count > 0) turns.Add(new() { Role = "user", Content = TakeResults() });
        }

        string TakeResults()
        {
            string text = string.Join('\n', results);
            results.Clear();
            return text;
        }
    }

    private void Describe(IReadOnlyList<TemplateTool> tools, List<TemplateMessage> turns)
    {
        string description = ToolDescription.Of(tools, Write([new("", "function_name", """{"argument_name": "value"}""")]));
        int at = _template.SystemRole ? (turns is [{ Role: "system" }, ..] ? 0 : -1) : turns.FindIndex(static turn => turn.Role == "user");
        if (at < 0) turns.Insert(0, new() { Role = DescribedBy!, Content = description });
        else if (_template.SystemRole) turns[at] = turns[at] with { Content = $"{turns[at].Content}\n\n{description}" };
        else turns[at] = turns[at] with { Content = $"{description}\n\n{turns[at].Content}" };
    }

    /// <summary>The turn, with its calls as text where the template leaves them out, or might show them in another form than they are asked for.</summary>
    private TemplateMessage WithCalls(TemplateMessage turn)
    {
        bool rendered = _takesCalls && (_template.CallsBesideContent || string.IsNullOrEmpty(turn.Content));
        if (turn.ToolCalls.Count == 0 || rendered) return turn;
        return turn with { Content = turn.Content + Write(turn.ToolCalls), ToolCalls = [] };
    }

    private string Write(IReadOnlyList<TemplateToolCall> calls)
    {
        ToolCall[] written = [.. calls.Select(static call => new ToolCall(call.Id, call.Name, call.CheckArguments()))];
        return Form.Write(written) ?? ToolCallForms.Hermes.Write(written)!;
    }

    /// <summary>Where the template renders no more: turns with several calls as several turns of one call each, with its result behind it.</summary>
    private List<TemplateMessage> OneCallATurn(List<TemplateMessage> messages)
    {
        if (_template.ParallelCalls) return messages;
        List<TemplateMessage> turns = [];
        for (int i = 0; i < messages.Count; i++)
        {
            TemplateMessage turn = messages[i];
            if (turn.ToolCalls.Count < 2)
            {
                turns.Add(turn);
                continue;
            }
            Dictionary<string, TemplateMessage> results = [];
            List<TemplateMessage> others = [];
            for (; i + 1 < messages.Count && messages[i + 1].Role == "tool"; i++)
                if (!results.TryAdd(messages[i + 1].ToolCallId ?? "", messages[i + 1])) others.Add(messages[i + 1]);
            foreach (TemplateToolCall call in turn.ToolCalls)
            {
                turns.Add(turn with { ToolCalls = [call] });
                turn = turn with { Content = null, Reasoning = null };
                if (results.Remove(call.Id, out TemplateMessage? result)) turns.Add(result);
            }
            turns.AddRange([.. results.Values, .. others]);
        }
        return turns;
    }
}
