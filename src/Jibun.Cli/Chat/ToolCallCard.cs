using System.Text.Json;
using Jibun.Chat;
using Jibun.Chat.Skills;
using Jibun.Cli.Terminals;

namespace Jibun.Cli.Chat;

/// <summary>A tool call for people, and what came of it: a name, and below it a line for every argument or fact.</summary>
internal static class ToolCallCard
{
    public static void Write(Terminal terminal, ToolCall call) => Write(terminal, "→", Printable(call.Name), Arguments(call.ArgumentsJson));

    public static void Write(Terminal terminal, SkillResult result)
    {
        if (result is { Title: null, Facts.Count: 0 }) return;
        Write(terminal, "←", Printable(result.Title ?? ""), [.. result.Facts.Select(fact => (Printable(fact.Name), Printable(fact.Value)))]);
    }

    private static void Write(Terminal terminal, string mark, string title, List<(string Name, string Value)> rows)
    {
        int width = rows.Count == 0 ? 0 : rows.Max(row => CellWidth.Of(row.Name));
        terminal.Out.WriteLine($"{terminal.Accent(mark)} {terminal.Bold(title)}");
        foreach ((string name, string value) in rows)
            terminal.Out.WriteLine($"  {terminal.Dim(name + new string(' ', width - CellWidth.Of(name)))}  {value}");
    }

    private static List<(string, string)> Arguments(string json)
    {
        try
        {
            using JsonDocument parsed = JsonDocument.Parse(json);
            if (parsed.RootElement.ValueKind == JsonValueKind.Object)
                return [.. parsed.RootElement.EnumerateObject().Select(argument => (Printable(argument.Name), Printable(argument.Value.ToString())))];
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            // Shown as the model wrote it.
        }
        return [("arguments", Printable(json))];
    }

    private static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}
