namespace Jibun.Generation;

/// <summary>
/// Guesses the tokens that come next. A guess costs nothing but time when it is wrong: the model computes all guesses in one pass and
/// keeps those that it would have drawn itself.
/// </summary>
internal interface IDrafter
{
    /// <param name="conversation">What is there so far.</param>
    /// <param name="sampler">What will draw the model's own tokens.</param>
    /// <param name="guesses">At most as many as this holds.</param>
    /// <returns>How many, and the time that it took, in ticks of the stopwatch; what had to be made up for does not count.</returns>
    (int Count, long Ticks) Guess(Conversation conversation, Sampler sampler, Span<int> guesses);
}
