using System.Text.Json;
using System.Text.Json.Nodes;
using Jibun.Chat;
using Jibun.Chat.Calls;
using Jibun.Templates;

namespace Jibun.Tests.Chat;

/// <summary>
/// Calls as real templates write a model's earlier ones into the prompt, which is how it was trained to make them: read back, they are the same,
/// however the answer is cut into pieces.
/// </summary>
public sealed class ToolCallFormTests
{
    private const string Question = "Do it.";
    private const string Light = """{"room": "hall \"A\"\n<b> 京都 {x}", "code": "007", "on": true, "level": 70, "tags": ["a", "b"]}""";

    private static readonly JsonElement s_schema = JsonDocument.Parse("""
        {"type": "object", "properties": {"room": {"type": "string"}, "code": {"anyOf": [{"type": "string"}, {"type": "null"}]}, "on": {"type": "boolean"},
         "level": {"type": "integer"}, "tags": {"type": "array", "items": {"type": "string"}}}, "required": ["room"]}
        """).RootElement;

    private static readonly ToolDefinition[] s_tools = [new("set_light", "Switches a lamp.", s_schema), new("get_time", "Tells the time.", s_schema)];

    // template, calls in a turn, how the turn begins and ends, whether the prompt would have opened a thought
    [Theory]
    [InlineData("Qwen-Qwen2.5-7B-Instruct", 2, "<|im_start|>assistant\n", "<|im_end|>")]
    [InlineData("Qwen-Qwen3-0.6B", 2, "<|im_start|>assistant\n", "<|im_end|>")]
    [InlineData("NousResearch-Hermes-3-Llama-3.1-8B-tool_use", 2, "<|im_start|>assistant\n", "<|im_end|>")]
    [InlineData("Qwen3-Coder", 2, "<|im_start|>assistant\n", "<|im_end|>")]
    [InlineData("NVIDIA-Nemotron-3-Nano-30B-A3B-BF16", 2, "<|im_start|>assistant\n", "<|im_end|>")]
    [InlineData("meta-llama-Llama-3.1-8B-Instruct", 1, "assistant<|end_header_id|>\n\n", "<|eot_id|>")]
    [InlineData("meta-llama-Llama-3.2-3B-Instruct", 1, "assistant<|end_header_id|>\n\n", "<|eot_id|>")]
    [InlineData("meta-llama-Llama-3.3-70B-Instruct", 1, "assistant<|end_header_id|>\n\n", "<|eot_id|>")]
    [InlineData("mistralai-Mistral-Nemo-Instruct-2407", 2, "[/INST]", "</s>")]
    [InlineData("Mistral-Small-3.2-24B-Instruct-2506", 2, "[/INST]", "</s>")]
    [InlineData("mistralai-Ministral-3-14B-Reasoning-2512", 2, "[/INST]", "</s>")]
    [InlineData("unsloth-mistral-Devstral-Small-2507", 2, "[/INST]", "</s>")]
    [InlineData("deepseek-ai-DeepSeek-R1-Distill-Qwen-32B", 2, "<｜Assistant｜>", "<｜end▁of▁sentence｜>")]
    [InlineData("deepseek-ai-DeepSeek-V3.1", 2, "<｜Assistant｜>", "<｜end▁of▁sentence｜>")]
    [InlineData("moonshotai-Kimi-K2", 2, "<|im_middle|>", "<|im_end|>")]
    [InlineData("GLM-4.6", 2, "<|assistant|>\n", null)]
    [InlineData("GLM-4.7-Flash", 2, "<|assistant|>", null, true)]
    [InlineData("google-gemma-4-31B-it", 2, "<|turn>model\n", "<|tool_response>")]
    [InlineData("GigaChat3.1-10B-A1.8B", 1, "assistant<|role_sep|>\n", "<|message_sep|>")]
    [InlineData("meetkai-functionary-medium-v3.1", 2, "assistant<|end_header_id|>\n\n", "<|eom_id|>")]
    [InlineData("unsloth-Apriel-1.5", 2, "<|assistant|>\n", "<|end|>")]
    [InlineData("openai-gpt-oss-120b", 1, "<|start|>assistant", "<|call|>")]
    public void Calls_that_a_template_writes_are_read_back(string file, int count, string begin, string? end, bool insideThought = false)
    {
        ToolCall[] made = [new("call00001", "set_light", Light), .. count == 2 ? [new ToolCall("call00002", "get_time", "{}")] : Array.Empty<ToolCall>()];
        string source = Source(file), text = Render(source, made);
        text = text[(text.IndexOf(begin, text.LastIndexOf(Question, StringComparison.Ordinal), StringComparison.Ordinal) + begin.Length)..];
        if (end is not null && text.Contains(end, StringComparison.Ordinal)) text = text[..text.IndexOf(end, StringComparison.Ordinal)];

        for (int cut = 0; cut <= text.Length; cut++) Check(text[..cut], text[cut..]);
        Check([.. text.Select(letter => letter.ToString())]);

        void Check(params string[] pieces)
        {
            ChatEvent[] events = Split(source, insideThought, pieces);
            ToolCall[] found = [.. events.OfType<ToolCallDelta>().Select(delta => delta.Call)];
            Assert.Equal(made.Select(call => call.Name), found.Select(call => call.Name));
            Assert.All(found.Zip(made), pair => Assert.True(JsonNode.DeepEquals(JsonNode.Parse(pair.First.ArgumentsJson), JsonNode.Parse(pair.Second.ArgumentsJson)), pair.First.ArgumentsJson));
            Assert.True(string.IsNullOrWhiteSpace(TextOf(events)), TextOf(events));
            if (text.Contains(made[0].Id, StringComparison.Ordinal)) Assert.Equal(made.Select(call => call.Id), found.Select(call => call.Id));
        }
    }

    // What begins like calls and is none, wherever it ends, comes out as it is.
    [Theory]
    [InlineData("meta-llama-Llama-3.1-8B-Instruct", """{"name": "set_light", "parameters": {"on": true}} and so on""")]
    [InlineData("meta-llama-Llama-3.1-8B-Instruct", """{"name": "not_offered", "parameters": {}}""")]
    [InlineData("meta-llama-Llama-3.1-8B-Instruct", """<|python_tag|>print("hello")""")]
    [InlineData("Mistral-Small-3.2-24B-Instruct-2506", "[TOOL_CALLS]set_light[ARGS]{\"on\": tru")]
    [InlineData("mistralai-Mistral-Nemo-Instruct-2407", "[TOOL_CALLS][{\"name\": \"set_light\"}, 5]")]
    [InlineData("deepseek-ai-DeepSeek-V3.1", "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>set_light<｜tool▁sep｜>[]<｜tool▁call▁end｜><｜tool▁calls▁end｜>")]
    [InlineData("moonshotai-Kimi-K2", "<|tool_calls_section_begin|><|tool_call_begin|>functions.set_light:0<|tool_call_end|>")]
    [InlineData("Qwen3-Coder", "<tool_call>\n<function=set_light>\n<parameter=on>\ntrue\n</parameter>\n</tool_call>")]
    [InlineData("GLM-4.6", "<tool_call>set_light\n<arg_key>on</arg_key>\n</tool_call>")]
    [InlineData("google-gemma-4-31B-it", "<|tool_call>call:set_light{on:true,tags:[<tool_call|>")]
    [InlineData("google-gemma-4-31B-it", "<|tool_call>call:set_light{on}<tool_call|>")]
    [InlineData("ibm-granite-granite-3.3-2B-Instruct", "<|tool_call|>none")]
    [InlineData("LFM2-8B-A1B", "<|tool_call_start|>[set_light(on=True), get_time(")]
    [InlineData("LFM2-8B-A1B", "<|tool_call_start|>[set_light(on=not True)]<|tool_call_end|>")]
    public void What_is_no_call_stays_text(string file, string text)
    {
        string source = Source(file);
        for (int length = 0; length <= text.Length; length++)
        {
            ChatEvent[] events = Split(source, false, [.. text[..length].Select(letter => letter.ToString())]);
            Assert.True(events.OfType<ToolCallDelta>().Any() || text[..length] == TextOf(events), $"{text[..length]}: {TextOf(events)}");
        }
        Assert.Equal(text, TextOf(Split(source, false, text)));
    }

    // What is written for a template that leaves calls out is what templates of the family write.
    [Theory]
    [InlineData("Qwen-Qwen2.5-7B-Instruct")]
    [InlineData("NousResearch-Hermes-3-Llama-3.1-8B-tool_use")]
    [InlineData("llama-cpp-deepseek-r1")]
    [InlineData("deepseek-ai-DeepSeek-V3.1")]
    [InlineData("moonshotai-Kimi-K2")]
    public void Calls_are_written_as_templates_write_them(string file)
    {
        ToolCall[] made = [new("call00001", "set_light", Light), new("call00002", "get_time", "{}")];
        string source = Source(file), written = ToolCallForms.Find(source)!.Write(made)!;
        Assert.Contains(Bare(written), Bare(Render(source, made)));

        static string Bare(string text) => text.Replace("\n", "", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal);
    }

    [Fact]
    public void A_family_without_marks_takes_the_whole_answer_or_nothing()
    {
        string llama = Source("meta-llama-Llama-3.1-8B-Instruct");
        const string Two = """{"name": "set_light", "parameters": {"on": true}}; {"name": "get_time", "parameters": {}}""";
        Assert.Equal(["set_light", "get_time"], Split(llama, false, Two).OfType<ToolCallDelta>().Select(delta => delta.Call.Name));
        Assert.Equal(["get_time"], Split(llama, false, """<|python_tag|>{"type": "function", "name": "get_time", "parameters": {}}""").OfType<ToolCallDelta>().Select(delta => delta.Call.Name));
        AnswerSplitter splitter = AnswerSplitter.For(ThoughtMarks.Think, false, ToolCallForms.Find(llama)!, s_tools);
        Assert.Equal("""{"answer": 4""", TextOf([.. splitter.Append("""{"answer": 4""")])); // JSON that cannot become a call is not held back
        Assert.Equal("""{"name": "set_light"}""", TextOf([.. AnswerSplitter.For(ThoughtMarks.Think, false, ToolCallForms.Find(llama)!, []).Append("""{"name": "set_light"}""")]));
    }

    [Fact]
    public void A_mark_that_only_instructions_show_counts_too()
    {
        ChatEvent[] events = Split(Source("ibm-granite-granite-3.3-2B-Instruct"), false, """<|tool_call|>[{"name": "set_light", "arguments": {"on": true}}]""");
        Assert.Equal("""{"on": true}""", Assert.IsType<ToolCallDelta>(Assert.Single(events)).Call.ArgumentsJson);
    }

    [Fact]
    public void A_new_id_is_one_that_every_template_takes()
    {
        string nemo = Source("mistralai-Mistral-Nemo-Instruct-2407");
        Assert.Contains("[TOOL_CALLS]", Render(nemo, [ToolCall.Create("set_light", "{}")]));
    }

    private static string Render(string source, ToolCall[] calls)
    {
        ChatTemplate template = ChatTemplate.Parse(source, "template");
        return template.Render(new TemplateContext
        {
            Messages = [new() { Role = "user", Content = Question }, new() { Role = "assistant", ToolCalls = [.. calls.Select(call => new TemplateToolCall(call.Id, call.Name, call.ArgumentsJson))] }],
            Tools = [.. s_tools.Select(tool => new TemplateTool(tool.Name, tool.Description, tool.Parameters))],
            AddGenerationPrompt = false,
            BosToken = "<s>",
            EosToken = "</s>",
            Capabilities = TemplateCapabilities.Probe(template),
        }, cancel: TestContext.Current.CancellationToken);
    }

    private static ChatEvent[] Split(string source, bool insideThought, params string[] pieces)
    {
        AnswerSplitter splitter = AnswerSplitter.For(ThoughtMarks.Find(source) ?? ThoughtMarks.Think, insideThought, ToolCallForms.Find(source) ?? ToolCallForms.Hermes, s_tools);
        return [.. pieces.SelectMany(splitter.Append), .. splitter.Finish()];
    }

    private static string TextOf(ChatEvent[] events) => string.Concat(events.OfType<TextDelta>().Select(delta => delta.Text));

    private static string Source(string file) => File.ReadAllText(TestData.Find("chat-templates", "templates", file + ".jinja"));
}
