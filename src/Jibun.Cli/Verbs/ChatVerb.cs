using System.CommandLine;
using System.Text;
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
        Option<string> session = new("--session") { Description = "Continue the chat in this file, or start it there, and keep it there", HelpName = "FILE" };
        Option<int?> maxTokens = VerbOptions.MaxTokens();
        ThinkFlag think = new();
        SamplingFlags sampling = new();
        SpeculationFlags speculation = new();
        LoadFlags loading = new();
        Option<bool> json = VerbOptions.Json();
        Command verb = new(Name, "Talk; the verb that runs when none is named") { prompt, model, system, session, maxTokens };
        think.AddTo(verb);
        sampling.AddTo(verb);
        speculation.AddTo(verb);
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
            settings = think.Read(parsed, settings);
            string? question = await QuestionAsync(parsed.GetValue(prompt) ?? [], terminal, cancel);
            if (question is null && !terminal.CanEdit) throw new UsageException("a chat needs a terminal; give a PROMPT or text on stdin instead");
            if (question is null && parsed.GetValue(json)) throw new UsageException("--json needs a PROMPT or text on stdin");
            SessionFile.RequireFolder(parsed.GetValue(session));
            SkillSet skills = new(new SkillOptions { Folder = DataFolder.Path, OneShot = question is not null });
            IChatModel chat = loader.LoadChat(ModelReference.Resolve(parsed.GetValue(model)), speculation.Read(parsed, loading.Read(parsed)), terminal, skills);
            using IDisposable? loaded = chat as IDisposable;
            SessionFile? kept = parsed.GetValue(session) is { } file ? OpenSession(file, chat) : null;
            if (kept?.Open() is { Count: > 0 } said) settings = settings with { Messages = Continue(said, settings.Messages) };
            if (question is null) return await TalkAsync(terminal, chat, settings, skills, kept);
            ChatMessage asked = new() { Role = "user", Content = question };
            ChatRequest request = settings with { Messages = [.. settings.Messages, asked] };
            ChatMessage answer = await AnswerOnceAsync(terminal, chat, request, parsed.GetValue(json), cancel);
            kept?.Save([.. request.Messages, answer]);
            return ExitCode.Ok;
        });
        return verb;
    }

    private static SessionFile OpenSession(string file, IChatModel chat) => chat is ChatModel { Loaded: var model }
        ? new SessionFile(file, model)
        : throw new UsageException($"--session keeps the cache of a model that converses, and {chat.Id} has none");

    // What --system says now replaces what it said then.
    private static IReadOnlyList<ChatMessage> Continue(IReadOnlyList<ChatMessage> said, IReadOnlyList<ChatMessage> system) =>
        system.Count == 0 ? said : [.. system, .. said.Where(message => message.Role != "system")];

    private static async Task<int> TalkAsync(Terminal terminal, IChatModel chat, ChatRequest settings, SkillSet skills, SessionFile? kept)
    {
        Notices notices = new();
        using CancellationTokenSource leaving = new();
        Task watching = Task.Run(() => new DueWatch(skills, notices, TimeProvider.System).RunAsync(leaving.Token));
        try
        {
            return await new ChatSession(terminal, chat, settings, new ConsoleKeyboard(), new LineHistory(DataFolder.History), notices, kept).RunAsync();
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

    private static async Task<ChatMessage> AnswerOnceAsync(Terminal terminal, IChatModel model, ChatRequest request, bool asJson, CancellationToken cancel)
    {
        AnswerWriter writer = new(terminal, withFacts: terminal.OutputIsTerminal);
        AnswerJson answer = new(model.Id);
        StringBuilder text = new(), reasoning = new();
        try
        {
            await foreach (ChatEvent happened in model.RespondAsync(request, cancel))
            {
                if (asJson) answer.Add(happened);
                else writer.Write(happened);
                if (happened is Finished { Reason: FinishReason.Length } cut && !terminal.OutputIsTerminal && cut.Usage.PromptTokens + cut.Usage.CompletionTokens >= model.ContextLength)
                    terminal.Error.WriteLine(FactLine.ContextIsFull(model.ContextLength));
                if (happened is TextDelta said) text.Append(said.Text);
                if (happened is ReasoningDelta thought) reasoning.Append(thought.Text);
            }
        }
        finally
        {
            writer.EndLine();
        }
        if (asJson) terminal.WriteJson(answer.Write);
        return new ChatMessage { Role = "assistant", Content = text.ToString(), Reasoning = reasoning.Length > 0 ? reasoning.ToString() : null };
    }
}
