using System.Diagnostics;
using System.Runtime.CompilerServices;
using Jibun.Generation;
using Jibun.Models;
using Jibun.Templates;

namespace Jibun.Chat;

/// <summary>
/// A model that talks: renders the conversation with its chat template, continues what the cache already holds, and splits
/// the answer into text, reasoning and tool calls.
/// </summary>
public sealed class ChatModel : IChatModel, IDisposable
{
    private readonly ChatTemplate _template;
    private readonly Lazy<TemplateCapabilities> _capabilities;
    private readonly RecommendedSampling _sampling;
    private readonly Lazy<ToolUse> _tools;

    /// <exception cref="ModelException">The model has no chat template, or one that cannot be parsed.</exception>
    public ChatModel(string id, LoadedModel model)
    {
        Id = id;
        Loaded = model;
        _sampling = RecommendedSampling.Of(model.Metadata);
        string source = model.Metadata.TryGetString("tokenizer.chat_template") ?? throw new ModelException(
            $"{model.Path} has no chat template, so it cannot hold a conversation; complete plain text with: jibun run -m {model.Path} -p TEXT");
        try
        {
            _template = ChatTemplate.Parse(source, "tokenizer.chat_template");
            _capabilities = new(() => TemplateCapabilities.Probe(_template));
            _tools = new(() => ToolUse.Of(_template, _capabilities.Value));
        }
        catch (TemplateException error)
        {
            throw new ModelException($"{model.Path}: its chat template cannot be used: {error.Message}", error);
        }
    }

    public string Id { get; }

    public LoadedModel Loaded { get; }

    public int ContextLength => Loaded.ContextLength;

    public async IAsyncEnumerable<ChatEvent> RespondAsync(ChatRequest request, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        long started = Stopwatch.GetTimestamp();
        ThoughtMarks marks = _capabilities.Value.Thoughts ?? ThoughtMarks.Think;
        string prompt = Render(request, cancel);
        bool opensThought = marks.IsOpenAtEnd(prompt);
        int[] tokens = Tokenize(prompt);
        if (tokens.Length >= ContextLength) throw new ContextLengthException(tokens.Length, ContextLength);
        Conversation conversation = Loaded.CreateConversation(tokens);
        int cached = conversation.CachedTokens;
        if (cached == tokens.Length) conversation.Rewind(--cached);
        AnswerSplitter splitter = AnswerSplitter.For(marks, opensThought, _tools.Value.Form, request.Tools);
        var options = new GenerationOptions
        {
            Sampling = request.Sampling.Over(_sampling.Options),
            MaxTokens = request.MaxTokens ?? int.MaxValue,
            Stop = request.Stop,
            SpecialText = request.Tools.Count > 0 || AreControl(marks),
            Constraint = request.ThoughtTokens is { } budget ? new ThoughtBudget(Loaded.Tokenizer, marks, budget, opensThought) : null,
        };
        ExpertTally? before = Loaded.ExpertTally;
        (int count, int thought, long first, long last, GenerationEnd end) = (0, 0, 0, started, GenerationEnd.None);
        try
        {
            await foreach (GeneratedToken token in conversation.GenerateAsync(tokens.AsMemory(conversation.Tokens.Count), options, cancel))
            {
                last = token.Timestamp;
                if (count++ == 0) first = last;
                end = token.End;
                if (splitter.IsThinking) thought++;
                foreach (ChatEvent part in splitter.Append(token.Text)) yield return part;
            }
        }
        finally
        {
            Loaded.Keep(conversation);
        }
        foreach (ChatEvent part in splitter.Finish()) yield return part;
        yield return new Finished(
            splitter.Calls > 0 ? FinishReason.ToolCalls : end == GenerationEnd.Length ? FinishReason.Length : FinishReason.Stop,
            new ChatUsage
            {
                PromptTokens = tokens.Length,
                CachedTokens = cached,
                CompletionTokens = count,
                ReasoningTokens = thought,
                Guesses = conversation.Guesses,
                TimeToFirstToken = Stopwatch.GetElapsedTime(started, first),
                GenerationTime = Stopwatch.GetElapsedTime(first, last),
                ExpertHitRate = (Loaded.ExpertTally - before)?.HitRate,
            });
    }

    public void Dispose() => Loaded.Dispose();

    private string Render(ChatRequest request, CancellationToken cancel)
    {
        var context = new TemplateContext
        {
            Messages = [.. request.Messages.Select(ToTemplate)],
            Tools = [.. request.Tools.Select(tool => new TemplateTool(tool.Name, tool.Description, tool.Parameters))],
            BosToken = Text(Loaded.Tokenizer.Bos),
            EosToken = Text(Loaded.Tokenizer.Eos),
            Capabilities = _capabilities.Value,
            Variables = Variables(request),
        };
        return _template.Render(_tools.Value.Fit(context), cancel: cancel);
    }

    private Dictionary<string, Value> Variables(ChatRequest request)
    {
        Dictionary<string, Value> variables = request.TemplateVariables.ToDictionary(variable => variable.Key, variable => Value.FromJson(variable.Value));
        TemplateCapabilities template = _capabilities.Value;
        bool? thinks = request.Thinks ?? (request.ThoughtTokens is { } tokens ? tokens > 0 : null);
        if (template.ThinkingSwitch is not { } known)
        {
            if (request.Thinks == true && !template.ThinksByDefault) throw CannotSwitch("on: it shows no place for thoughts");
            if (request.Thinks == false && template.ThinksByDefault)
                throw CannotSwitch("off: it makes the model think in any case; a budget of 0 tokens ends the thought where it begins");
            return variables;
        }
        // What "enable_thinking" says is meant for any template, whatever its own variable is called.
        if (thinks is null && variables.TryGetValue("enable_thinking", out Value? hint)) thinks = hint.Equals(Value.From(true)) ? true : hint.Equals(Value.From(false)) ? false : null;
        if (thinks is not { } on || variables.ContainsKey(known.Variable)) return variables;
        variables[known.Variable] = on ? known.On : known.Off;
        if (known.Variable == ThinkingSwitch.Budget && request.ThoughtTokens is { } budget) variables[known.Variable] = Value.From(budget);
        return variables;
    }

    private JibunException CannotSwitch(string how) => new($"the chat template of {Id} cannot switch thinking {how}");

    private bool AreControl(ThoughtMarks marks) =>
        Loaded.Tokenizer.Encode(marks.Open + marks.Close + marks.AnswerOpen + marks.AnswerClose, parseSpecial: true).Any(Loaded.Tokenizer.IsSpecial);

    // The template writes the first token itself, or leaves it to the tokenizer: it must stand there once.
    private int[] Tokenize(string prompt)
    {
        int[] tokens = Loaded.Tokenizer.Encode(prompt, parseSpecial: true);
        if (!Loaded.Tokenizer.AddBos || Loaded.Tokenizer.Bos is not { } bos || (tokens.Length > 0 && tokens[0] == bos)) return tokens;
        return [bos, .. tokens];
    }

    private string Text(int? token) => token is { } id ? Loaded.Tokenizer.TokenText(id) : "";

    private TemplateMessage ToTemplate(ChatMessage message) => new()
    {
        Role = message.Role,
        Content = message.Content,
        Reasoning = _capabilities.Value.ThoughtBesideContent || message.ToolCalls.Count == 0 || string.IsNullOrEmpty(message.Content) ? message.Reasoning : null,
        ToolCalls = [.. message.ToolCalls.Select(call => new TemplateToolCall(call.Id, call.Name, call.ArgumentsJson))],
        ToolCallId = message.ToolCallId,
        Name = message.Name,
    };
}
