using Jibun.Chat;
using Jibun.Chat.Calls;
using Jibun.Templates;

namespace Jibun.Tests.Chat;

/// <summary>What a model writes comes out as thoughts, text and calls, however it is cut into pieces.</summary>
public sealed class AnswerSplitterTests
{
    private const string Start = "<|start|>assistant";

    private static readonly ToolDefinition[] s_tools = [new("f", null, default), new("g", null, default)];

    [Theory]
    [InlineData(false, "<think>\nwhy\n\nso\n</think>\n\nbecause ", "R:why\n\nso T:because ")]
    [InlineData(true, "\nwhy</think>because", "R:why T:because")]
    [InlineData(true, "never ends ", "R:never ends")]
    [InlineData(true, "\n\n</think>\n\nat once", "T:at once")]
    [InlineData(false, "<think>\n\n</think>\n\nat once", "T:at once")]
    [InlineData(false, "\nplain <b>text</b> <think> later", "T:\nplain <b>text</b> <think> later")]
    [InlineData(false, "let me <tool_call>{\"name\": \"f\", \"arguments\": {\"x\": 1}}</tool_call>", "T:let me  C:f{\"x\": 1}")]
    [InlineData(true, "hm</think><tool_call>{\"name\": \"f\", \"arguments\": {}}</tool_call>\n<tool_call>{\"name\": \"g\"}</tool_call>", "R:hm C:f{} C:g{}")]
    [InlineData(false, "<tool_call>not json</tool_call>", "T:<tool_call>not json</tool_call>")]
    [InlineData(false, "<tool_call>{\"name\"", "T:<tool_call>{\"name\"")]
    [InlineData(false, "<tool_call>{\"name\": \"f\", \"arguments\": 5}</tool_call>", "T:<tool_call>{\"name\": \"f\", \"arguments\": 5}</tool_call>")]
    [InlineData(false, "<tool_call>{\"name\": \"f\", \"arguments\": \"{\\\"x\\\": 1}\"}", "C:f{\"x\": 1}")]
    public void Most_families_mark_thoughts_with_think(bool opened, string answer, string expected) => Check(ThoughtMarks.Think, opened, answer, expected);

    [Theory]
    [InlineData("google-gemma-4-31B-it", "<|channel>thought\nhm\n<channel|>So.", "R:hm T:So.")]
    [InlineData("google-gemma-4-31B-it", "So.", "T:So.")]
    [InlineData("CohereForAI-c4ai-command-r7b-12-2024-tool_use", "<|START_THINKING|>hm<|END_THINKING|><|START_RESPONSE|>So.<|END_RESPONSE|>", "R:hm T:So.")]
    [InlineData("CohereForAI-c4ai-command-r7b-12-2024-tool_use", "<|START_RESPONSE|>So.<|END_RESPONSE|>", "T:So.")]
    [InlineData("Cohere2MoE", "<|START_THINKING|>hm<|END_THINKING|><|START_TEXT|>So.<|END_TEXT|>", "R:hm T:So.")]
    [InlineData("ByteDance-Seed-OSS", "<seed:think>hm</seed:think>So.", "R:hm T:So.")]
    [InlineData("mistralai-Ministral-3-14B-Reasoning-2512", "[THINK]hm[/THINK]So.", "R:hm T:So.")]
    [InlineData("Apertus-8B-Instruct", "<|inner_prefix|>hm<|inner_suffix|>So.", "R:hm T:So.")]
    [InlineData("unsloth-Apriel-1.5", "Here are my reasoning steps:\nhm\n[BEGIN FINAL RESPONSE]\nSo.\n[END FINAL RESPONSE]", "R:hm T:So.\n")]
    [InlineData("ibm-granite-granite-3.3-2B-Instruct", "<think>hm</think> <response>So.</response>", "R:hm T:So.")]
    [InlineData("Kimi-K2-Thinking", "<think>hm</think>So.", "R:hm T:So.")]
    [InlineData("LFM2.5-Instruct", "<think>hm</think>So.", "R:hm T:So.")]
    public void Other_families_have_marks_of_their_own(string template, string answer, string expected) =>
        Check(ThoughtMarks.Find(Source(template))!, false, answer, expected);

    [Theory]
    [InlineData("<|channel|>analysis<|message|>hm<|end|>" + Start + "<|channel|>final<|message|>So.", "R:hm T:So.")]
    [InlineData("<|channel|>final<|message|>So.<|return|>", "T:So.")]
    [InlineData("<|channel|>analysis<|message|>hm<|end|>" + Start + "<|channel|>commentary to=functions.f <|constrain|>json<|message|>{\"x\": 1}", "R:hm C:f{\"x\": 1}")]
    [InlineData(" to=functions.f<|channel|>commentary json<|message|>{}<|call|>", "C:f{}")]
    [InlineData("<|channel|>commentary<|message|>First,<|end|>" + Start + "<|channel|>commentary to=functions.f<|message|>nonsense", "T:First,nonsense")]
    [InlineData("<|channel|>analysis to=browser.search code<|message|>{}<|call|>", "R:{}")]
    [InlineData("no form at all", "T:no form at all")]
    [InlineData("<|channel|>anal", "")]
    public void Gpt_oss_answers_on_channels(string answer, string expected)
    {
        Assert.Same(ThoughtMarks.Harmony, ThoughtMarks.Find(Source("openai-gpt-oss-120b")));
        Check(ThoughtMarks.Harmony, false, answer, expected);
    }

    private static void Check(ThoughtMarks marks, bool opened, string answer, string expected)
    {
        for (int cut = 0; cut <= answer.Length; cut++) Assert.Equal(expected, Split([answer[..cut], answer[cut..]]));
        Assert.Equal(expected, Split([.. answer.Select(letter => letter.ToString())]));

        string Split(string[] pieces)
        {
            AnswerSplitter splitter = AnswerSplitter.For(marks, opened, ToolCallForms.Hermes, s_tools);
            return Describe([.. pieces.SelectMany(splitter.Append), .. splitter.Finish()]);
        }
    }

    private static string Source(string template) => File.ReadAllText(TestData.Find("chat-templates", "templates", template + ".jinja"));

    private static string Describe(ChatEvent[] events)
    {
        var parts = new List<string>();
        foreach (ChatEvent part in events)
        {
            string piece = part switch
            {
                ReasoningDelta reasoning => "R:" + reasoning.Text,
                TextDelta text => "T:" + text.Text,
                ToolCallDelta call => "C:" + call.Call.Name + call.Call.ArgumentsJson,
                _ => "?",
            };
            if (parts.Count > 0 && piece[0] != 'C' && parts[^1][0] == piece[0]) parts[^1] += piece[2..];
            else parts.Add(piece);
        }
        return string.Join(' ', parts);
    }
}
