using Jibun.Gguf;

namespace Jibun.Generation;

/// <summary>How a model's makers want its tokens drawn.</summary>
/// <param name="Options">What holds where nobody says otherwise.</param>
/// <param name="Source">Who says so.</param>
public sealed record RecommendedSampling(SamplingOptions Options, string Source)
{
    private const string Keys = "general.sampling.";

    /// <summary>The file's own values where it has some, else those of the family's model card, else Jibun's.</summary>
    public static RecommendedSampling Of(GgufMetadata metadata)
    {
        RecommendedSampling family = OfFamily(metadata);
        SamplingOptions options = family.Options;
        bool isInFile = false;
        options = options with
        {
            Temperature = (float)Read("temp", options.Temperature, value => value >= 0),
            TopK = (int)Math.Max(0, Read("top_k", options.TopK, value => value is >= -1 and <= int.MaxValue)), // −1 means all
            TopP = (float)Read("top_p", options.TopP, value => value is > 0 and <= 1),
            MinP = (float)Read("min_p", options.MinP, value => value is >= 0 and <= 1),
            RepetitionPenalty = (float)Read("penalty_repeat", options.RepetitionPenalty, value => value is > 0 and <= 100),
            PenaltyWindow = (int)Read("penalty_last_n", options.PenaltyWindow, value => value is >= 0 and <= int.MaxValue),
        };
        return isInFile ? new(options, "the file") : family;

        double Read(string name, double otherwise, Func<double, bool> isSane)
        {
            if (!metadata.TryGetValue(Keys + name, out GgufValue? value) || !value.TryGetNumber(out double number) || !isSane(number)) return otherwise;
            isInFile = true;
            return number;
        }
    }

    private static RecommendedSampling OfFamily(GgufMetadata metadata)
    {
        SamplingOptions usual = new();
        string name = $"{Text("general.name")} {Text("general.basename")}".Replace(' ', '-');
        string architecture = Text("general.architecture");
        if (Has("DeepSeek-R1") || Text("tokenizer.ggml.pre") is "deepseek-r1-qwen")
            return new(usual with { Temperature = 0.6f, TopP = 0.95f }, "DeepSeek-R1's model card");
        if (Has("QwQ")) return new(usual with { Temperature = 0.6f, TopP = 0.95f, MinP = 0 }, "QwQ's model card");
        if (architecture is "qwen3" or "qwen3moe")
            return Has("Instruct")
                ? new(usual with { Temperature = 0.7f, TopP = 0.8f, TopK = 20, MinP = 0 }, "Qwen3's model card")
                : new(usual with { Temperature = 0.6f, TopP = 0.95f, TopK = 20, MinP = 0 }, "Qwen3's model card");
        if (architecture == "gpt-oss") return new(usual with { Temperature = 1, TopP = 1, TopK = 100, MinP = 0 }, "gpt-oss's model card");
        if (architecture is "gemma3" or "gemma4") return new(usual with { Temperature = 1, TopP = 0.95f, TopK = 64, MinP = 0 }, "Gemma's model card");
        if (architecture == "smollm3") return new(usual with { Temperature = 0.6f, TopP = 0.95f }, "SmolLM3's model card");
        return new(usual, "Jibun");

        bool Has(string part) => name.Contains(part, StringComparison.OrdinalIgnoreCase);

        string Text(string key) => metadata.TryGetValue(key, out GgufValue? value) && value.TryGetString(out string? text) ? text : "";
    }
}
