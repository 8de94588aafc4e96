namespace Jibun.Chat;

/// <summary>The narrow waist between what answers (a model, a built-in skill set) and who asks (command line, server).</summary>
public interface IChatModel
{
    string Id { get; }

    /// <summary>Tokens that prompt and answer may take together.</summary>
    int ContextLength { get; }

    /// <summary>
    /// Answers one request. Cancelling stops within one token and keeps the cache. Throws <see cref="JibunException"/> for
    /// a request that cannot be answered (a template's refusal, a prompt longer than the context) before the first event.
    /// </summary>
    IAsyncEnumerable<ChatEvent> RespondAsync(ChatRequest request, CancellationToken cancel = default);
}
