using Jibun.Chat;
using Jibun.Chat.Calls;
using Jibun.Templates;

namespace Jibun.Tests.Chat;

/// <summary>Calls in Python's notation: literals are read, nothing else is.</summary>
public sealed class PythonCallTests
{
    // How OLMo 3 shows tools, calls and results; without tools it wants none in their place.
    private const string Olmo3 = """
        {%- if messages[0].role != 'system' and tools is not none -%}<functions>{{ tools | tojson }}</functions>{% endif %}
        {%- for m in messages -%}<|im_start|>{{ 'environment' if m.role == 'tool' else m.role }}
        {{ m.content }}{% if m.role == 'system' and tools is not none %}<functions>{{ tools | tojson }}</functions>{% endif %}
        {%- if m.get('tool_calls') %}<function_calls>
        {%- for c in m.tool_calls %}{% set ns = namespace(given=[]) %}
        {%- for key, value in c.function.arguments.items() %}{% set ns.given = ns.given + [key ~ '=' ~ (value | tojson)] %}{% endfor -%}
        {{ c.function.name + '(' + ns.given | join(', ') + ')' + ('' if loop.last else '\n') }}{% endfor %}</function_calls>{% endif %}<|im_end|>
        {% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
        {% endif %}
        """;

    private static readonly IToolCallForm s_form = ToolCallForms.Find(Olmo3)!;

    [Theory]
    [InlineData("f()", "{}")]
    [InlineData("f(x=1, y=-2.5e3, z='a')", """{"x": 1, "y": -2.5e3, "z": "a"}""")]
    [InlineData("f(a=True, b=False, c=None, d=true, e=null)", """{"a": true, "b": false, "c": null, "d": true, "e": null}""")]
    [InlineData("\nf(\n  x = [1, 'a', [True,],],\n  y={'k': {\"n\": None}, },\n)\n", """{"x": [1, "a", [true]], "y": {"k": {"n": null}}}""")]
    [InlineData("""f(x='it\'s "x"', y="a\n\\\x41\u4eac\U0001F600\ud83d\ude00\q")""", "{\"x\": \"it's \\\"x\\\"\", \"y\": \"a\\n\\\\A京\\uD83D\\uDE00\\uD83D\\uDE00\\\\q\"}")]
    [InlineData("f(x=\"two\nlines, (and) [marks]=\")", """{"x": "two\nlines, (and) [marks]="}""")]
    [InlineData("f(x='\\ud800')", "{\"x\": \"\uFFFD\"}")]
    public void Literals_become_json(string text, string json)
    {
        ToolCall call = Assert.Single(s_form.Parse(text, [])!);
        Assert.Equal(("f", json), (call.Name, call.ArgumentsJson));
    }

    [Theory]
    [InlineData("f(x=1)\ng(y=2)")]
    [InlineData("[f(x=1), g(y=2)]")]
    [InlineData("[f(x=1), g(y=2),]")]
    [InlineData("f(x=1); g(y=2)")]
    public void Several_calls_follow_each_other_or_stand_in_a_list(string text) =>
        Assert.Equal([("f", """{"x": 1}"""), ("g", """{"y": 2}""")], s_form.Parse(text, [])!.Select(call => (call.Name, call.ArgumentsJson)));

    [Theory]
    [InlineData("")]
    [InlineData("f")]
    [InlineData("f(")]
    [InlineData("f(1)")]
    [InlineData("f(x=)")]
    [InlineData("f(x=1+1)")]
    [InlineData("f(x=y)")]
    [InlineData("f(x=open('a'))")]
    [InlineData("f(x='a' 'b')")]
    [InlineData("f(x='a)")]
    [InlineData("f(x='\\")]
    [InlineData("f(x='\\U00110000')")]
    [InlineData("f(x=[1)")]
    [InlineData("f(x={1: 2})")]
    [InlineData("f(x=1 y=2)")]
    [InlineData("f(x=1) is a call")]
    [InlineData("[f(x=1)")]
    [InlineData("f(x=1)]")]
    [InlineData("[]")]
    [InlineData("import os\nf(x=1)")]
    public void What_is_no_literal_is_no_call(string text) => Assert.Null(s_form.Parse(text, []));

    [Fact]
    public void Nesting_is_bounded()
    {
        Assert.NotNull(s_form.Parse($"f(x={new string('[', 60)}{new string(']', 60)})", []));
        Assert.Null(s_form.Parse($"f(x={new string('[', 100_000)}{new string(']', 100_000)})", []));
    }

    [Fact]
    public void Calls_that_a_template_writes_are_written_and_read_back()
    {
        ChatTemplate template = ChatTemplate.Parse(Olmo3);
        TemplateCapabilities found = TemplateCapabilities.Probe(template);
        ToolUse use = ToolUse.Of(template, found);
        Assert.Equal((true, true, true, "OLMo 3", null), (found.NeedsNoneForMissingTools, found.ToolCalls, found.ParallelCalls, use.FormName, use.DescribedBy));
        ToolCall[] made = [new("1", "get_weather", """{"city": "\"Kyoto\" (京都)", "days": 2}"""), new("2", "get_time", "{}")];
        string text = template.Render(new TemplateContext
        {
            Messages = [new() { Role = "system", Content = "Be kind." }, new() { Role = "assistant", ToolCalls = [.. made.Select(call => new TemplateToolCall(call.Id, call.Name, call.ArgumentsJson))] }],
            Capabilities = found,
        }, cancel: TestContext.Current.CancellationToken);
        string written = s_form.Write(made)!;
        Assert.Contains(written, text);
        Assert.Equal(made.Select(call => (call.Name, call.ArgumentsJson)), s_form.Parse(written[s_form.Open.Length..^s_form.Close!.Length], [])!.Select(call => (call.Name, call.ArgumentsJson)));
        Assert.DoesNotContain("<functions>", text); // none were offered, and the template was told so
    }
}
