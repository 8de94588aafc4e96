using System.Globalization;
using System.Text.Json;
using Jibun.Generation;

namespace Jibun.Cli.Info;

/// <summary>How a model's tokens are drawn where nobody says otherwise.</summary>
internal static class SamplingText
{
    public static string Of(RecommendedSampling sampling)
    {
        SamplingOptions options = sampling.Options;
        string penalty = options.RepetitionPenalty == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $", repetition penalty {options.RepetitionPenalty}");
        return string.Create(CultureInfo.InvariantCulture,
            $"temperature {options.Temperature}, top-k {options.TopK}, top-p {options.TopP}, min-p {options.MinP}{penalty} (from {sampling.Source})");
    }

    public static void Write(Utf8JsonWriter json, RecommendedSampling sampling)
    {
        json.WriteStartObject("sampling");
        json.WriteNumber("temperature", Short(sampling.Options.Temperature));
        json.WriteNumber("top_k", sampling.Options.TopK);
        json.WriteNumber("top_p", Short(sampling.Options.TopP));
        json.WriteNumber("min_p", Short(sampling.Options.MinP));
        json.WriteNumber("repetition_penalty", Short(sampling.Options.RepetitionPenalty));
        json.WriteString("source", sampling.Source);
        json.WriteEndObject();
    }

    private static decimal Short(float value) => (decimal)value; // 0.6, not 0.6000000238
}
