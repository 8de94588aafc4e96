namespace Jibun.Generation;

/// <summary>
/// How many tokens are worth guessing: as many as give the most tokens for the time, by what guesses and further rows have cost and how often they
/// were right lately. Only the speed depends on it, never what is answered.
/// </summary>
/// <param name="always">So many in any case.</param>
internal sealed class DraftLength(int? always = null)
{
    /// <summary>Guesses of one pass.</summary>
    public const int Longest = 16;

    private const double Prior = 0.6, Worthwhile = 1.02, Memory = 1 / 8.0, Recovery = 1 / 256.0;

    private double _right = Prior; // probability that a guess is right where those before it were
    private double _guess; // ticks that making one takes

    /// <param name="times">What rows cost.</param>
    /// <param name="answers">Under way together: a pass is shared by them.</param>
    public int Choose(PassTimes times, int answers)
    {
        if (always is { } asked) return asked;
        if (!times.IsKnown) return 0;
        double alone = (1 + times.RowCost * (answers - 1)) / answers, each = times.RowCost + _guess / times.Step;
        (int best, double rate) = (0, Worthwhile / alone);
        double tokens = 1, likely = 1;
        for (int length = 1; length <= Longest; length++)
        {
            tokens += likely *= _right;
            if (tokens / (alone + length * each) > rate) (best, rate) = (length, tokens / (alone + length * each));
        }
        if (best == 0)
        {
            _right += (Prior - _right) * Recovery; // tries again after a while
            _guess -= _guess * Recovery;
        }
        return best;
    }

    /// <param name="guessed">At least 1.</param>
    /// <param name="right">Of them.</param>
    public void Learn(int guessed, int right)
    {
        for (int i = 0; i < right; i++) _right += (1 - _right) * Memory;
        if (right < guessed) _right -= _right * Memory;
    }

    /// <summary>What making guesses took. None at all, for time, count as a wrong one.</summary>
    public void Record(int guessed, long ticks)
    {
        if (ticks == 0) return;
        PassTimes.Follow(ref _guess, (double)ticks / Math.Max(1, guessed));
        if (guessed == 0) Learn(1, 0);
    }
}
