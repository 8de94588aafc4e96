using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Jibun.Cli.Models;
using Jibun.Cli.Terminals;
using Jibun.Gguf;
using Jibun.Templates;

namespace Jibun.Cli.Verbs;

internal static class TemplateVerb
{
    private static readonly JsonDocumentOptions s_deep = new() { MaxDepth = 512 };

    public static Command Create(Terminal terminal)
    {
        Option<string> model = VerbOptions.Model();
        Option<string> file = new("--template", "-t") { Description = "A template instead of a model's own", HelpName = "FILE.jinja" };
        Option<string> context = new("--context", "-c") { Description = "Every variable of the template, - for stdin", HelpName = "CONTEXT.json" };
        Option<string> now = new("--now") { Description = "What strftime_now shows, such as 2026-01-15T12:00:00Z", HelpName = "TIME" };
        Option<bool> lines = new("--jsonl")
        {
            Description = "Reads {\"template\":PATH or \"source\":TEXT,\"context\":{…}} a line from stdin, prints {\"text\":…} or {\"error\":…} a line",
        };
        Option<bool> json = VerbOptions.Json();
        Command verb = new("template", "A conversation to the prompt the model sees, byte for byte") { model, file, context, now, lines, json };
        verb.SetAction((parsed, cancel) =>
        {
            DateTimeOffset? time = ParseTime(parsed.GetValue(now));
            if (parsed.GetValue(lines))
            {
                TemplateLines renderer = new(time);
                foreach (string line in JsonLines.Read(terminal.In, cancel)) terminal.WriteJson(writer => renderer.Write(writer, line, cancel));
                return Task.CompletedTask;
            }
            string contextPath = parsed.GetValue(context) ?? throw new UsageException("the context is missing: -c CONTEXT.json");
            ChatTemplate template = parsed.GetValue(file) is { } path
                ? ChatTemplate.Parse(File.ReadAllText(path), path)
                : TemplateOf(ModelReference.Resolve(parsed.GetValue(model)));
            using TextReader reader = terminal.OpenText(contextPath);
            string prompt = template.Render(ReadContext(reader.ReadToEnd(), contextPath), time, cancel: cancel);
            if (parsed.GetValue(json)) terminal.WriteJson(writer => WriteText(writer, prompt));
            else terminal.Out.Write(prompt);
            return Task.CompletedTask;
        });
        return verb;
    }

    private static ChatTemplate TemplateOf(ModelReference reference)
    {
        using GgufFile opened = reference.Open();
        string source = opened.Metadata.TryGetString("tokenizer.chat_template")
            ?? throw new ModelException($"{opened.Path} has no chat template; name one with -t FILE.jinja");
        return ChatTemplate.Parse(source, "tokenizer.chat_template");
    }

    private static Dictionary<string, Value> ReadContext(string text, string path)
    {
        try
        {
            using JsonDocument parsed = JsonDocument.Parse(text, s_deep);
            return ToContext(parsed.RootElement);
        }
        catch (JsonException malformed)
        {
            throw new JibunException($"{path} is not valid JSON: {malformed.Message}");
        }
    }

    private static Dictionary<string, Value> ToContext(JsonElement context)
    {
        if (context.ValueKind != JsonValueKind.Object) throw new JibunException("the context must be a JSON object");
        Dictionary<string, Value> variables = [];
        foreach (JsonProperty variable in context.EnumerateObject()) variables[variable.Name] = Value.FromJson(variable.Value);
        return variables;
    }

    private static DateTimeOffset? ParseTime(string? text)
    {
        if (text is null) return null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time
            : throw new UsageException($"--now must be a time such as 2026-01-15T12:00:00Z, not {text}");
    }

    private static void WriteText(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("text", text);
        json.WriteEndObject();
    }

    /// <summary>Renders line after line; a template that comes again is parsed once.</summary>
    private sealed class TemplateLines(DateTimeOffset? now)
    {
        private readonly Dictionary<string, ChatTemplate> _byPath = [];

        public void Write(Utf8JsonWriter json, string line, CancellationToken cancel)
        {
            try
            {
                using JsonDocument parsed = JsonDocument.Parse(line, s_deep);
                JsonElement root = parsed.RootElement;
                if (root.ValueKind != JsonValueKind.Object) throw new JibunException("a line must be a JSON object");
                if (!root.TryGetProperty("context", out JsonElement context)) throw new JibunException("a line must hold a \"context\"");
                string text = Find(root).Render(ToContext(context), TimeOf(root) ?? now, cancel: cancel);
                WriteText(json, text);
            }
            catch (Exception failure) when (failure is JibunException or JsonException or IOException or UnauthorizedAccessException
                or InvalidOperationException or ArgumentException)
            {
                json.WriteStartObject();
                json.WriteString("error", failure.Message);
                json.WriteEndObject();
            }
        }

        private ChatTemplate Find(JsonElement root)
        {
            if (root.TryGetProperty("source", out JsonElement source)) return ChatTemplate.Parse(source.GetString()!);
            if (!root.TryGetProperty("template", out JsonElement file)) throw new JibunException("a line must hold a \"template\", the path of one, or its \"source\"");
            string path = file.GetString()!;
            if (!_byPath.TryGetValue(path, out ChatTemplate? template)) _byPath[path] = template = ChatTemplate.Parse(File.ReadAllText(path), path);
            return template;
        }

        private static DateTimeOffset? TimeOf(JsonElement root) => root.TryGetProperty("now", out JsonElement now) ? ParseTime(now.GetString()) : null;
    }
}
