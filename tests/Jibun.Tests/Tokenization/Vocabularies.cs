using System.Collections.Concurrent;
using System.Text.Json;
using Jibun.Gguf;
using Jibun.Tokenization;

namespace Jibun.Tests.Tokenization;

/// <summary>The vocabularies of the test data and their strings with upstream's ids.</summary>
internal static class Vocabularies
{
    private static readonly ConcurrentDictionary<string, Tokenizer> Loaded = new();

    public static IEnumerable<string> BytePair => ["deepseek-coder", "deepseek-llm", "falcon", "gpt-2", "mpt", "starcoder"];

    public static IEnumerable<string> All => [.. BytePair, "llama-spm", "phi-3", "bert-bge"];

    public static string Path(string name) => TestData.Find("tokenizers", "vocab", $"ggml-vocab-{name}.gguf");

    public static Tokenizer Get(string name) => Loaded.GetOrAdd(name, _ =>
    {
        using GgufFile file = GgufFile.Open(Path(name));
        return Tokenizer.Load(file.Metadata);
    });

    /// <summary>Upstream's own pairs of text and ids.</summary>
    public static IReadOnlyList<(string Text, int[] Ids)> Pairs(string name)
    {
        string[] texts = File.ReadAllText(Path(name) + ".inp").Split("\n__ggml_vocab_test__\n");
        string[] ids = File.ReadAllText(Path(name) + ".out").Split('\n');
        return [.. texts.Zip(ids, (text, line) =>
            (text, line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).ToArray()))];
    }

    public static IReadOnlyList<Case> Cases(string name)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(TestData.Find("tokenizers", $"{name}.json")));
        List<Case> cases = [];
        foreach (JsonElement element in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            int[] ids = Ids(element.GetProperty("ids"));
            cases.Add(new(element.GetProperty("text").GetString()!, ids,
                element.TryGetProperty("ids_special", out JsonElement special) ? Ids(special) : ids,
                element.TryGetProperty("detok", out JsonElement printed) ? printed.GetString() : null));
        }
        return cases;
    }

    private static int[] Ids(JsonElement array) => [.. array.EnumerateArray().Select(id => id.GetInt32())];

    public sealed record Case(string Text, int[] Ids, int[] IdsSpecial, string? Printed);
}
