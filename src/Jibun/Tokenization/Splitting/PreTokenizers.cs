using static Jibun.Tokenization.CharacterClass;

namespace Jibun.Tokenization.Splitting;

/// <summary>The pre-tokenizers that a model file may name in tokenizer.ggml.pre.</summary>
internal static class PreTokenizers
{
    private const string Han = "\u4E00\u9FA5";
    private const string HanAndKana = Han + "\u3040\u309F\u30A0\u30FF";
    private const string HanAndNeighbours = "\u0800\u9FA5\uAC00\uD7FF";

    /// <summary>Letters that have cases, as of Unicode 11.</summary>
    private const string CasedLetters =
        "AZaz\u00B5\u00B5\u00C0\u00D6\u00D8\u00F6\u00F8\u01BA\u01BC\u01BF\u01C4\u0293\u0295\u02AF\u0370\u0373\u0376\u0377\u037B\u037D" +
        "\u037F\u037F\u0386\u0386\u0388\u038A\u038C\u038C\u038E\u03A1\u03A3\u03F5\u03F7\u0481\u048A\u052F\u0531\u0556\u10A0\u10C5\u13A0" +
        "\u13F5\u13F8\u13FD\u1C90\u1CBA\u1CBD\u1CBF\u1D00\u1D2B\u1D6B\u1D77\u1D79\u1D9A\u1E00\u1F15\u1F18\u1F1D\u1F20\u1F45\u1F48\u1F4D" +
        "\u1F50\u1F57\u1F59\u1F59\u1F5B\u1F5B\u1F5D\u1F5D\u1F5F\u1F7D\u1F80\u1FB4\u1FB6\u1FBC\u1FBE\u1FBE\u1FC2\u1FC4\u1FC6\u1FCC\u1FD0" +
        "\u1FD3\u1FD6\u1FDB\u1FE0\u1FEC\u1FF2\u1FF4\u1FF6\u1FFC\u2102\u2102\u2107\u2107\u210A\u2113\u2115\u2115\u2119\u211D\u2124\u2124" +
        "\u2126\u2126\u2128\u2128\u212A\u212D\u212F\u2134\u2139\u2139\u213C\u213F\u2145\u2149\u214E\u214E\u2183\u2184\u2C00\u2C7B\u2C7E" +
        "\u2CE4\u2CEB\u2CEE\u2CF2\u2CF3\uA640\uA66D\uA680\uA69B\uA722\uA76F\uA771\uA787\uA78B\uA78E\uAB70\uABBF\uFB00\uFB06\uFB13\uFB17" +
        "\uFF21\uFF3A\uFF41\uFF5A\U00010400\U0001044F\U000104B0\U000104D3\U000104D8\U000104FB\U00010C80\U00010CB2\U00010CC0\U00010CF2" +
        "\U000118A0\U000118DF\U0001E900\U0001E943";

    /// <summary>Scripts that do without spaces. The second range begins where upstream's does, not at U+F900.</summary>
    private const string ScriptsWithoutSpaces =
        "\u4E00\u9FFF\u3400\u4DBF\u8C48\uFAFF\u3040\u30FF\uFF65\uFF9F\u2F00\u2FDF\u0E40\u0E7F\u0E80\u0EFF\u1780\u17FF\u1000\u109F\uAA60\uAA7F" +
        "\uA9E0\uA9FF\uAC00\uD7AF\u1100\u11FF";

    private const string AsciiSigns = "!/:@[`{~";

    private static readonly Family[] Families =
    [
        new("default", () => new(Isolate(Punctuation, "$$++<>^^~~||"), new Gpt2Words(), Isolate(Number), new DigitTriples())),
        new("llama-bpe llama3 llama-v3 falcon3 falcon-h1 pixtral midm-2.0 lfm2 jina-v5-nano", () => new(new Words()))
            { IgnoresMerges = true, AddsBos = true },
        new("dbrx smaug-bpe glm4 chatglm-bpe", () => new(new Words())),
        new("jais-2", () => new(new Words { SpacesInPowers = true })),
        new("qwen2 deepseek-r1-qwen kormo f2llmv2 megrez stablelm2 hunyuan solar-open grok-2", () => new(new Words { Digits = 1 })),
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
                new(None, "\uAC00\uD7A3\u3131\u318E"),
                new(None, "\uFF01\uFF01\u2026\u2026\u201C\u201D\u2018\u2019\u2014\u2014\uFF1A\uFF1B\uFF0C\uFF0C\u3001\u303F\uFE30\uFE4F"),
                new(None, "\u3105\u312F"), new(None, HanAndKana)),
            Marked(1))) { IgnoresMerges = true },
        new("kimi-k2", () => new(new Words { Contractions = false, Shape = WordShape.ApartFromHan }))
            { NeedsMerges = false },
        new("deepseek-llm", () => new(
            new Runs(new(LineBreak), 1), WithWhiteSpace(None, CasedLetters),
            WithWhiteSpace(None, "!/:~\uFF01\uFF0F\uFF1A\uFF5E\u2018\u201F\u3000\u3002"),
            new TrailingWhiteSpace(), Isolate(None, HanAndNeighbours), Isolate(Number))),
        new("deepseek-coder", () => new(
            new Runs(new(LineBreak), 1), WithWhiteSpace(Letter), WithWhiteSpace(Punctuation), Isolate(None, HanAndNeighbours),
            new Runs(new(Number), 1))),
        new("deepseek-v3 hunyuan-dense joyai-llm", () => new(
            new Runs(new(Number), 3), Isolate(None, HanAndKana), new DeepSeekWords())),
        new("spark2_5", () => new(
            new Runs(new(Number), 3), Isolate(None, HanAndKana), new DeepSeekWords(linesFollowSigns: false), new Runs(new(Number), 1))),
        new("afmoe", () => new(new DigitGroups(), Isolate(None, ScriptsWithoutSpaces), new DeepSeekWords())),
        new("falcon", () => new(Isolate(Punctuation, "$$++<>^^~~||``"), new Gpt2Words(), new DigitTriples())),
        new("starcoder refact command-r smollm codeshell exaone minerva-7b mellum2", () => new(new Runs(new(Number), 1), new Gpt2Words())),
        new("gpt-2 phi-2 jina-es jina-de gigachat jina-v2-es jina-v2-de a.x-4.0 mellum modern-bert jina-v1-en jina-v2-code " +
            "roberta-bpe exaone4 mpt olmo jais trillion granite-docling", () => new(new Gpt2Words())),
        new("poro-chat bloom gpt3-finnish", () => new(new BloomWords())),
        new("viking", () => new(new BloomWords(), new Runs(new(Number), 1))),
        new("chameleon", () => new(
            new ChameleonTokens(images: false), new ChameleonTokens(images: true), new ChameleonSpaces(), new Runs(new(Number), 1),
            new Runs(new(Punctuation, AsciiSigns), 1), new Gpt2Words())) { AddsBos = true },
        new("superbpe", () => new(Isolate(Number), new AsciiDigitGroups())),
        new("gemma4 granite-embed-multi-311m", () => new(new Lines())) { WritesBytes = false, AlwaysAddsBos = true, KeepsLines = true },
        new("sarvam-moe", () => new(new Lines())) { WritesBytes = false },
    ];

    /// <summary>Every name, in alphabetical order.</summary>
    public static IEnumerable<string> Names => Families.SelectMany(family => family.Names).Order(StringComparer.Ordinal);

    public static Family? Find(string name) => Array.Find(Families, family => family.Names.Contains(name));

    private static Runs Isolate(CharacterClass classes, string ranges = "") => new(new(classes, ranges));

    private static Runs WithWhiteSpace(CharacterClass classes, string ranges = "") => new(new(classes, ranges), takesWhiteSpace: true);

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

        /// <summary>Tokens are written in <see cref="ByteLevel"/>; otherwise in UTF-8 with "▁" for spaces and "&lt;0x0A>" for bytes.</summary>
        public bool WritesBytes { get; init; } = true;

        /// <summary>A run of line breaks that is a token is never built from merges.</summary>
        public bool KeepsLines { get; init; }

        public bool NeedsMerges { get; init; } = true;

        public PreTokenizer Make() => make();
    }
}
