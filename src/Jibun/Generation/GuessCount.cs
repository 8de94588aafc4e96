namespace Jibun.Generation;

/// <summary>How speculative decoding went: tokens that were guessed, and those of them that the model would have drawn itself.</summary>
public readonly record struct GuessCount(int Guessed, int Right)
{
    /// <summary>0 … 1.</summary>
    public double Acceptance => Guessed == 0 ? 0 : (double)Right / Guessed;
}
