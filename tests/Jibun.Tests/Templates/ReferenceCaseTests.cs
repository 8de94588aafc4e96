using System.Text;
using System.Text.Json;
using Jibun.Templates;

namespace Jibun.Tests.Templates;

/// <summary>Renderings that Python's Jinja2 made of real chat templates and of small ones, byte for byte.</summary>
public sealed class ReferenceCaseTests
{
    private static readonly DateTimeOffset Clock = new(2026, 1, 15, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void RealTemplatesRenderAsInPython()
    {
        using JsonDocument cases = Read("cases.json"), conversations = Read("conversations.json");
        Dictionary<string, ChatTemplate> templates = [];
        Report report = new();
        foreach (JsonElement item in cases.RootElement.GetProperty("cases").EnumerateArray())
        {
            string file = item.GetProperty("template").GetString()!;
            if (!templates.TryGetValue(file, out ChatTemplate? template))
                templates.Add(file, template = ChatTemplate.Parse(File.ReadAllText(TestData.Find("chat-templates",
                    "templates", file)), file));
            JsonElement conversation = conversations.RootElement.GetProperty(item.GetProperty("conversation").GetString()!);
            report.Check(item, () => template.Render(Context(conversation, item.GetProperty("add_generation_prompt")
                .GetBoolean()), Clock));
        }
        report.AssertPassed(1650);
    }

    [Theory]
    [InlineData("jinja-unit.json", 404)]
    [InlineData("jinja-models.json", 53)]
    public void TemplatesRenderAsInPython(string file, int gates)
    {
        using JsonDocument cases = Read(file);
        Report report = new();
        foreach (JsonElement item in cases.RootElement.GetProperty("cases").EnumerateArray())
        {
            if (item.GetProperty("grade").GetString() is not ("both" or "python")) continue;
            Dictionary<string, Value> context = [];
            foreach (JsonProperty variable in item.GetProperty("context").EnumerateObject())
                context[variable.Name] = Value.FromJson(variable.Value);
            report.Check(item, () => ChatTemplate.Parse(item.GetProperty("template").GetString()!).Render(context, Clock));
        }
        report.AssertPassed(gates);
    }

    private static JsonDocument Read(string file) => JsonDocument.Parse(File.ReadAllBytes(TestData.Find("chat-templates", file)));

    private static Dictionary<string, Value> Context(JsonElement conversation, bool addGenerationPrompt)
    {
        Dictionary<string, Value> context = new()
        {
            ["messages"] = Value.FromJson(conversation.GetProperty("messages")),
            ["add_generation_prompt"] = Value.From(addGenerationPrompt),
            ["bos_token"] = Value.From("<s>"),
            ["eos_token"] = Value.From("</s>"),
        };
        if (conversation.TryGetProperty("tools", out JsonElement tools)) context["tools"] = Value.FromJson(tools);
        if (conversation.TryGetProperty("extra", out JsonElement extra))
            foreach (JsonProperty variable in extra.EnumerateObject()) context[variable.Name] = Value.FromJson(variable.Value);
        return context;
    }

    /// <summary>Collects all differences, so that one run shows how far off the engine is.</summary>
    private sealed class Report
    {
        private const int Shown = 12;

        private readonly List<string> failures = [];
        private int checkedCases;

        public void Check(JsonElement item, Func<string> render)
        {
            checkedCases++;
            string? text = null, error = null;
            bool isRaised = false;
            try
            {
                text = render();
            }
            catch (TemplateException exception)
            {
                (error, isRaised) = (exception.Message, exception.IsRaisedByTemplate);
            }
            bool wantsError = item.TryGetProperty("error", out _);
            string? wanted = Text(item, "expected"), message = Text(item, "message");
            bool isRight = wantsError ? error is not null && (message is null || (isRaised && error == message)) : text == wanted;
            bool mayDiffer = item.GetProperty("grade").GetString() == "disputed" && text is not null
                && text == Text(item, "alternative");
            if (!isRight && !mayDiffer)
                failures.Add($"{item.GetProperty("id")}: {Difference(wanted ?? $"error {message}", text ?? $"error {error}")}");
        }

        public void AssertPassed(int expectedCases)
        {
            Assert.True(failures.Count == 0,
                $"{failures.Count} of {checkedCases} cases differ:\n{string.Join("\n", failures.Take(Shown))}");
            Assert.Equal(expectedCases, checkedCases);
        }

        private static string? Text(JsonElement item, string name) =>
            item.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

        private static string Difference(string wanted, string found)
        {
            int at = wanted.AsSpan().CommonPrefixLength(found);
            StringBuilder text = new();
            text.Append($"at {at}: wanted ").Append(Excerpt(wanted, at)).Append(", found ").Append(Excerpt(found, at));
            return text.ToString();
        }

        private static string Excerpt(string text, int at)
        {
            int start = Math.Max(0, at - 20), end = Math.Min(text.Length, at + 60);
            return JsonSerializer.Serialize(text[start..end], JsonSerializerOptions.Default);
        }
    }
}
