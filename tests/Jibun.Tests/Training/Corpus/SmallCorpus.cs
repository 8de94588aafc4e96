using Jibun.Chat.Nano;
using Jibun.Gguf;
using Jibun.Training.Corpus;

namespace Jibun.Tests.Training.Corpus;

/// <summary>A corpus with all original lines and few others, built once.</summary>
internal static class SmallCorpus
{
    private static readonly Lazy<NanoCorpus> corpus = new(() => CorpusBuilder.Build(Options));
    private static readonly Lazy<NanoLanguage> language = new(() =>
        NanoLanguage.Load(new GgufMetadata("small corpus", NanoMetadata.Create(Corpus.Vocabulary, Corpus.Profile))));

    public static CorpusOptions Options => new()
    {
        DataFolder = TestData.Find("nlu"),
        EnglishLines = 6000,
        JapaneseLines = 5000,
        Variants = 1,
        LabelLines = 3000,
    };

    public static NanoCorpus Corpus => corpus.Value;

    public static NanoLanguage Language => language.Value;
}
