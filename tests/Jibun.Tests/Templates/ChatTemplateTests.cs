using System.Text.Json;
using Jibun.Templates;

namespace Jibun.Tests.Templates;

public sealed class ChatTemplateTests
{
    [Theory]
    [InlineData("a\n  {% if %}", 2, 9)]
    [InlineData("{{ 1 +\n }}", 2, 2)]
    [InlineData("{{ 'abc }}", 1, 4)]
    [InlineData("x\n\n{% for a in b %}", 3, 17)]
    [InlineData("{% endif %}", 1, 4)]
    [InlineData("{{ x | nosuch }}", 1, 8)]
    [InlineData("{% break %}", 1, 4)]
    [InlineData("{% include 'x' %}", 1, 4)]
    public void A_template_that_cannot_be_parsed_says_where(string template, int line, int column)
    {
        TemplateException error = Assert.Throws<TemplateException>(() => ChatTemplate.Parse(template, "chat"));
        Assert.Equal((line, column), (error.Line, error.Column));
        Assert.StartsWith($"chat:{line}:{column}: ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\n{{ x.y.z }}", 2, 5)]
    [InlineData("{{ 1 }}{{ 'a' + 1 }}", 1, 15)]
    [InlineData("{% for m in 5 %}{% endfor %}", 1, 4)]
    [InlineData("{% if x %}{% else %}\r\n{{ none | tojson(indent='a', nosuch=1) }}{% endif %}", 2, 11)]
    public void A_template_that_fails_says_where(string template, int line, int column)
    {
        TemplateException error = Assert.Throws<TemplateException>(() => Render(template));
        Assert.Equal((line, column), (error.Line, error.Column));
    }

    [Fact]
    public void What_a_template_raises_comes_out_word_for_word()
    {
        TemplateException error = Assert.Throws<TemplateException>(
            () => Render("\n{{ raise_exception('Roles must alternate: ' ~ 3) }}"));
        Assert.Equal("Roles must alternate: 3", error.Message);
        Assert.True(error.IsRaisedByTemplate);
        Assert.Equal(2, error.Line);
    }

    [Theory]
    [InlineData("{{ 1.0 }} {{ 1e16 }} {{ 1e15 }} {{ 0.0001 }} {{ 0.00001 }} {{ 1e22 }} {{ 1e23 }} {{ 0.1 + 0.2 }}",
        "1.0 1e+16 1000000000000000.0 0.0001 1e-05 1e+22 1e+23 0.30000000000000004")]
    [InlineData("{{ 2 ** 100 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ -7.5 // 2 }} {{ 2 ** -1 }}", "1267650600228229401496703205376 -4 2 3.5 -4.0 0.5")]
    [InlineData("{{ '%5.1f|%-4d|%03d|%x|%s|%r|%%' % (2.25, 7, 7, 255, none, 'a') }}", "  2.2|7   |007|ff|None|'a'|%")]
    [InlineData("{{ '{:>6}|{:<4}|{:^5}|{:.2f}|{:,}|{0!r}'.format('a') if 0 else '{:>6}|{:.2f}|{:,}|{!r}'.format('a', 2.675, 1234567, 'q') }}",
        "     a|2.67|1,234,567|'q'")]
    [InlineData("{{ '😀é'|length }} {{ '😀é'[0] }} {{ 'a😀b'[::-1] }} {{ 'a😀b'.find('b') }} {{ ['😀', '\\x07', \"it's\"] }}",
        "2 😀 b😀a 2 ['😀', '\\x07', \"it's\"]")]
    [InlineData("{{ 'straße'.upper() }} {{ 'ΣΑΣ'.lower() }} {{ \"they're a-b\".title() }} {{ \"they're a-b\"|title }}", "STRASSE σας They'Re A-B They're A-B")]
    [InlineData("{{ {1: 'a', true: 'b', 1.0: 'c'} }} {{ (1,) }} {{ () }} {{ {'a': none}.items() }}", "{1: 'c'} (1,) () dict_items([('a', None)])")]
    [InlineData("{{ [3, 1]|sort }} {{ [1, 'a'][5] }} {{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 'b' > 'a' }} {{ [1, 2] < [1, 3] }}",
        "[1, 3]  True False True True")]
    [InlineData("{{ round is defined }}{{ 2.5|round }}{{ 3.5|round }}{{ 2.675|round(2) }}{{ 7|round }}", "False2.04.02.677")]
    [InlineData("{{ strftime_now('%Y-%m-%d %H:%M:%S %a %A %b %B %j %p %I %-d %y %%') }}", "2026-01-15 12:00:00 Thu Thursday Jan January 015 PM 12 15 26 %")]
    public void Values_print_as_in_Python(string template, string expected)
    {
        Assert.Equal(expected, Render(template));
    }

    [Theory]
    [InlineData("{% for i in [1] %}{% for j in [1] %}{{ x }}{% endfor %}{% set x = 1 %}{% endfor %}", "")]
    [InlineData("{% macro m() %}{{ x }}{% endmacro %}{{ m() }}{% set x = 2 %}{{ m() }}", "2")]
    [InlineData("{% if false %}{% set x = 1 %}{% endif %}{{ x }}", "5")]
    [InlineData("{% for i in [1, 2] %}{{ x }}{% set x = i %}{% endfor %}{{ x }}", "555")]
    [InlineData("{% for i in [1] %}{% continue %}{% else %}E{% endfor %}", "E")]
    [InlineData("{% for a, b in [[1, 2], [3, 4]] if a > 1 %}{{ a }}{{ b }}{{ loop.last }}{% endfor %}", "34True")]
    [InlineData("{% macro m(a, b=a) %}{{ a }}{{ b }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, 3, k=4) }}", "12(3,){'k': 4}")]
    [InlineData("{% macro m() %}[{{ caller(7) }}]{% endmacro %}{% call(n) m() %}{{ n }}{{ x }}{% endcall %}", "[75]")]
    [InlineData("{% for i in [[1, [2]], 3] recursive %}{% if i is iterable %}({{ loop(i) }}){% else %}{{ i }}{{ loop.depth }}{% endif %}{% endfor %}", "(12(23))31")]
    [InlineData("{% set x %} a {% endset %}{{ x|trim }}{% filter upper %}b{{ x }}{% endfilter %}{% with x = 1 %}{{ x }}{% endwith %}", "aB A 1")]
    [InlineData("  {# a #}\nb {#- c -#} d\n  {%+ if 1 %}e{% endif +%}\nf\n{% raw %}{{ x }}{% endraw %}\n{#", "bd\n  e\nf\n{{ x }}")]
    [InlineData("{% generation %}{% set x = 9 %}{{ x }}{% endgeneration %}{{ x }}", "95")]
    public void Names_have_the_scopes_of_Jinja(string template, string expected)
    {
        Assert.Equal(expected, Render(template, new() { ["x"] = Value.From(5) }));
    }

    [Fact]
    public void A_template_cannot_change_the_callers_lists()
    {
        Value items = Value.List([Value.From(1), Value.From(2)]);
        Dictionary<string, Value> context = new() { ["items"] = items, ["name"] = Value.From("pop") };
        Assert.Equal("2[1]", Render("{{ items.pop() }}{{ items }}", context));
        Assert.Throws<TemplateException>(() => Render("{{ items['po' ~ 'p']() }}", context));
        Assert.Throws<TemplateException>(() => Render("{{ (items|attr(name))() }}", context));
        Assert.Equal("[1, 2]", items.ToString());
    }

    [Fact]
    public void One_template_renders_on_many_threads()
    {
        ChatTemplate template = ChatTemplate.Parse("{% macro m(n) %}{{ n }}{{ m(n - 1) if n else '' }}{% endmacro %}{% for i in range(9) %}{{ m(i) }}{{ x }}{% endfor %}");
        string[] texts = new string[64];
        Parallel.For(0, texts.Length, i => texts[i] = template.Render(new Dictionary<string,
            Value>
        { ["x"] = Value.From(i) }).Replace(i.ToString(), "x"));
        Assert.All(texts[10..], text => Assert.EndsWith("x", text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"b":1,"a":[1.0,1e3,12345678901234567890,true,null,"é\n"]}""", """{'b': 1, 'a': [1.0, 1000.0, 12345678901234567890, True, None, 'é\n']}""")]
    [InlineData("""{"a":1,"a":2}""", "{'a': 2}")]
    public void Json_keeps_order_and_kinds(string json, string expected)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        Assert.Equal(expected, Value.FromJson(document.RootElement).ToString());
    }

    [Theory]
    [InlineData("\"\\ud800\"")]
    [InlineData("{\"\\udc00\":1}")]
    public void Half_a_surrogate_pair_is_refused(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        Assert.Throws<TemplateException>(() => Value.FromJson(document.RootElement));
    }

    [Fact]
    public void Json_that_is_too_deep_is_refused()
    {
        using JsonDocument document = JsonDocument.Parse(new string('[', 500) + new string(']', 500), new() { MaxDepth = 1000 });
        Assert.Throws<TemplateException>(() => Value.FromJson(document.RootElement));
    }

    private static string Render(string template, Dictionary<string, Value>? context = null)
    {
        return ChatTemplate.Parse(template).Render(context ?? [], new DateTimeOffset(2026, 1, 15, 12, 0, 0, TimeSpan.Zero));
    }
}
