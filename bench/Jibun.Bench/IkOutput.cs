using System.Text.Json;

namespace Jibun.Bench;

/// <summary>What <c>llama-bench -o json</c> prints: a list of tests, one that only reads a prompt and one that only generates.</summary>
internal static class IkOutput
{
    public static Measurement Parse(string json)
    {
        // Whoever loads the weights may print in front of the list.
        int start = json.IndexOf("[\n", StringComparison.Ordinal);
        using JsonDocument tests = JsonDocument.Parse(start < 0 ? json : json[start..]);
        return new Measurement(Of("n_prompt", "n_gen"), Of("n_gen", "n_prompt"));

        Speed Of(string counted, string absent)
        {
            foreach (JsonElement test in tests.RootElement.EnumerateArray())
                if (test.GetProperty(counted).GetInt32() is > 0 and int tokens && test.GetProperty(absent).GetInt32() == 0)
                    return new Speed(tokens, test.GetProperty("avg_ts").GetDouble());
            throw new JsonException($"no test with {counted} alone");
        }
    }
}
