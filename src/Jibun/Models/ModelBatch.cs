namespace Jibun.Models;

/// <summary>Which rows of a sequence get logits.</summary>
public enum LogitRows
{
    None,
    Last,
    All,
}

/// <summary>New tokens of several conversations for one forward pass. Reused from pass to pass: it allocates nothing once it has grown.</summary>
public sealed class ModelBatch
{
    private readonly List<int> _tokens = [];
    private readonly List<Sequence> _sequences = [];

    public int Rows => _tokens.Count;

    /// <summary>Rows that get logits, in the order of the batch.</summary>
    public int LogitCount { get; private set; }

    /// <summary>Rows that ask for logits get the states that logits are made of, [rows, width], instead.</summary>
    internal bool WantsStates { get; set; }

    internal ReadOnlySpan<int> Tokens => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_tokens);

    internal ReadOnlySpan<Sequence> Sequences => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_sequences);

    public void Clear()
    {
        _tokens.Clear();
        _sequences.Clear();
        LogitCount = 0;
    }

    /// <summary>Adds tokens that follow what <paramref name="cache"/> holds. A cache may be in a batch once.</summary>
    /// <param name="cache">The conversation.</param>
    /// <param name="tokens">Its next tokens.</param>
    /// <param name="logits">Which of them get logits.</param>
    /// <param name="runLength">
    /// Tokens of the run that these are a part of, such as a prompt that takes several batches; 0: they are all of it. Families with more than one
    /// way to compute choose by it, never by what fits the batch, so that a conversation's tokens do not hang on others.
    /// </param>
    public void Add(KvCache cache, ReadOnlySpan<int> tokens, LogitRows logits, int runLength = 0)
    {
        _sequences.Add(new Sequence(cache, _tokens.Count, tokens.Length, cache.Length, runLength > 0 ? runLength : tokens.Length, logits));
        _tokens.AddRange(tokens);
        LogitCount += logits switch { LogitRows.All => tokens.Length, LogitRows.Last => Math.Min(1, tokens.Length), _ => 0 };
    }
}

/// <summary>A run of rows of a batch: <paramref name="Count"/> tokens at positions <paramref name="Position"/> … of a conversation.</summary>
internal readonly record struct Sequence(KvCache Cache, int FirstRow, int Count, int Position, int RunLength, LogitRows Logits);
