using System.Text.Json;

namespace Jibun.Templates;

/// <summary>Renders conversations whose parts can be told apart in the prompt.</summary>
internal sealed class CapabilityProbe(ChatTemplate template)
{
    private const string Rule = "probe_rule", Question = "probe_question", Argument = "probe_argument", Thought = "probe_thought", Answer = "probe_answer";

    // Some thirty small conversations are rendered before the first answer: a template that needs more for one is no use, or means harm.
    private static readonly TemplateLimits s_limits = new() { Steps = 500_000, OutputBytes = 1 << 20 };

    private static readonly TemplateMessage User = new() { Role = "user", Content = Question };

    private bool _needsNoneForMissingTools;

    public TemplateCapabilities Run()
    {
        TemplateMessage system = new() { Role = "system", Content = Rule };
        TemplateTool[] tools = Tools();
        string? ruled = Render(new() { Messages = [system, User] });
        if (ruled is null)
        {
            _needsNoneForMissingTools = true;
            _needsNoneForMissingTools = (ruled = Render(new() { Messages = [system, User] })) is not null;
        }
        string? plain = Render(new() { Messages = [User] }), offered = Render(new() { Messages = [User], Tools = tools });
        bool takesTools = Has(offered, tools[0].Name) && Has(offered, Argument) && Has(offered, Question);
        TemplateCapabilities form = FindForm(tools);
        string? called = RenderCalls(form, tools, 1), parallel = RenderCalls(form, tools, 2);
        string? told = Render(new() { Messages = [User, new() { Role = "assistant", Content = Answer }, ResultOf(Call(tools, 0), 0)] });
        ThoughtMarks? thoughts = ThoughtMarks.Find(template.Source);
        ThinkingSwitch? thinking = ThinkingSwitch.Known.FirstOrDefault(known => RenderWith(known.Variable, known.On) != RenderWith(known.Variable, known.Off));
        string? field = FindReasoningField();
        return form with
        {
            SystemRole = Has(ruled, Rule) && Has(ruled, Question),
            Tools = takesTools,
            ToolCalls = Has(called, Value(0)),
            CallsBesideContent = Has(RenderCalls(form, tools, 1, Answer), Value(0)),
            ToolResults = Has(called, Result(0)),
            ResultsBehindText = Has(told, Result(0)),
            NeedsNoneForMissingTools = _needsNoneForMissingTools,
            ParallelCalls = Has(parallel, Value(0)) && Has(parallel, Value(1)),
            ReasoningField = field,
            ThoughtBesideContent = TakesThoughtBesideContent(form with { ReasoningField = field }, tools),
            Thoughts = thoughts,
            ThinkingSwitch = thinking,
            ThinksByDefault = thinking is not null
                ? plain == RenderWith(thinking.Variable, thinking.On)
                : thoughts == ThoughtMarks.Harmony || (plain is not null && thoughts?.IsOpenAtEnd(plain) == true),
            TakesEffort = RenderWith("reasoning_effort", Templates.Value.From("low")) != RenderWith("reasoning_effort", Templates.Value.From("high")),
        };
    }

    /// <summary>The first form of tool calls that the template shows as JSON or in a notation of its own.</summary>
    private TemplateCapabilities FindForm(TemplateTool[] tools)
    {
        TemplateCapabilities common = TemplateCapabilities.Common;
        TemplateCapabilities[] forms =
        [
            common,
            common with { ObjectArguments = false },
            common with { NeedsNoneForMissingContent = true },
            common with { NeedsNoneForMissingContent = true, ObjectArguments = false },
        ];
        return Array.Find(forms, form => ShowsArguments(RenderCalls(form, tools, 1))) ?? common;
    }

    /// <summary>Neither as Python prints a dict nor as JSON within JSON.</summary>
    private static bool ShowsArguments(string? text) =>
        Has(text, Value(0)) && !Has(text, $"'{Argument}'") && !Has(text, $"\\\"{Argument}\\\"");

    private string? FindReasoningField()
    {
        TemplateMessage answer = new() { Role = "assistant", Content = Answer, Reasoning = Thought };
        return Array.Find(["reasoning_content", "thinking", "reasoning"], field => Has(Render(new()
        {
            Messages = [User, answer],
            AddGenerationPrompt = false,
            Capabilities = TemplateCapabilities.Common with { ReasoningField = field },
        }), Thought));
    }

    /// <summary>False where a turn with calls is taken with a thought or a content, but not with both.</summary>
    private bool TakesThoughtBesideContent(TemplateCapabilities form, TemplateTool[] tools)
    {
        TemplateMessage turn = new() { Role = "assistant", Content = Answer, Reasoning = Thought, ToolCalls = [Call(tools, 0)] };
        return Render(turn) is not null || Render(turn with { Content = null }) is null;

        string? Render(TemplateMessage assistant) => this.Render(new() { Messages = [User, assistant], Tools = tools, Capabilities = form });
    }

    private string? RenderWith(string name, Value value) =>
        Render(new() { Messages = [User], Variables = new Dictionary<string, Value> { [name] = value } });

    private string? RenderCalls(TemplateCapabilities form, TemplateTool[] tools, int count, string? content = null)
    {
        TemplateToolCall[] calls = [.. Enumerable.Range(0, count).Select(i => Call(tools, i))];
        TemplateMessage assistant = new() { Role = "assistant", Content = content, ToolCalls = calls };
        return Render(new() { Messages = [User, assistant, .. calls.Select(ResultOf)], Tools = tools, Capabilities = form });
    }

    private static TemplateMessage ResultOf(TemplateToolCall call, int index) =>
        new() { Role = "tool", Content = Result(index), ToolCallId = call.Id, Name = call.Name };

    private static TemplateToolCall Call(TemplateTool[] tools, int index) =>
        new($"call0000{index}", tools[index].Name, $$"""{"{{Argument}}": "{{Value(index)}}"}""");

    private static string Value(int index) => $"probe_value_{index}";

    private static string Result(int index) => $"probe_result_{index}";

    private static TemplateTool[] Tools()
    {
        using JsonDocument schema = JsonDocument.Parse($$$"""{"type":"object","properties":{"{{{Argument}}}":{"type":"string","description":"A probe."}},"required":[]}""");
        JsonElement parameters = schema.RootElement.Clone();
        return [new("probe_first", "A probe.", parameters), new("probe_second", "A probe.", parameters)];
    }

    private static bool Has(string? text, string part) => text is not null && text.Contains(part, StringComparison.Ordinal);

    /// <summary>Null where the template refuses.</summary>
    private string? Render(TemplateContext context)
    {
        try
        {
            TemplateCapabilities form = context.Capabilities with { NeedsNoneForMissingTools = _needsNoneForMissingTools };
            return template.Render(context with { BosToken = "<s>", EosToken = "</s>", Capabilities = form }, DateTimeOffset.UnixEpoch, s_limits);
        }
        catch (TemplateException)
        {
            return null;
        }
    }
}
