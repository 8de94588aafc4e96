using System.Text.Json;
using Jibun.Chat;
using Jibun.Cli.Terminals;

namespace Jibun.Cli.Chat;

/// <summary>A tool call for people: its name, and below it a line for every argument.</summary>
internal static class ToolCallCard
{
    public static void Write(Terminal terminal, ToolCall call)
    {
        List<(string Name, string Value)> arguments = Arguments(call.ArgumentsJson);
        int width = arguments.Count == 0 ? 0 : arguments.Max(argument => CellWidth.Of(argument.Name));
        terminal.Out.WriteLine($"{terminal.Accent("→")} {terminal.Bold(call.Name)}");
        foreach ((string name, string value) in arguments)
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
        catch (JsonException)
        {
            // Shown as the model wrote it.
        }
        return [("arguments", Printable(json))];
    }

    private static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}
