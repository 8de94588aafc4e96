using System.Globalization;
using System.Text.Json;
using Jibun.Tokenization;

namespace Jibun.Cli.Models;

/// <summary>Token ids as they come on the command line and in files.</summary>
internal static class TokenList
{
    /// <summary>"1,2,3" or "1 2 3", [1,2,3] or {"ids":[1,2,3]}; every id must be in the vocabulary.</summary>
    public static int[] Parse(string text, Tokenizer tokenizer)
    {
        int[] ids = text.TrimStart() is ['[' or '{', ..] ? ParseJson(text) : ParsePlain(text);
        foreach (int id in ids)
            if ((uint)id >= (uint)tokenizer.VocabularySize) throw new JibunException($"token {id} is not in the vocabulary of {tokenizer.VocabularySize}");
        return ids;
    }

    private static int[] ParsePlain(string text) =>
    [
        .. text.Split([',', ' ', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries)
            .Select(item => int.TryParse(item, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int id)
                ? id
                : throw new UsageException($"\"{item}\" is no token id")),
    ];

    private static int[] ParseJson(string text)
    {
        try
        {
            using JsonDocument parsed = JsonDocument.Parse(text);
            JsonElement ids = parsed.RootElement.ValueKind == JsonValueKind.Object ? parsed.RootElement.GetProperty("ids") : parsed.RootElement;
            return [.. ids.EnumerateArray().Select(id => id.GetInt32())];
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new JibunException("token ids must be [1,2,3] or {\"ids\":[1,2,3]}");
        }
    }
}
