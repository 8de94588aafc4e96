using static Jibun.Tokenization.CharacterClass;

namespace Jibun.Tokenization.Splitting;

/// <summary>The pre-tokenizers that a model file may name in tokenizer.ggml.pre.</summary>
internal static class PreTokenizers
{
    private static readonly Family[] Families =
    [
        new("default", () => new(Isolate(Punctuation, "$$++<>^^~~||"), new Gpt2Words(), Isolate(Number), new DigitTriples())),
        new("llama-bpe llama3 llama-v3 falcon3 falcon-h1 pixtral midm-2.0 lfm2 jina-v5-nano", () => new(new Words()))
            { IgnoresMerges = true, AddsBos = true },
        new("dbrx smaug-bpe glm4 chatglm-bpe", () => new(new Words())),
        new("jais-2", () => new(new Words { SpacesInPowers = true })),
        new("qwen2 deepseek-r1-qwen kormo f2llmv2 megrez stablelm2 hunyuan solar-open grok-2", () =>
            new(new Words { Digits = 1 })),
        new("qwen35", () => new(new Words
            { Digits = 1, Letters = Letter | Mark, NotSigns = CharacterClass.WhiteSpace | Letter | Mark | Number })),
        new("bailingmoe bailingmoe2 llada-moe", () => new(new Words { Digits = 1 })),
        new("ufakzeka", () => new(new Words { Digits = 1, Contractions = false })),
        new("seed-coder", () => new(new Words { Digits = 1, AfterSigns = "" })),
        new("exaone-moe", () => new(new Words
            { Digits = 1, Shape = WordShape.Phrase, AfterSigns = "\r\n/", LongestAfterSigns = 1 })),
        new("laguna", () => new(new Lines(), new Words { Digits = 1 })),
        new("minicpm5", () => new(new Runs(new(Number), 3), new Words { Digits = int.MaxValue })) { IgnoresMerges = true },
        new("gpt-4o llama4 kanana2 talkie minimax-m2", () => new(Cased(3, Letter, endings: true))),
        new("granite-embed-multi-97m", () => new(Cased(3, Letter | Mark, endings: true))) { IgnoresMerges = true },
        new("tekken", () => new(Cased(1, Letter, endings: false))) { IgnoresMerges = true, AddsBos = true },
        new("tiny_aya cohere2moe", () => new(new DigitGroups(), Marked(3))),
        new("youtu", () => new(
            new SetRuns(
                new(None, CharacterRanges.Hangul),
                new(None, CharacterRanges.CjkSigns),
                new(None, CharacterRanges.Bopomofo), new(None, CharacterRanges.HanAndKana)),
            Marked(1))) { IgnoresMerges = true },
        new("kimi-k2", () => new(new Words { Contractions = false, Shape = WordShape.ApartFromHan }))
            { NeedsMerges = false },
        new("deepseek-llm", () => new(
            new Runs(new(LineBreak), 1), WithWhiteSpace(None, CharacterRanges.CasedLetters),
            WithWhiteSpace(None, CharacterRanges.DeepSeekSigns),
            new TrailingWhiteSpace(), Isolate(None, CharacterRanges.HanAndNeighbours), Isolate(Number))),
        new("deepseek-coder", () => new(
            new Runs(new(LineBreak), 1), WithWhiteSpace(Letter), WithWhiteSpace(Punctuation),
            Isolate(None, CharacterRanges.HanAndNeighbours), new Runs(new(Number), 1))),
        new("deepseek-v3 hunyuan-dense joyai-llm", () => new(
            new Runs(new(Number), 3), Isolate(None, CharacterRanges.HanAndKana), new DeepSeekWords())),
        new("spark2_5", () => new(
            new Runs(new(Number), 3), Isolate(None, CharacterRanges.HanAndKana), new DeepSeekWords(linesFollowSigns: false),
            new Runs(new(Number), 1))),
        new("afmoe", () => new(new DigitGroups(), Isolate(None, CharacterRanges.ScriptsWithoutSpaces), new DeepSeekWords())),
        new("falcon", () => new(Isolate(Punctuation, "$$++<>^^~~||``"), new Gpt2Words(), new DigitTriples())),
        new("starcoder refact command-r smollm codeshell exaone minerva-7b mellum2", () =>
            new(new Runs(new(Number), 1), new Gpt2Words())),
        new("gpt-2 phi-2 jina-es jina-de gigachat jina-v2-es jina-v2-de a.x-4.0 mellum modern-bert jina-v1-en jina-v2-code " +
            "roberta-bpe exaone4 mpt olmo jais trillion granite-docling", () => new(new Gpt2Words())),
        new("poro-chat bloom gpt3-finnish", () => new(new BloomWords())),
        new("viking", () => new(new BloomWords(), new Runs(new(Number), 1))),
        new("chameleon", () => new(
            new ChameleonTokens(images: false), new ChameleonTokens(images: true), new ChameleonSpaces(),
            new Runs(new(Number), 1), new Runs(new(Punctuation, CharacterRanges.AsciiSigns), 1), new Gpt2Words()))
            { AddsBos = true },
        new("superbpe", () => new(Isolate(Number), new AsciiDigitGroups())),
        new("gemma4 granite-embed-multi-311m", () => new(new Lines()))
            { WritesBytes = false, AlwaysAddsBos = true, KeepsLines = true },
        new("sarvam-moe", () => new(new Lines())) { WritesBytes = false },
    ];

    /// <summary>Every name, in alphabetical order.</summary>
    public static IEnumerable<string> Names => Families.SelectMany(family => family.Names).Order(StringComparer.Ordinal);

    public static Family? Find(string name) => Array.Find(Families, family => family.Names.Contains(name));

    private static Runs Isolate(CharacterClass classes, string ranges = "") => new(new(classes, ranges));

    private static Runs WithWhiteSpace(CharacterClass classes, string ranges = "") =>
        new(new(classes, ranges), takesWhiteSpace: true);

    private static Words Cased(int digits, CharacterClass letters, bool endings) => new()
    {
        Contractions = false,
        Endings = endings,
        Shape = WordShape.Cased,
        Letters = letters,
        Digits = digits,
        AfterSigns = "\r\n/",
    };

    /// <summary>The o200k expression where upstream reads every kind of letter as one.</summary>
    private static Words Marked(int digits) => new()
    {
        Contractions = false,
        Endings = true,
        Letters = Letter | Mark,
        Digits = digits,
        AfterSigns = "\r\n/",
    };

    /// <summary>Pre-tokenizers of one make.</summary>
    /// <param name="names">Separated by spaces.</param>
    public sealed class Family(string names, Func<PreTokenizer> make)
    {
        public IReadOnlyList<string> Names { get; } = names.Split(' ');

        /// <summary>A word that is a token is never built from merges, whether these lead to it or not.</summary>
        public bool IgnoresMerges { get; init; }

        /// <summary>BOS begins a text when the metadata does not say.</summary>
        public bool AddsBos { get; init; }

        /// <summary>BOS begins a text even when the metadata says no.</summary>
        public bool AlwaysAddsBos { get; init; }

        /// <summary>Tokens are written in <see cref="ByteLevel"/>; if not, "▁" is a space and "&lt;0x0A>" a byte.</summary>
        public bool WritesBytes { get; init; } = true;

        /// <summary>A run of line breaks that is a token is never built from merges.</summary>
        public bool KeepsLines { get; init; }

        public bool NeedsMerges { get; init; } = true;

        public PreTokenizer Make() => make();
    }
}
