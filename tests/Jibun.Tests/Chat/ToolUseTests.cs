using System.Text.Json;
using Jibun.Chat;
using Jibun.Templates;

namespace Jibun.Tests.Chat;

/// <summary>Tools, calls and results reach the prompt of every template that can be rendered, whatever it has a place for.</summary>
public sealed class ToolUseTests
{
    private static readonly TemplateTool[] s_tools =
    [
        new("get_weather", "Weather at a place.", Schema("""{"type": "object", "properties": {"city_name": {"type": "string"}, "unit": {"type": "string", "enum": ["celsius"]}}}""")),
        new("set_light", "Switches a lamp.", Schema("""{"type": "object", "properties": {"brightness": {"type": "integer"}}, "required": ["brightness"]}""")),
    ];

    private static readonly TemplateMessage s_question = new() { Role = "user", Content = "Weather in Kyoto, and some light." };

    private static readonly TemplateMessage s_calls = new()
    {
        Role = "assistant",
        Content = "Let me see.",
        ToolCalls = [new("call00001", "get_weather", """{"city_name": "Nara"}"""), new("call00002", "set_light", """{"brightness": 77}""")],
    };

    private static readonly TemplateMessage[] s_results =
    [
        new() { Role = "tool", Content = "sunny", ToolCallId = "call00001", Name = "get_weather" },
        new() { Role = "tool", Content = "is lit", ToolCallId = "call00002", Name = "set_light" },
    ];

    private static readonly TemplateMessage s_answer = new() { Role = "assistant", Content = "Sunny, and light." }, s_thanks = new() { Role = "user", Content = "Thank you." };

    [Fact]
    public void Tools_calls_and_results_reach_every_prompt()
    {
        List<string> cannot = [];
        foreach (string path in Directory.GetFiles(TestData.Find("chat-templates", "templates")).Order(StringComparer.Ordinal))
        {
            string file = Path.GetFileNameWithoutExtension(path);
            (ChatTemplate template, TemplateCapabilities found) = Load(file);
            if (!CanTalk(template)) cannot.Add(file);
            else
            {
                CheckOffer(file, Render(file, s_question), "Kyoto");
                CheckOffer(file, Render(file, [s_question, s_calls, .. s_results]), "Nara", "77", "sunny", "is lit");
                CheckOffer(file, Render(file, [s_question, s_calls, .. s_results, s_answer, s_thanks]), "77", "sunny", "is lit", "Sunny, and light.", "Thank you.");
                CheckOffer(file, Render(file, [s_question, s_calls with { Content = null }, .. s_results]), "Nara", "77", "sunny", "is lit");
            }
        }
        // Variables of their own, and setting fields of messages, which the sandbox forbids.
        Assert.Equal(["MiroThinker", "fireworks-ai-llama-3-firefunction-v2"], cannot);

        static void CheckOffer(string file, string prompt, params string[] parts)
        {
            foreach (string part in (string[])["get_weather", "city_name", "set_light", "brightness", "Switches a lamp.", .. parts])
                Assert.True(prompt.Contains(part, StringComparison.Ordinal), $"{file} lacks {part}:\n{prompt}");
        }
    }

    [Fact]
    public void Tools_are_described_in_the_system_message_and_calls_asked_for_in_the_familys_form()
    {
        string r1 = Render("deepseek-ai-DeepSeek-R1-Distill-Llama-8B", new TemplateMessage { Role = "system", Content = "Be kind." }, s_question, s_calls, s_results[0], s_results[1]);
        Assert.StartsWith("<s>Be kind.\n\n# Tools\n", r1);
        Assert.Contains("""
            <tools>
            {"type": "function", "function": {"name": "get_weather", "description": "Weather at a place.", "parameters": {"type": "object", "properties": {"city_name": {"type": "string"}, "unit": {"type": "string", "enum": ["celsius"]}}}}}
            {"type": "function", "function": {"name": "set_light", "description": "Switches a lamp.", "parameters": {"type": "object", "properties": {"brightness": {"type": "integer"}}, "required": ["brightness"]}}}
            </tools>

            """, r1);
        Assert.Contains("<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>function_name\n```json\n{\"argument_name\": \"value\"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>\n", r1);
        Assert.EndsWith("<｜User｜>Weather in Kyoto, and some light.<｜Assistant｜>Let me see.<｜tool▁calls▁begin｜>"
            + "<｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather\n```json\n{\"city_name\": \"Nara\"}\n```<｜tool▁call▁end｜>\n"
            + "<｜tool▁call▁begin｜>function<｜tool▁sep｜>set_light\n```json\n{\"brightness\": 77}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜></s>"
            + "<｜tool▁outputs▁begin｜><｜tool▁output▁begin｜>sunny<｜tool▁output▁end｜>\n<｜tool▁output▁begin｜>is lit<｜tool▁output▁end｜><｜tool▁outputs▁end｜>", r1.Replace("<｜end▁of▁sentence｜>", "</s>"));
    }

    [Fact]
    public void A_template_of_plain_turns_gets_everything_as_text()
    {
        string gemma = Render("google-gemma-2-2b-it", s_question, s_calls, s_results[0], s_results[1], s_answer, s_thanks);
        Assert.StartsWith("<s><start_of_turn>user\n# Tools\n", gemma);
        Assert.Contains("\n\nWeather in Kyoto, and some light.<end_of_turn>\n", gemma);
        Assert.EndsWith("""
            <start_of_turn>model
            Let me see.<tool_call>
            {"name": "get_weather", "arguments": {"city_name": "Nara"}}
            </tool_call>
            <tool_call>
            {"name": "set_light", "arguments": {"brightness": 77}}
            </tool_call><end_of_turn>
            <start_of_turn>user
            <tool_response>
            sunny
            </tool_response>
            <tool_response>
            is lit
            </tool_response><end_of_turn>
            <start_of_turn>model
            Sunny, and light.<end_of_turn>
            <start_of_turn>user
            Thank you.<end_of_turn>
            <start_of_turn>model

            """, gemma);
        Assert.Contains("</tool_response>\nThank you.<end_of_turn>", Render("google-gemma-2-2b-it", s_question, s_calls, s_results[0], s_thanks)); // turns alternate
    }

    [Fact]
    public void Where_a_turn_takes_one_call_several_calls_take_turns()
    {
        string llama = Render("meta-llama-Llama-3.1-8B-Instruct", s_question, s_calls, s_results[1], s_results[0], s_results[0] with { ToolCallId = "another", Content = "stray" });
        int[] order = [.. ((string[])["Nara", "sunny", "77", "is lit", "stray"]).Select(part => llama.LastIndexOf(part, StringComparison.Ordinal))];
        Assert.DoesNotContain(-1, order);
        Assert.Equal(order.Order(), order);
    }

    // template, form of the calls, who tells of the tools
    [Theory]
    [InlineData("Qwen-Qwen3-0.6B", "Hermes", null)]
    [InlineData("openai-gpt-oss-120b", "Harmony", null)]
    [InlineData("meta-llama-Llama-3.1-8B-Instruct", "Llama", null)]
    [InlineData("llama-cpp-deepseek-r1", "DeepSeek", null)]
    [InlineData("deepseek-ai-DeepSeek-R1-Distill-Qwen-32B", "DeepSeek", "system")]
    [InlineData("deepseek-ai-DeepSeek-V3.1", "DeepSeek", "system")]
    [InlineData("microsoft-Phi-3.5-mini-instruct", "Hermes", "system")]
    [InlineData("google-gemma-2-2b-it", "Hermes", "user")]
    [InlineData("meetkai-functionary-medium-v3.2", "Hermes", "system")] // it lists tools, but asks for calls that are not read
    public void The_form_is_the_templates_own_where_it_can_be_read(string file, string form, string? describedBy)
    {
        (ChatTemplate template, TemplateCapabilities found) = Load(file);
        ToolUse use = ToolUse.Of(template, found);
        Assert.Equal((form, describedBy), (use.FormName, use.DescribedBy));
    }

    [Theory]
    [InlineData("not JSON")]
    [InlineData("[1]")]
    [InlineData("{\"a\":\"\\ud800\"}")]
    public void Arguments_that_are_no_object_are_refused_where_calls_are_text(string arguments)
    {
        TemplateMessage broken = s_calls with { ToolCalls = [new("call00001", "get_weather", arguments)] };
        Assert.Contains("call00001", Assert.Throws<TemplateException>(() => Render("google-gemma-2-2b-it", s_question, broken)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hundred_thousand_calls_and_results_take_no_longer_than_they_are()
    {
        const int Many = 100_000;
        TemplateMessage calls = new() { Role = "assistant", ToolCalls = [.. Enumerable.Range(0, Many).Select(i => new TemplateToolCall($"{i}", "f", "{}"))] };
        TemplateMessage[] results = [.. Enumerable.Range(0, Many).Select(i => new TemplateMessage { Role = "tool", Content = "x", ToolCallId = $"{Many - i}" })];
        foreach (string file in (string[])["google-gemma-2-2b-it", "meta-llama-Llama-3.1-8B-Instruct"])
        {
            (ChatTemplate template, TemplateCapabilities found) = Load(file);
            TemplateContext fit = ToolUse.Of(template, found).Fit(new() { Messages = [s_question, calls, .. results], Tools = s_tools });
            Assert.InRange(fit.Messages.Count, 3, 1 + 2 * Many);
        }
    }

    private static bool CanTalk(ChatTemplate template)
    {
        try
        {
            template.Render(new TemplateContext { Messages = [s_question, s_answer, s_thanks] });
            return true;
        }
        catch (TemplateException)
        {
            return false;
        }
    }

    private static string Render(string file, params TemplateMessage[] messages)
    {
        (ChatTemplate template, TemplateCapabilities found) = Load(file);
        TemplateContext context = new() { Messages = messages, Tools = s_tools, BosToken = "<s>", EosToken = "</s>", Capabilities = found };
        return template.Render(ToolUse.Of(template, found).Fit(context), cancel: TestContext.Current.CancellationToken);
    }

    private static (ChatTemplate Template, TemplateCapabilities Found) Load(string file)
    {
        ChatTemplate template = ChatTemplate.Parse(File.ReadAllText(TestData.Find("chat-templates", "templates", file + ".jinja")), file);
        return (template, TemplateCapabilities.Probe(template));
    }

    private static JsonElement Schema(string json) => JsonDocument.Parse(json).RootElement;
}
