namespace Jibun.Training;

/// <summary>Sequences of one thread in one step, one after another without padding, and the positions whose successor is scored.</summary>
internal sealed class Batch(int tokenCapacity)
{
    public int[] Tokens { get; } = new int[tokenCapacity]; // inputs

    public int[] Positions { get; } = new int[tokenCapacity]; // of each token in its sequence

    public int[] Starts { get; } = new int[tokenCapacity]; // first token of each sequence

    public int[] Lengths { get; } = new int[tokenCapacity];

    public int[] ScoredPositions { get; } = new int[tokenCapacity];

    public int[] Targets { get; } = new int[tokenCapacity];

    public float[] TargetWeights { get; } = new float[tokenCapacity];

    public bool[] IsAnswer { get; } = new bool[tokenCapacity];

    public float[] Entropies { get; } = new float[tokenCapacity]; // of each target, after a pass

    public bool[] Hits { get; } = new bool[tokenCapacity]; // whether the target was the most probable token

    public int TokenCount { get; private set; }

    public int SequenceCount { get; private set; }

    public int ScoredCount { get; private set; }

    public double WeightSum { get; private set; }

    /// <summary>The row after the last one of a sequence.</summary>
    public int Ends(int sequence) => Starts[sequence] + Lengths[sequence];

    public void Clear() => (TokenCount, SequenceCount, ScoredCount, WeightSum) = (0, 0, 0, 0);

    public bool Fits(int length) => TokenCount + length - 1 <= Tokens.Length;

    /// <summary>Adds a sequence. The last token is only a target.</summary>
    /// <param name="promptWeight">Weight of a prompt target; the answer's is 1.</param>
    /// <param name="promptShare">
    /// The share of the prompt targets that is scored, drawn at random, with the weight raised accordingly: the expected gradient stays.
    /// </param>
    public void Add(ReadOnlySpan<ushort> tokens, int promptLength, float promptWeight, float promptShare, ref SplitMix random)
    {
        Starts[SequenceCount] = TokenCount;
        Lengths[SequenceCount++] = tokens.Length - 1;
        for (int i = 0; i + 1 < tokens.Length; i++)
        {
            Tokens[TokenCount + i] = tokens[i];
            Positions[TokenCount + i] = i;
            bool answer = i + 1 >= promptLength;
            if (!answer && (promptWeight <= 0 || random.NextFloat() >= promptShare)) continue;
            float weight = answer ? 1 : promptWeight / promptShare;
            (ScoredPositions[ScoredCount], Targets[ScoredCount]) = (TokenCount + i, tokens[i + 1]);
            (TargetWeights[ScoredCount], IsAnswer[ScoredCount]) = (weight, answer);
            ScoredCount++;
            WeightSum += weight;
        }
        TokenCount += tokens.Length - 1;
    }
}
