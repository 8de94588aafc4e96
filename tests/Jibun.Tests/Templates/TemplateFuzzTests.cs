using System.Text.Json;
using Jibun.Templates;

namespace Jibun.Tests.Templates;

/// <summary>Real templates with seeded damage either render or are refused.</summary>
public sealed class TemplateFuzzTests
{
    private const int Mutations = 2000;

    private static readonly string[] Fragments =
    [
        "{%", "%}", "{{", "}}", "{#", "#}", "-", "+", "\n", "|", "'", "\"", "(", ")", "[", "]", "~", "**", "not ", "is ",
            "and ", "\\", "é", "😀",
        "{% else %}", "{% endif %}", "{% endfor %}", "{% break %}", "{% raw %}", "{% set x %}", "{% macro m() %}", " if x",
            " recursive", "|map('x')",
        "|length", "|tojson", "|int", ".get(", ".split(", "loop.last", "loop(", "[::-1]", "1:", "99999999999", "range(9)",
            "*[1]", "**{}", "namespace(",
    ];

    [Fact]
    public void Damaged_templates_render_or_are_refused()
    {
        string[] templates = [.. Directory.GetFiles(TestData.Find("chat-templates", "templates")).Order()
            .Select(File.ReadAllText)];
        Assert.True(templates.Length >= 55);
        using JsonDocument conversations = JsonDocument.Parse(File.ReadAllBytes(TestData.Find("chat-templates",
            "conversations.json")));
        Dictionary<string, Value> context = new(TemplateContext.ReadVariables(conversations.RootElement.GetProperty("tool_parallel_answered")))
        {
            ["add_generation_prompt"] = Value.From(true),
        };
        Random random = new(20260115);
        int rendered = 0;
        for (int i = 0; i < Mutations; i++)
        {
            string template = Damage(templates[i % templates.Length], random);
            using CancellationTokenSource tooLong = new(TimeSpan.FromSeconds(30));
            try
            {
                ChatTemplate.Parse(template).Render(context, cancel: tooLong.Token);
                rendered++;
            }
            catch (TemplateException error)
            {
                Assert.True(error.Line > 0 && error.Column > 0, error.Message);
            }
            catch (Exception error)
            {
                Assert.Fail($"mutation {i}: {error}\n{template}");
            }
        }
        Assert.InRange(rendered, Mutations / 20, Mutations * 19 / 20);
    }

    private static string Damage(string template, Random random)
    {
        for (int damages = random.Next(1, 4); damages > 0; damages--)
        {
            int at = random.Next(template.Length), size = Math.Min(random.Next(1, 60), template.Length - at);
            template = random.Next(4) switch
            {
                0 => template.Remove(at, Math.Min(size, 4)),
                1 => template.Remove(at, size),
                2 => template.Insert(random.Next(template.Length), template.Substring(at, size)),
                _ => template.Insert(at, Fragments[random.Next(Fragments.Length)]),
            };
        }
        return template;
    }
}
