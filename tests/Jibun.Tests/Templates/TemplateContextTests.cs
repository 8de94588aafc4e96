using System.Text.Json;
using Jibun.Templates;

namespace Jibun.Tests.Templates;

public sealed class TemplateContextTests
{
    private static readonly TemplateMessage Question = new() { Role = "user", Content = "Weather in Kyoto?" };

    private static readonly TemplateMessage Call = new()
    {
        Role = "assistant",
        Reasoning = "I need the tool.",
        ToolCalls = [new("call00001", "get_weather", """{"city": "Kyoto", "days": 2}""")],
    };

    [Fact]
    public void Messages_have_the_form_that_templates_expect()
    {
        TemplateContext context = new()
        {
            Messages = [Question, Call, new() { Role = "tool", Content = "21", ToolCallId = "call00001", Name = "get_weather" }],
            Variables = new Dictionary<string, Value> { ["enable_thinking"] = Value.From(false), ["messages"] = Value.None },
            BosToken = "<s>",
        };
        Assert.Equal(
            """[{"role": "user", "content": "Weather in Kyoto?"}, {"role": "assistant", "content": "", "reasoning_content": "I need the tool.",""" +
            """ "tool_calls": [{"id": "call00001", "type": "function", "function": {"name": "get_weather", "arguments": {"city": "Kyoto", "days": 2}}}]}, """ +
            """{"role": "tool", "content": "21", "tool_call_id": "call00001", "name": "get_weather"}]<s>TrueFalseFalse""",
            Render("{{ messages|tojson }}{{ bos_token }}{{ eos_token }}{{ add_generation_prompt }}{{ enable_thinking }}{{ tools is defined }}", context));
    }

    [Fact]
    public void Tools_have_the_form_that_templates_expect()
    {
        using JsonDocument schema = JsonDocument.Parse("""{"type":"object","properties":{"b":{},"a":{}}}""");
        TemplateContext context = new()
        {
            Messages = [Question],
            Tools = [new("f", "Does it.", schema.RootElement), new("g", null, default)]
        };
        Assert.Equal(
            """[{"type": "function", "function": {"name": "f", "description": "Does it.", "parameters": {"type": "object", "properties": {"b": {}, "a": {}}}}}, """ +
            """{"type": "function", "function": {"name": "g"}}]""",
            Render("{{ tools|tojson }}", context));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    public void No_arguments_are_an_empty_object(string arguments)
    {
        TemplateContext context = new() { Messages = [new() { Role = "assistant", ToolCalls = [new("1", "f", arguments)] }] };
        Assert.Equal("{}", Render("{{ messages[0].tool_calls[0].function.arguments }}", context));
    }

    [Theory]
    [InlineData("[1]")]
    [InlineData("{\"a\":")]
    public void Arguments_that_are_no_object_are_refused(string arguments)
    {
        TemplateContext context = new() { Messages = [new() { Role = "assistant", ToolCalls = [new("call7", "f", arguments)] }] };
        Assert.Contains("call7", Assert.Throws<TemplateException>(() => Render("", context)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Qwen-Qwen3-0.6B.jinja", true, true, true, true, "enable_thinking", true)]
    [InlineData("Qwen-Qwen2.5-7B-Instruct.jinja", true, true, true, true, null, false)]
    [InlineData("meta-llama-Llama-3.1-8B-Instruct.jinja", true, true, true, false, null, false)]
    [InlineData("ibm-granite-granite-3.3-2B-Instruct.jinja", true, true, true, false, "thinking", false)]
    [InlineData("google-gemma-2-2b-it.jinja", false, false, false, false, null, false)]
    [InlineData("microsoft-Phi-3.5-mini-instruct.jinja", true, false, false, false, null, false)]
    public void Probing_finds_what_a_template_can(
        string file, bool system, bool tools, bool results, bool parallel, string? thinking, bool thinks)
    {
        TemplateCapabilities found = TemplateCapabilities.Probe(Load(file));
        Assert.Equal((system, tools, results, parallel, thinking, thinks),
            (found.SystemRole, found.Tools, found.ToolResults, found.ParallelCalls, found.ThinkingSwitch?.Variable,
                found.ThinksByDefault));
    }

    [Theory]
    [InlineData("Qwen-Qwen3-0.6B.jinja", true, false, "reasoning_content")]
    [InlineData("openai-gpt-oss-120b.jinja", true, false, "thinking")]
    [InlineData("meetkai-functionary-medium-v3.2.jinja", false, false, null)]
    [InlineData("deepseek-ai-DeepSeek-R1-Distill-Llama-8B.jinja", false, true, null)]
    public void Messages_take_the_form_that_a_template_was_found_to_need(string file, bool objects, bool none, string? reasoning)
    {
        ChatTemplate template = Load(file);
        TemplateCapabilities found = TemplateCapabilities.Probe(template);
        Assert.Equal((true, objects, none, reasoning),
            (found.ToolCalls, found.ObjectArguments, found.NeedsNoneForMissingContent, found.ReasoningField));
        string text = Render(template, new() { Messages = [Question, Call], Capabilities = found, AddGenerationPrompt = false });
        Assert.Contains("\"city\": \"Kyoto\"", text, StringComparison.Ordinal);
        Assert.Equal(reasoning is not null, text.Contains("I need the tool.", StringComparison.Ordinal));
    }

    private static string Render(string template, TemplateContext context) => Render(ChatTemplate.Parse(template), context);

    private static string Render(ChatTemplate template, TemplateContext context) => template.Render(context);

    private static ChatTemplate Load(string file) =>
        ChatTemplate.Parse(File.ReadAllText(TestData.Find("chat-templates", "templates", file)), file);
}
