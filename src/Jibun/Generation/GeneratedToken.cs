namespace Jibun.Generation;

/// <summary>Why an answer ended.</summary>
public enum GenerationEnd
{
    /// <summary>It goes on.</summary>
    None,

    /// <summary>The model ended its turn.</summary>
    EndOfGeneration,

    StopString,

    /// <summary>The limit of tokens, or the end of the context.</summary>
    Length,
}

/// <summary>One token of an answer.</summary>
/// <param name="Id">The token.</param>
/// <param name="Text">
/// Text that became certain with it: empty while a character is incomplete or a stop string may have begun, more than the
/// token's own afterwards.
/// </param>
/// <param name="End">Not <see cref="GenerationEnd.None"/> on the last token.</param>
/// <param name="Timestamp">When it was drawn, as <see cref="System.Diagnostics.Stopwatch.GetTimestamp"/> counts; it may be read later.</param>
public readonly record struct GeneratedToken(int Id, string Text, GenerationEnd End, long Timestamp);
