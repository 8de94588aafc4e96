using System.CommandLine;
using Jibun.Chat;
using Jibun.Chat.Skills;
using Jibun.Cli.Chat;
using Jibun.Cli.Models;
using Jibun.Cli.Terminals;

namespace Jibun.Cli.Verbs;

internal static class ChatVerb
{
    public const string Name = "chat";

    public static Command Create(Terminal terminal, ModelLoader loader)
    {
        Argument<string[]> prompt = new("PROMPT") { Description = "Answered once; without it, stdin is, or else the chat starts" };
        Option<string> model = VerbOptions.Model();
        Option<string> system = new("--system") { Description = "How the assistant shall behave", HelpName = "TEXT" };
        Option<int?> maxTokens = VerbOptions.MaxTokens();
        SamplingFlags sampling = new();
        LoadFlags loading = new();
        Option<bool> json = VerbOptions.Json();
        Command verb = new(Name, "Talk; the verb that runs when none is named") { prompt, model, system, maxTokens };
        sampling.AddTo(verb);
        loading.AddTo(verb);
        verb.Add(json);
        verb.SetAction(async (parsed, cancel) =>
        {
            ChatRequest settings = new()
            {
                Messages = parsed.GetValue(system) is { } text ? [new ChatMessage { Role = "system", Content = text }] : [],
                MaxTokens = parsed.GetValue(maxTokens),
                Sampling = sampling.Read(parsed),
            };
            string? question = await QuestionAsync(parsed.GetValue(prompt) ?? [], terminal, cancel);
            if (question is null && !terminal.CanEdit) throw new UsageException("a chat needs a terminal; give a PROMPT or text on stdin instead");
            if (question is null && parsed.GetValue(json)) throw new UsageException("--json needs a PROMPT or text on stdin");
            SkillSet skills = new(new SkillOptions { Folder = DataFolder.Path, OneShot = question is not null });
            IChatModel chat = loader.LoadChat(ModelReference.Resolve(parsed.GetValue(model)), loading.Read(parsed), terminal, skills);
            using IDisposable? loaded = chat as IDisposable;
            if (question is null) return await TalkAsync(terminal, chat, settings, skills);
            ChatMessage asked = new() { Role = "user", Content = question };
            await AnswerOnceAsync(terminal, chat, settings with { Messages = [.. settings.Messages, asked] }, parsed.GetValue(json), cancel);
            return ExitCode.Ok;
        });
        return verb;
    }

    private static async Task<int> TalkAsync(Terminal terminal, IChatModel chat, ChatRequest settings, SkillSet skills)
    {
        Notices notices = new();
        using CancellationTokenSource leaving = new();
        Task watching = Task.Run(() => new DueWatch(skills, notices, TimeProvider.System).RunAsync(leaving.Token));
        try
        {
            return await new ChatSession(terminal, chat, settings, new ConsoleKeyboard(), new LineHistory(DataFolder.History), notices).RunAsync();
        }
        finally
        {
            await leaving.CancelAsync();
            await watching;
        }
    }

    private static async Task<string?> QuestionAsync(string[] words, Terminal terminal, CancellationToken cancel)
    {
        if (words.Length > 0) return string.Join(' ', words);
        if (terminal.InputIsTerminal) return null;
        string piped = (await terminal.ReadAllAsync(cancel)).Trim();
        return piped.Length > 0 ? piped : throw new UsageException("stdin holds no text to answer");
    }

    private static async Task AnswerOnceAsync(Terminal terminal, IChatModel model, ChatRequest request, bool asJson, CancellationToken cancel)
    {
        AnswerWriter writer = new(terminal, withFacts: terminal.OutputIsTerminal);
        AnswerJson answer = new(model.Id);
        try
        {
            await foreach (ChatEvent happened in model.RespondAsync(request, cancel))
            {
                if (asJson) answer.Add(happened);
                else writer.Write(happened);
            }
        }
        finally
        {
            writer.EndLine();
        }
        if (asJson) terminal.WriteJson(answer.Write);
    }
}
