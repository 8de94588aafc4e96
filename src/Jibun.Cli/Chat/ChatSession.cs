using System.Text;
using System.Text.Json;
using Jibun.Chat;
using Jibun.Cli.Terminals;

namespace Jibun.Cli.Chat;

/// <summary>A conversation at the prompt: what was said so far, and the slash commands.</summary>
internal sealed class ChatSession(
    Terminal terminal, IChatModel model, ChatRequest settings, IKeyboard keyboard, LineHistory history, Notices notices, SessionFile? kept = null)
{
    private const string Prompt = "› ";

    private const string Help = """
        /system TEXT   how the assistant shall behave (without TEXT: nothing said)
        /clear         forget the conversation
        /save FILE     write it down, as JSON where FILE ends with .json, else as Markdown
        /exit          leave; so does Ctrl-D
        Ctrl-C stops an answer. Alt-Enter starts a new line.
        """;

    private readonly List<ChatMessage> _messages = [.. settings.Messages];

    /// <summary>Talks until the user leaves; returns the exit code.</summary>
    public async Task<int> RunAsync()
    {
        terminal.Error.WriteLine(terminal.Dim($"{model.Id}, {model.ContextLength} tokens of context. /help shows the commands."));
        LineEditor editor = new(terminal, keyboard, history, notices);
        while (true)
        {
            (LineEnd end, string line) = await editor.ReadAsync(Prompt);
            if (end == LineEnd.Interrupted) return ExitCode.Interrupted;
            if (end == LineEnd.Closed || line.Trim() is "/exit" or "/quit") return ExitCode.Ok;
            if (string.IsNullOrWhiteSpace(line)) continue;
            if (line.StartsWith('/')) Command(line.Trim());
            else await AnswerAsync(line);
        }
    }

    private async Task AnswerAsync(string line)
    {
        AnswerWriter writer = new(terminal, withFacts: true);
        StringBuilder text = new(), thought = new();
        List<ToolCall> calls = [];
        _messages.Add(new ChatMessage { Role = "user", Content = line });
        using InterruptScope scope = terminal.CatchInterrupt();
        try
        {
            IAsyncEnumerable<ChatEvent> answer = model.RespondAsync(settings with { Messages = [.. _messages] }, scope.Token);
            await foreach (ChatEvent happened in WithNotices(answer, writer))
            {
                writer.Write(happened);
                if (happened is TextDelta delta) text.Append(delta.Text);
                if (happened is ReasoningDelta thinking) thought.Append(thinking.Text);
                if (happened is ToolCallDelta call) calls.Add(call.Call);
                if (happened is SkillDelta skill) calls.Add(skill.Call);
            }
        }
        catch (OperationCanceledException)
        {
            terminal.Interrupted.ThrowIfCancellationRequested();
            writer.EndLine();
            terminal.Error.WriteLine(terminal.Dim("stopped"));
        }
        catch (JibunException refused)
        {
            writer.EndLine();
            terminal.Error.WriteLine(Terminal.Plain(refused.Message));
        }
        if (text.Length == 0 && calls.Count == 0) _messages.RemoveAt(_messages.Count - 1);
        else _messages.Add(new ChatMessage { Role = "assistant", Content = text.ToString(), ToolCalls = calls, Reasoning = thought.Length > 0 ? thought.ToString() : null });
        Keep();
    }

    private void Keep()
    {
        try
        {
            kept?.Save(_messages);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            terminal.Error.WriteLine($"the session was not kept: {failure.Message}");
        }
    }

    /// <summary>The same events; whatever comes by itself meanwhile is shown where no line is cut by it.</summary>
    private async IAsyncEnumerable<ChatEvent> WithNotices(IAsyncEnumerable<ChatEvent> answer, AnswerWriter writer)
    {
        await using IAsyncEnumerator<ChatEvent> events = answer.GetAsyncEnumerator();
        while (true)
        {
            Task<bool> next = events.MoveNextAsync().AsTask();
            while (writer.IsAtLineStart && await notices.ComeBefore(next))
                foreach (string line in notices.TakeAll()) terminal.WriteNotice(line);
            if (!await next) break;
            yield return events.Current;
        }
    }

    private void Command(string line)
    {
        string[] parts = line.Split(' ', 2, StringSplitOptions.TrimEntries);
        string argument = parts.Length > 1 ? parts[1] : "";
        switch (parts[0])
        {
            case "/help": terminal.Error.WriteLine(Help); break;
            case "/clear": _messages.RemoveAll(message => message.Role != "system"); break;
            case "/system": SetSystem(argument); break;
            case "/save": Save(argument); break;
            default: terminal.Error.WriteLine($"{parts[0]} is no command; /help shows them"); break;
        }
    }

    private void SetSystem(string text)
    {
        _messages.RemoveAll(message => message.Role == "system");
        if (text.Length > 0) _messages.Insert(0, new ChatMessage { Role = "system", Content = text });
    }

    private void Save(string file)
    {
        if (file.Length == 0)
        {
            terminal.Error.WriteLine("/save needs the name of a file");
            return;
        }
        try
        {
            File.WriteAllText(file, file.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? AsJson() : AsMarkdown());
            terminal.Error.WriteLine(terminal.Dim($"saved to {Path.GetFullPath(file)}"));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            terminal.Error.WriteLine(failure.Message);
        }
    }

    private string AsMarkdown() => string.Join("\n", _messages.Select(message => $"## {message.Role}\n\n{message.Content}\n"));

    private string AsJson()
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartArray();
            foreach (ChatMessage message in _messages)
            {
                json.WriteStartObject();
                json.WriteString("role", message.Role);
                json.WriteString("content", message.Content);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }
}
