using Jibun.Templates;

namespace Jibun.Chat;

/// <summary>Tools in words, for models whose template does not list them.</summary>
internal static class ToolDescription
{
    private static readonly ChatTemplate s_text = ChatTemplate.Parse("""
        # Tools

        You can call functions. These are on offer, each with a JSON schema of its parameters:
        <tools>
        {% for tool in tools %}
        {{ tool | tojson }}
        {% endfor %}
        </tools>

        To call a function, write its name and its arguments in exactly this form, and nothing behind it:
        {{ example }}
        Several calls follow one another in the same form. The next message brings the results. Where no function helps, answer in plain words without this form.
        """, "description of tools");

    /// <param name="tools">Those on offer.</param>
    /// <param name="example">A call as the model shall write it.</param>
    public static string Of(IReadOnlyList<TemplateTool> tools, string example) =>
        s_text.Render(new TemplateContext { Messages = [], Tools = tools, Variables = new Dictionary<string, Value> { ["example"] = Value.From(example) } });
}
