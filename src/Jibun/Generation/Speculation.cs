namespace Jibun.Generation;

/// <summary>
/// Speculative decoding of one answer: guesses are computed in the same pass as the token before them, and the sampler draws from each row as it
/// would have from a pass of its own, until it draws something else. Rows of a batch and passes of one row give the same logits, bit by bit,
/// and a random number is spent for each token that counts, so the answer is the one that would have come anyway.
/// </summary>
internal sealed class Speculation
{
    private readonly Conversation _conversation;
    private readonly Sampler _sampler;
    private readonly (IDrafter Drafter, DraftLength Length)[] _drafters; // the first that has a guess makes it
    private readonly int[] _run = new int[1 + DraftLength.Longest];
    private int _guessed, _drafter;

    public Speculation(Conversation conversation, Sampler sampler, LoadedModel model)
    {
        _conversation = conversation;
        _sampler = sampler;
        _drafters = [.. model.Drafters.Select(drafter => (drafter, new DraftLength(model.FixedGuesses)))];
    }

    /// <param name="times">What rows cost.</param>
    /// <param name="answers">Under way together.</param>
    /// <param name="most">Guesses at most.</param>
    /// <returns>The last token and the guesses behind it.</returns>
    public ReadOnlySpan<int> NextRun(PassTimes times, int answers, int most)
    {
        _run[0] = _conversation.TokenSpan[^1];
        _guessed = 0;
        for (_drafter = 0; _drafter < _drafters.Length; _drafter++)
        {
            (IDrafter drafter, DraftLength length) = _drafters[_drafter];
            int wanted = Math.Min(length.Choose(times, answers), most);
            if (wanted <= 0) continue;
            (_guessed, long ticks) = drafter.Guess(_conversation, _sampler, _run.AsSpan(1, wanted));
            length.Record(_guessed, ticks);
            if (_guessed > 0) break;
        }
        return _run.AsSpan(0, 1 + _guessed);
    }

    /// <summary>Whether the guess behind a row of the run is what was drawn from that row.</summary>
    public bool IsRight(int row, int token) => _run[row + 1] == token;

    public void Learn(int right)
    {
        _drafters[_drafter].Length.Learn(_guessed, right);
        GuessCount before = _conversation.Guesses;
        _conversation.Guesses = new GuessCount(before.Guessed + _guessed, before.Right + right);
    }
}
