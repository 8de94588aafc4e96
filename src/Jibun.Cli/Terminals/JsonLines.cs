using System.Text.Json;

namespace Jibun.Cli.Terminals;

/// <summary>Files and streams with one JSON value a line.</summary>
internal static class JsonLines
{
    /// <summary>The lines that are not blank, each as soon as it is there.</summary>
    public static IEnumerable<string> Read(TextReader reader, CancellationToken cancel)
    {
        while (reader.ReadLine() is { } line)
        {
            cancel.ThrowIfCancellationRequested();
            if (!string.IsNullOrWhiteSpace(line)) yield return line;
        }
    }

    public static string String(string line)
    {
        try
        {
            using JsonDocument parsed = JsonDocument.Parse(line);
            if (parsed.RootElement.ValueKind == JsonValueKind.String) return parsed.RootElement.GetString()!;
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            // Told below; an escaped lone surrogate is no string either.
        }
        throw new JibunException($"every line must be a JSON string; this is none: {(line.Length > 80 ? line[..80] + "…" : line)}");
    }
}
