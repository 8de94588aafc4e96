using System.Text.Json;
using Jibun.Chat;
using Jibun.Generation;
using Jibun.Gguf;
using Jibun.Peers;
using Jibun.Templates;
using Jibun.Tests.Peers;

namespace Jibun.Tests.Chat;

/// <summary>Thoughts from the template to the events, on a synthetic Llama whose words mean nothing.</summary>
public sealed class ReasoningTests
{
    private const string Turns = "{{ bos_token }}{% for m in messages %}<{{ m.role }}>{{ m.reasoning_content }}{{ m.content }}{% endfor %}";
    private const string R1 = Turns + "<assistant><think>\n";
    private const string Hybrid = Turns + "<assistant>{% if enable_thinking is defined and enable_thinking %}<think>\n{% else %}<think>\n\n</think>\n\n{% endif %}";
    private const string Plain = Turns + "<assistant>";

    private static readonly ChatRequest Ask = new() { Messages = [new() { Role = "user", Content = "why" }], MaxTokens = 60, Sampling = new() { Temperature = 1.5f, TopK = 0, TopP = 1, MinP = 0, Seed = 4 } };

    [Fact]
    public async Task An_answer_may_begin_inside_a_thought_that_a_budget_ends()
    {
        using ChatModel model = Open(R1);
        (string thought, string text, Finished end) = await Answer(model, Ask);
        Assert.NotEqual("", thought);
        Assert.Equal(("", 60, 60), (text, end.Usage.ReasoningTokens, end.Usage.CompletionTokens)); // it never ends by itself
        (string begun, string answered, end) = await Answer(model, Ask with { ThoughtTokens = 12 });
        Assert.StartsWith(begun, thought);
        Assert.NotEqual("", answered);
        int closing = model.Loaded.Tokenizer.Encode(ThoughtMarks.Think.Closing).Length;
        Assert.InRange(end.Usage.ReasoningTokens, 12, 12 + closing + 3); // a character is finished first
        (thought, text, end) = await Answer(model, Ask with { ThoughtTokens = 0 });
        Assert.Equal("", thought);
        Assert.NotEqual("", text);
    }

    [Fact]
    public async Task A_switch_is_used_where_there_is_one_and_missed_where_there_is_none()
    {
        using ChatModel hybrid = Open(Hybrid), r1 = Open(R1), plain = Open(Plain);
        Assert.Equal("", (await Answer(hybrid, Ask)).Thought);
        Assert.NotEqual("", (await Answer(hybrid, Ask with { Thinks = true })).Thought);
        Assert.Equal("", (await Answer(hybrid, Ask with { Thinks = false })).Thought);
        (string thought, string text, _) = await Answer(hybrid, Ask with { ThoughtTokens = 10 });
        Assert.NotEqual(("", ""), (thought, text));
        Assert.Equal("", (await Answer(hybrid, Ask with { ThoughtTokens = 0 })).Thought);
        Assert.NotEqual("", (await Answer(hybrid, Ask with { TemplateVariables = Variables("""{"enable_thinking": true}""") })).Thought);
        Assert.NotEqual("", (await Answer(r1, Ask with { Thinks = true })).Thought);
        string off = (await Assert.ThrowsAsync<JibunException>(() => Answer(r1, Ask with { Thinks = false }))).Message;
        Assert.Contains("cannot switch thinking off", off);
        string on = (await Assert.ThrowsAsync<JibunException>(() => Answer(plain, Ask with { Thinks = true }))).Message;
        Assert.Contains("cannot switch thinking on", on);
        Assert.Equal("", (await Answer(plain, Ask with { Thinks = false })).Thought);
    }

    [Fact]
    public async Task Enable_thinking_reaches_templates_that_call_it_otherwise()
    {
        using ChatModel model = Open(Hybrid.Replace("enable_thinking", "thinking"));
        Assert.Equal("", (await Answer(model, Ask)).Thought);
        Assert.NotEqual("", (await Answer(model, Ask with { TemplateVariables = Variables("""{"enable_thinking": true}""") })).Thought);
    }

    [Fact]
    public async Task Marks_that_are_control_tokens_are_found_all_the_same()
    {
        using ChatModel model = Open(Plain + "<|START_THINKING|>{# <|END_THINKING|><|START_TEXT|> #}", ("<|START_THINKING|>", 300), ("<|END_THINKING|>", 301));
        (string thought, string text, _) = await Answer(model, Ask with { ThoughtTokens = 5 });
        Assert.NotEqual("", thought);
        Assert.NotEqual("", text);
        Assert.DoesNotContain("THINKING", thought);
        Assert.False(text.StartsWith("<|END", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, Plain)]
    [InlineData(false, Plain)]
    [InlineData(true, "{% for m in messages %}{{ m.content }}{% endfor %}")]
    public async Task Bos_stands_once(bool tokenizerAddsIt, string template)
    {
        using ChatModel model = Open(template, addBos: tokenizerAddsIt);
        int expected = model.Loaded.Tokenizer.Encode(template == Plain ? "<user>why<assistant>" : "why").Length + 1;
        Assert.Equal(expected, (await Answer(model, Ask with { MaxTokens = 1 })).End.Usage.PromptTokens);
    }

    [Theory]
    [InlineData("", "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"x\": 1}}\n</tool_call>")]
    [InlineData("{# <|tool_call|> #}", "<|tool_call|>[{\"name\": \"f\", \"arguments\": {\"x\": 1}}]")]
    [InlineData("{# <tool_call> #}{% for t in tools or [] %}{{ t }}{% endfor %}{% for m in messages %}{% for c in m.tool_calls or [] %}{{ c.function.arguments.x }}{{ c.function.arguments.probe_argument }}{% endfor %}{% endfor %}", "", "1")]
    public async Task Earlier_calls_that_a_template_leaves_out_are_written_for_it(string sign, string expected, string behind = "")
    {
        using ChatModel model = Open(Plain + sign);
        ChatMessage called = new() { Role = "assistant", ToolCalls = [new("123456789", "f", "{\"x\": 1}")] }, result = new() { Role = "tool", Content = "4", ToolCallId = "123456789" };
        (_, _, Finished end) = await Answer(model, Ask with { Messages = [.. Ask.Messages, called, result], MaxTokens = 1 });
        Assert.Equal(model.Loaded.Tokenizer.Encode($"<user>why<assistant>{expected}<tool>4<assistant>{behind}", parseSpecial: true).Length + 1, end.Usage.PromptTokens);
    }

    [Fact]
    public void Past_thoughts_go_where_the_template_wants_them()
    {
        TemplateCapabilities gptOss = Probe("openai-gpt-oss-120b"), r1 = Probe("llama-cpp-deepseek-r1"), qwen = Probe("Qwen-Qwen3-0.6B");
        Assert.Equal(("thinking", null, "reasoning_content"), (gptOss.ReasoningField, r1.ReasoningField, qwen.ReasoningField));
        Assert.Equal((false, true, true), (gptOss.ThoughtBesideContent, r1.ThoughtBesideContent, qwen.ThoughtBesideContent));
        TemplateMessage answered = new() { Role = "assistant", Content = "Because.", Reasoning = "secret thought" }, user = new() { Role = "user", Content = "why" };
        string again = Load("Qwen-Qwen3-0.6B").Render(new TemplateContext { Messages = [user, answered, user], Capabilities = qwen }, cancel: TestContext.Current.CancellationToken);
        Assert.DoesNotContain("secret thought", again);
        Assert.Contains("Because.", again);
    }

    // template, its switch, whether it thinks when that is left alone, the mark that opens a thought, whether it takes an effort
    [Theory]
    [InlineData("Qwen-Qwen3-0.6B", "enable_thinking", true, "<think>", false)]
    [InlineData("HuggingFaceTB-SmolLM3-3B", "enable_thinking", true, "<think>", false)]
    [InlineData("GLM-4.6", "enable_thinking", true, "<think>", false)]
    [InlineData("GLM-5.2", "enable_thinking", true, "<think>", true)]
    [InlineData("deepseek-ai-DeepSeek-V3.1", "enable_thinking", false, "<think>", false)]
    [InlineData("ibm-granite-granite-3.3-2B-Instruct", "thinking", false, "<think>", false)]
    [InlineData("Cohere2MoE", "reasoning", true, "<|START_THINKING|>", false)]
    [InlineData("ByteDance-Seed-OSS", "thinking_budget", true, "<seed:think>", false)]
    [InlineData("google-gemma-4-31B-it", "enable_thinking", false, "<|channel>thought\n", false)]
    [InlineData("openai-gpt-oss-120b", null, true, "<|channel|>analysis<|message|>", true)]
    [InlineData("llama-cpp-deepseek-r1", null, true, "<think>", false)]
    [InlineData("deepseek-ai-DeepSeek-R1-Distill-Llama-8B", null, true, "<think>", false)]
    [InlineData("StepFun3.5-Flash", null, true, "<think>", false)]
    [InlineData("Apriel-1.6-15b-Thinker-fixed", null, true, "Here are my reasoning steps:\n", false)]
    [InlineData("Kimi-K2-Thinking", null, false, "<think>", false)]
    [InlineData("mistralai-Ministral-3-14B-Reasoning-2512", null, false, "[THINK]", false)]
    [InlineData("meta-llama-Llama-3.1-8B-Instruct", null, false, null, false)]
    public void Probing_finds_how_a_template_lets_think(string file, string? variable, bool byDefault, string? open, bool effort)
    {
        TemplateCapabilities found = Probe(file);
        Assert.Equal((variable, byDefault, open, effort), (found.ThinkingSwitch?.Variable, found.ThinksByDefault, found.Thoughts?.Open, found.TakesEffort));
    }

    private static TemplateCapabilities Probe(string file) => TemplateCapabilities.Probe(Load(file));

    private static ChatTemplate Load(string file) => ChatTemplate.Parse(File.ReadAllText(TestData.Find("chat-templates", "templates", file + ".jinja")), file);

    private static Dictionary<string, JsonElement> Variables(string json) =>
        JsonDocument.Parse(json).RootElement.EnumerateObject().ToDictionary(variable => variable.Name, variable => variable.Value);

    private static ChatModel Open(string template, params (string Text, int Id)[] control) => Open(template, addBos: true, control);

    private static ChatModel Open(string template, bool addBos, params (string Text, int Id)[] control)
    {
        Upstream.Require();
        using TemporaryModel file = new(SyntheticShapes.TinyLlama, "Q8_0");
        file.SetMetadata("tokenizer.chat_template", template);
        file.SetMetadata("tokenizer.ggml.add_bos_token", addBos);
        if (control.Length > 0)
        {
            string[] tokens;
            int[] kinds;
            using (GgufFile opened = GgufFile.Open(file.Path))
                (tokens, kinds) = ([.. opened.Metadata.GetStrings("tokenizer.ggml.tokens")], opened.Metadata.GetIntegers("tokenizer.ggml.token_type"));
            foreach ((string text, int id) in control) (tokens[id], kinds[id]) = (text, 3);
            file.SetMetadata("tokenizer.ggml.tokens", tokens);
            file.SetMetadata("tokenizer.ggml.token_type", kinds);
        }
        return new ChatModel("tiny", LoadedModel.Open(file.Path, new LoadOptions { Threads = 1 }));
    }

    private static async Task<(string Thought, string Text, Finished End)> Answer(ChatModel model, ChatRequest request)
    {
        (string thought, string text, Finished? end) = ("", "", null);
        await foreach (ChatEvent happened in model.RespondAsync(request, TestContext.Current.CancellationToken))
        {
            if (happened is ReasoningDelta delta) thought += delta.Text;
            if (happened is TextDelta said) text += said.Text;
            end = happened as Finished ?? end;
        }
        return (thought, text, end!);
    }
}
