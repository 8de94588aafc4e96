using System.Text.Json;
using Jibun.Chat;
using Jibun.Generation;

namespace Jibun.Cli.Chat;

/// <summary>
/// A chat on disk: what was said, and the model's cache of it, so that it goes on without being read again. Written beside its place first,
/// then moved there, so that an interrupted write loses nothing.
/// </summary>
internal sealed class SessionFile(string path, LoadedModel model)
{
    /// <exception cref="UsageException">The file cannot be written, because its folder is not there.</exception>
    public static void RequireFolder(string? path)
    {
        if (path is not null && Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
            throw new UsageException($"--session cannot keep {path}: there is no folder {folder}");
    }

    /// <summary>What was said, or nothing where there is no such file. The model continues from its cache.</summary>
    /// <exception cref="ModelException">The file is damaged or belongs to another model.</exception>
    public IReadOnlyList<ChatMessage> Open()
    {
        if (!File.Exists(path)) return [];
        using FileStream stream = File.OpenRead(path);
        Conversation conversation = model.Restore(stream, path, out byte[] note);
        model.Keep(conversation);
        try
        {
            using JsonDocument document = JsonDocument.Parse(note);
            return [.. document.RootElement.EnumerateArray().Select(Read)];
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new ModelException($"{path} holds a conversation but no chat: name another file", wrong);
        }
    }

    public void Save(IReadOnlyList<ChatMessage> messages)
    {
        string beside = path + ".new";
        using (FileStream stream = File.Create(beside))
            if (!model.SaveLatest(stream, Write(messages))) return;
        File.Move(beside, path, overwrite: true);
    }

    private static byte[] Write(IReadOnlyList<ChatMessage> messages)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartArray();
            foreach (ChatMessage message in messages) Write(json, message);
            json.WriteEndArray();
        }
        return stream.ToArray();
    }

    private static void Write(Utf8JsonWriter json, ChatMessage message)
    {
        json.WriteStartObject();
        json.WriteString("role", message.Role);
        if (message.Content is not null) json.WriteString("content", message.Content);
        if (message.Reasoning is not null) json.WriteString("reasoning", message.Reasoning);
        json.WriteEndObject();
    }

    private static ChatMessage Read(JsonElement json) => new()
    {
        Role = json.GetProperty("role").GetString()!,
        Content = json.TryGetProperty("content", out JsonElement content) ? content.GetString() : null,
        Reasoning = json.TryGetProperty("reasoning", out JsonElement reasoning) ? reasoning.GetString() : null,
    };
}
