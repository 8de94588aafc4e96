namespace Jibun.Training.Corpus;

/// <summary>What <see cref="CorpusBuilder"/> builds from.</summary>
public sealed record CorpusOptions
{
    /// <summary>Folder of the public sets (<c>snips.train.jsonl</c> …).</summary>
    public required string DataFolder { get; init; }

    public ulong Seed { get; init; } = 20260101;

    /// <summary>Entries of the vocabulary.</summary>
    public int VocabularySize { get; init; } = 3072;

    /// <summary>Entries of the vocabulary that are a space with a whole word.</summary>
    public int SpacedWords { get; init; } = 200;

    /// <summary>Sentences of the own grammar, per language.</summary>
    public int EnglishLines { get; init; } = 130_000;

    public int JapaneseLines { get; init; } = 115_000;

    /// <summary>Varied copies of each line of the public sets.</summary>
    public int Variants { get; init; } = 4;

    /// <summary>
    /// Sentences that we wrote for the labels of a public set (<c>Grammar/clinc.txt</c>, <c>Grammar/hwu.txt</c>), per set.
    /// </summary>
    public int LabelLines { get; init; } = 20_000;

    /// <summary>Longest sample in tokens; longer ones are left out.</summary>
    public int Context { get; init; } = 512;

    /// <summary>Heads to train; <c>micro</c> leaves some out.</summary>
    public IReadOnlyList<string> Tasks { get; init; } = Chat.Nano.NanoFormat.Tasks;

    /// <summary>The small sibling for tests and small boards: English, the product's head and one benchmark.</summary>
    public static CorpusOptions Micro(string dataFolder) => new()
    {
        DataFolder = dataFolder,
        VocabularySize = 1024,
        SpacedWords = 80,
        EnglishLines = 60_000,
        JapaneseLines = 0,
        Variants = 2,
        Context = 256,
        Tasks = [Chat.Nano.NanoFormat.Assistant, "snips"],
    };

    /// <summary>About a million lines or 27 million tokens, for a machine that trains on a thousand million.</summary>
    public static CorpusOptions Large(string dataFolder) => new()
    {
        DataFolder = dataFolder,
        EnglishLines = 400_000,
        JapaneseLines = 220_000,
        Variants = 9,
        LabelLines = 60_000,
    };

    /// <summary>An earlier vocabulary to keep, when the corpus grows after training began.</summary>
    public NanoVocabulary? Vocabulary { get; init; }
}
