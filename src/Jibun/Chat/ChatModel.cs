using System.Diagnostics;
using System.Runtime.CompilerServices;
using Jibun.Generation;
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

    /// <exception cref="ModelException">The model has no chat template, or one that cannot be parsed.</exception>
    public ChatModel(string id, LoadedModel model)
    {
        Id = id;
        Loaded = model;
        string source = model.Metadata.TryGetString("tokenizer.chat_template") ?? throw new ModelException(
            $"{model.Path} has no chat template, so it cannot hold a conversation; complete plain text with: jibun run -m {model.Path} -p TEXT");
        try
        {
            _template = ChatTemplate.Parse(source, "tokenizer.chat_template");
            _capabilities = new(() => TemplateCapabilities.Probe(_template));
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
        string prompt = Render(request);
        int[] tokens = Tokenize(prompt);
        if (tokens.Length >= ContextLength) throw new ContextLengthException(tokens.Length, ContextLength);
        Conversation conversation = Loaded.CreateConversation(tokens);
        int cached = conversation.CachedTokens;
        if (cached == tokens.Length) conversation.Rewind(--cached);
        var splitter = new AnswerSplitter(OpensThinking(prompt), request.Tools.Count > 0);
        var options = new GenerationOptions
        {
            Sampling = request.Sampling,
            MaxTokens = request.MaxTokens ?? int.MaxValue,
            Stop = request.Stop,
            SpecialText = request.Tools.Count > 0,
        };
        (int count, long first, long last, GenerationEnd end) = (0, 0, started, GenerationEnd.None);
        try
        {
            await foreach (GeneratedToken token in conversation.GenerateAsync(tokens.AsMemory(conversation.Tokens.Count), options, cancel))
            {
                last = Stopwatch.GetTimestamp();
                if (count++ == 0) first = last;
                end = token.End;
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
                TimeToFirstToken = Stopwatch.GetElapsedTime(started, first),
                GenerationTime = Stopwatch.GetElapsedTime(first, last),
            });
    }

    public void Dispose() => Loaded.Dispose();

    private string Render(ChatRequest request)
    {
        if (request.Tools.Count > 0 && !_capabilities.Value.Tools)
            throw new JibunException($"the chat template of {Id} has no place for tools; ask without them");
        var context = new TemplateContext
        {
            Messages = [.. request.Messages.Select(ToTemplate)],
            Tools = [.. request.Tools.Select(tool => new TemplateTool(tool.Name, tool.Description, tool.Parameters))],
            BosToken = Text(Loaded.Tokenizer.Bos),
            EosToken = Text(Loaded.Tokenizer.Eos),
            Capabilities = _capabilities.Value,
            Variables = request.TemplateVariables.ToDictionary(variable => variable.Key, variable => Value.FromJson(variable.Value)),
        };
        return _template.Render(context);
    }

    // The template writes the first token itself, or leaves it to the tokenizer: it must stand there once.
    private int[] Tokenize(string prompt)
    {
        int[] tokens = Loaded.Tokenizer.Encode(prompt, parseSpecial: true);
        if (!Loaded.Tokenizer.AddBos || Loaded.Tokenizer.Bos is not { } bos || (tokens.Length > 0 && tokens[0] == bos)) return tokens;
        return [bos, .. tokens];
    }

    private static bool OpensThinking(string prompt) => prompt.AsSpan().TrimEnd().EndsWith("<think>");

    private string Text(int? token) => token is { } id ? Loaded.Tokenizer.TokenText(id) : "";

    private static TemplateMessage ToTemplate(ChatMessage message) => new()
    {
        Role = message.Role,
        Content = message.Content,
        Reasoning = message.Reasoning,
        ToolCalls = [.. message.ToolCalls.Select(call => new TemplateToolCall(call.Id, call.Name, call.ArgumentsJson))],
        ToolCallId = message.ToolCallId,
        Name = message.Name,
    };
}
