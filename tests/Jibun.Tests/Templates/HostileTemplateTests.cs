using Jibun.Templates;

namespace Jibun.Tests.Templates;

/// <summary>
/// Templates come with model files: whatever they hold, the answer is a text or a TemplateException, soon and in little memory.
/// </summary>
public sealed class HostileTemplateTests
{
    private const int Many = 100_000;

    public static TheoryData<string, string, string, string> Nested() => new()
    {
        { "{{ ", "(", "1", ")" },
        { "{{ ", "[", "", "]" },
        { "{{ ", "{1:", "1", "}" },
        { "{{ ", "not ", "1", "" },
        { "{{ ", "-", "1", "" },
        { "{{ 1", "+1", "", "" },
        { "{{ a", ".a", "", "" },
        { "{{ a", "[0]", "", "" },
        { "{{ a", "()", "", "" },
        { "{{ a", "|trim", "", "" },
        { "{{ a", " and a", "", "" },
        { "{{ ", "1 if 1 else ", "1", "" },
        { "{{ 1", " if 1", "", "" },
        { "", "{% if 1 %}", "", "{% endif %}" },
        { "", "{% for i in x %}", "", "{% endfor %}" },
        { "", "{% macro m() %}", "", "{% endmacro %}" },
        { "{% set ", "(", "a", ")" },
        { "{% raw %}", "{% endra", "", "" },
        { "", "{", "", "" },
        { "{#", "#", "", "" },
    };

    [Theory]
    [MemberData(nameof(Nested))]
    public void Nesting_without_end_is_refused(string start, string repeated, string middle, string end)
    {
        string close = start.StartsWith("{{", StringComparison.Ordinal) ? " }}" : start.StartsWith("{% set",
            StringComparison.Ordinal) ? " = 1 %}" : "";
        string template = start + Repeat(repeated, Many) + middle + Repeat(end, end.Length > 0 ? Many : 0) + close;
        TemplateException error = OnSmallStack(() => Assert.Throws<TemplateException>(() => ChatTemplate.Parse(template)));
        Assert.True(error.Line > 0 && error.Column > 0, error.Message);
    }

    [Theory]
    [InlineData("{{ 1", "~1", " }}")]
    [InlineData("{{ 1", " < 2", " }}")]
    [InlineData("{% if 0 %}", "{% elif 0 %}", "{% endif %}")]
    [InlineData("", "{# #}", "")]
    public void Length_without_depth_is_taken(string start, string repeated, string end)
    {
        OnSmallStack(() => Render(start + Repeat(repeated, Many) + end));
    }

    [Theory]
    [InlineData("recursion", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}")]
    [InlineData("recursion", "{% macro m() %}{% set x %}{{ [[m()]]|map('string')|join }}{% endset %}{% endmacro %}{{ m() }}")]
    [InlineData("recursion", "{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}")]
    [InlineData("recursion", "{% macro m() %}{{ caller }}{% call m() %}{% endcall %}{% endmacro %}{{ m() }}")]
    [InlineData("range length", "{{ range(10 ** 9)|list }}")]
    [InlineData("range length", "{% for i in range(0, -9 * 10 ** 15, -1) %}{% endfor %}")]
    [InlineData("step", "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}")]
    [InlineData("step", "{% set ns = namespace(s=[1]) %}{% for i in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}")]
    [InlineData("step", "{{ [1] * 1000000000 }}")]
    [InlineData("step", "{{ [1]|batch(2000000000, 'x')|list }}")]
    [InlineData("step", "{{ [1]|slice(2000000000, 'x')|list }}")]
    [InlineData("step", "{% set a = 'a' * 4000000 %}{% set b = 'a' * 2000000 ~ 'b' %}{% for i in range(99999) %}{{ b in a }}{% endfor %}")]
    [InlineData("step", "{% set a = 'a' * 8000000 %}{% set b = 'a' * 8000000 %}{% for i in range(99999) %}{% if a == b %}{% endif %}{% endfor %}")]
    [InlineData("step", "{% set a = ' ' * 8000000 %}{% for i in range(99999) %}{% if a|trim %}{% endif %}{% endfor %}")]
    [InlineData("step", "{% set ns = namespace(x=[1], y=[1]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% set ns.y = [ns.y, ns.y] %}{% endfor %}{{ ns.x == ns.y }}")]
    [InlineData("step", "{% set ns = namespace(x=(1,)) %}{% for i in range(60) %}{% set ns.x = (ns.x, ns.x) %}{% endfor %}{{ {}.get(ns.x) }}")]
    [InlineData("text size", "{{ 'a' * 1000000000000 }}")]
    [InlineData("text size", "{% for i in range(99999) %}{{ 'x' * 10000 }}{% endfor %}")]
    [InlineData("text size", "{% set ns = namespace(s='ab') %}{% for i in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}")]
    [InlineData("text size", "{{ ('a' * 1000000)|replace('a', 'b' * 1000) }}")]
    [InlineData("text size", "{{ ('b' * 100000).join('a' * 100000) }}")]
    [InlineData("text size", "{{ 'a'.center(10 ** 12) }}")]
    [InlineData("text size", "{{ '1'.zfill(2000000000) }}")]
    [InlineData("text size", "{{ 'a\\nb'|indent(2000000000) }}")]
    [InlineData("text size", "{{ '%2000000000d' % 1 }}")]
    [InlineData("text size", "{{ '%.2000000000d' % 1 }}")]
    [InlineData("text size", "{{ '{:2000000000}'.format(1) }}")]
    [InlineData("text size", "{{ [1]|tojson(indent=2000000000) }}")]
    [InlineData("text size", "{{ ('\t' * 1000).expandtabs(10 ** 9) }}")]
    [InlineData("text size", "{% set ns = namespace(x=[]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x|tojson }}")]
    [InlineData("precision", "{{ '%.2000000000f' % 1.5 }}")]
    [InlineData("integer size", "{{ 9 ** 99999 }}")]
    [InlineData("integer size", "{% set ns = namespace(x=3) %}{% for i in range(99) %}{% set ns.x = ns.x * ns.x %}{% endfor %}")]
    [InlineData("integer size", "{{ ('9' * 1000000)|int }}")]
    [InlineData("nesting depth", "{% set ns = namespace(x=[]) %}{% for i in range(99999) %}{% set ns.x = [ns.x] %}{% endfor %}")]
    [InlineData("nesting depth", "{% set ns = namespace(x=[]) %}{% for i in range(99999) %}{% set ns.x = {'a': ns.x} %}{% endfor %}")]
    [InlineData("nesting depth", "{% set ns = namespace(x=[1]) %}{% for i in range(99999) %}{% set ns.x = ns.x|map('string') %}{% endfor %}")]
    [InlineData("nesting depth", "{% set ns = namespace(x='a') %}{% for i in range(99999) %}{% set ns.x = [ns.x].index %}{% endfor %}")]
    [InlineData("contains itself", "{% set ns = namespace() %}{% set ns.x = [ns] %}{{ ns }}")]
    [InlineData("keyword argument", "{% set ns = namespace(x={}) %}{% for i in range(999) %}{% set ns.x = dict(ns.x|items|list + [('a' ~ i, 1)]) %}{% endfor %}{{ dict(**ns.x) }}")]
    public void A_limit_stops_it_and_the_message_says_which_and_where(string limit, string template)
    {
        TemplateException error = OnSmallStack(() => Assert.Throws<TemplateException>(() => Render(template)));
        Assert.Contains(limit, error.Message, StringComparison.Ordinal);
        Assert.Matches(@"^hostile:1:\d+: ", error.Message);
    }

    [Fact]
    public void The_deepest_that_is_allowed_fits_the_stack()
    {
        string build = "{% set ns = namespace(x=[], y=[]) %}{% for i in range(120) %}{% set ns.x = [ns.x] %}{% set ns.y = [ns.y] %}{% endfor %}";
        string tags = Repeat("{% if 1 %}{% for i in [1] %}", 30), ends = Repeat("{% endfor %}{% endif %}", 30);
        foreach (string inner in new[] { "ns.x|string", "ns.x == ns.y", "ns.x|tojson" })
        {
            string body = $"{tags}{{{{ {Repeat("(", 90)}{inner}{Repeat(")", 90)} }}}}{{{{ 1{Repeat(" + 1", 190)} }}}}{ends}";
            string macros = $"{{% macro m() %}}{body}{{% endmacro %}}{{% macro q(n) %}}{{{{ m() if n > 90 else q(n + 1) }}}}{{% endmacro %}}";
            Assert.NotEqual("0", OnSmallStack(() => Render($"{build}{macros}{{{{ q(0)|length }}}}")));
        }
    }

    [Fact]
    public void Own_limits_can_be_given()
    {
        const string template = "{% for i in range(100) %}0123456789{% endfor %}";
        Assert.Equal(1000, Render(template).Length);
        Assert.Contains("text size limit of 999", Refusal(new() { OutputBytes = 999 }), StringComparison.Ordinal);
        Assert.Contains("step limit of 50", Refusal(new() { Steps = 50 }), StringComparison.Ordinal);
        Assert.Contains("range length limit of 99", Refusal(new() { RangeLength = 99 }), StringComparison.Ordinal);

        static string Refusal(TemplateLimits limits) => Assert.Throws<TemplateException>(() => Render(template, limits)).Message;
    }

    [Theory]
    [InlineData("{{ x", "expected '}}', found end of template")]
    [InlineData("{{ f(1 }}", "unexpected '}', expected ')'")]
    [InlineData("{% for x of y %}", "expected 'in', found 'of'")]
    [InlineData("{% set 1 = 2 %}", "expected a name to assign to, found '1'")]
    [InlineData("{% macro m(a; b) %}{% endmacro %}", "expected ',', found ';'")]
    [InlineData("{{ 1 ** }}", "found '}}'")]
    public void Mistakes_are_told_in_the_templates_own_signs(string template, string message) =>
        Assert.Contains(message, Assert.Throws<TemplateException>(() => ChatTemplate.Parse(template)).Message, StringComparison.Ordinal);

    [Fact]
    public void Probing_a_template_takes_less_than_rendering_it_may()
    {
        const string slow = "{% for i in range(90000) %}{% set x = i * 2 + i * 3 + i * 4 %}{% endfor %}{{ messages[0].content }}";
        TemplateContext context = new() { Messages = [new() { Role = "system", Content = "rule" }, new() { Role = "user", Content = "hello" }] };
        Assert.Equal("rule", ChatTemplate.Parse(slow).Render(context, cancel: TestContext.Current.CancellationToken));
        Assert.False(TemplateCapabilities.Probe(ChatTemplate.Parse(slow + "{{ messages }}")).SystemRole); // a probe renders some thirty times
        Assert.True(TemplateCapabilities.Probe(ChatTemplate.Parse("{{ messages }}")).SystemRole);
    }

    [Fact]
    public void Cancelling_stops_a_rendering()
    {
        ChatTemplate template = ChatTemplate.Parse("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}");
        using CancellationTokenSource cancel = new();
        cancel.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => template.Render(new Dictionary<string, Value>(),
            cancel: cancel.Token));
    }

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));

    private static string Render(string template, TemplateLimits? limits = null)
    {
        return ChatTemplate.Parse(template, "hostile")
            .Render(new Dictionary<string, Value> { ["x"] = Value.List([Value.From(1)]) }, limits: limits);
    }

    /// <summary>Runs with the stack that threads have on the system that gives them least.</summary>
    private static T OnSmallStack<T>(Func<T> action)
    {
        T? result = default;
        Exception? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                result = action();
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        }, 512 << 10);
        thread.Start();
        thread.Join();
        return failure is null ? result! : throw new InvalidOperationException(failure.Message, failure);
    }
}
