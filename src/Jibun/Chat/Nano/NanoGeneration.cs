using System.Diagnostics;
using Jibun.Generation;

namespace Jibun.Chat.Nano;

/// <summary>Runs the built-in model: greedy, and under the constraint that keeps its answers valid.</summary>
internal sealed class NanoGeneration(LoadedModel model)
{
    private readonly NanoLanguage _language = new(NanoProfile.Load(model.Metadata), model.Tokenizer);

    public async Task<NanoReply> AskAsync(
        IReadOnlyList<(string Text, string Answer)> history, string text, int mostTokens, CancellationToken cancel)
    {
        text = text.Replace("<|", "< |", StringComparison.Ordinal); // words of the user are never template tokens
        int[] prompt = _language.EncodePrompt(history, text);
        // Older turns are a convenience: they go before the prompt is refused.
        for (int skip = 1; skip <= history.Count && prompt.Length + Math.Min(mostTokens, 64) > model.ContextLength; skip++)
            prompt = _language.EncodePrompt(history.Skip(skip), text);
        NanoConstraint constraint = _language.Constrain(NanoFormat.Assistant, prompt);
        var options = new GenerationOptions
        {
            Sampling = new SamplingOptions { Temperature = 0 },
            MaxTokens = mostTokens,
            Constraint = constraint,
        };
        long start = Stopwatch.GetTimestamp();
        (long first, long last) = (0, start);
        List<int> answer = [];
        bool isCut = false;
        Conversation conversation = model.CreateConversation(prompt);
        int cached = conversation.Tokens.Count;
        try
        {
            await foreach (GeneratedToken token in conversation.GenerateAsync(prompt.AsMemory(cached), options, cancel)
                .ConfigureAwait(false))
            {
                last = token.Timestamp;
                if (first == 0) first = last;
                isCut = token.End == GenerationEnd.Length;
                if (token.Id != _language.End) answer.Add(token.Id);
            }
        }
        finally
        {
            model.Keep(conversation);
        }
        return new NanoReply(model.Tokenizer.Decode([.. answer]), constraint.Candidates, new ChatUsage
        {
            PromptTokens = prompt.Length,
            CachedTokens = cached,
            CompletionTokens = answer.Count + 1,
            TimeToFirstToken = Stopwatch.GetElapsedTime(start, first == 0 ? last : first),
            GenerationTime = Stopwatch.GetElapsedTime(first == 0 ? last : first, last),
        }, isCut);
    }
}
