using Jibun.Generation;

namespace Jibun.Chat.Nano;

/// <summary>What the built-in model wrote to one prompt.</summary>
/// <param name="Text">A call in Hermes form, or a sentence.</param>
/// <param name="Candidates">The likeliest labels, best first.</param>
/// <param name="IsCut">It ended at the limit of tokens.</param>
internal sealed record NanoReply(string Text, IReadOnlyList<NanoCandidate> Candidates, ChatUsage Usage, bool IsCut = false);

/// <summary>Asks the built-in model, with the turns before this one, oldest first, and their answers in its own form.</summary>
/// <exception cref="ContextLengthException">The prompt is too long.</exception>
internal delegate Task<NanoReply> NanoAsk(
    IReadOnlyList<(string Text, string Answer)> history, string text, int mostTokens, CancellationToken cancel);
