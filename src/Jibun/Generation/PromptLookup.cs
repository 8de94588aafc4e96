namespace Jibun.Generation;

/// <summary>
/// Guesses that what followed the last tokens when they stood in the conversation before follows them again (Saxena 2023): answers that quote,
/// correct or summarize a text repeat long parts of it.
/// </summary>
internal sealed class PromptLookup : IDrafter
{
    private const int ShortestMatch = 2, LongestMatch = 16;

    public (int Count, long Ticks) Guess(Conversation conversation, Sampler sampler, Span<int> guesses) => (Guess(conversation.TokenSpan, guesses), 0);

    /// <summary>Continues the longest match; of several, the last.</summary>
    public static int Guess(ReadOnlySpan<int> tokens, Span<int> guesses)
    {
        if (tokens.Length <= ShortestMatch) return 0;
        (int best, int next) = (ShortestMatch - 1, 0);
        ReadOnlySpan<int> before = tokens[..^1];
        for (int end; best < LongestMatch && (end = before.LastIndexOf(tokens[^1])) >= 0; before = before[..end])
        {
            int length = 1;
            while (length < LongestMatch && length <= end && tokens[end - length] == tokens[^(length + 1)]) length++;
            if (length > best) (best, next) = (length, end + 1);
        }
        if (next == 0) return 0;
        // A match that overlaps the end repeats itself: what is guessed goes on with the guesses.
        for (int i = 0; i < guesses.Length; i++) guesses[i] = next + i < tokens.Length ? tokens[next + i] : guesses[next + i - tokens.Length];
        return guesses.Length;
    }
}
